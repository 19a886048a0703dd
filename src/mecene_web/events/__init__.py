"""Events: what we sent or said, and what they did."""
