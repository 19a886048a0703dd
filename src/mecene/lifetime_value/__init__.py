"""Lifetime value: who is still active, how many gifts to expect, and worth what."""
