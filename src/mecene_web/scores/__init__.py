"""Scores: what the core works out each night, kept for the pages."""
