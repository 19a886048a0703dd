"""Experiments: who was drawn for what, what it changed, and the euros it caused."""
