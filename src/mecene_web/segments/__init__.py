"""Segments: groups of donors under a condition, and who entered or left."""
