"""Donors: who they are, and which records told us."""
