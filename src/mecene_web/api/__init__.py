"""API: the same facts, for programs."""
