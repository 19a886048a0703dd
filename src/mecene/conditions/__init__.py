"""Conditions: one safe language to say which donors."""
