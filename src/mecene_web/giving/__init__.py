"""Giving: gifts, commitments and the campaigns that asked for them."""
