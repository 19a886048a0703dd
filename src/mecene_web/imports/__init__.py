"""Imports: files that become facts, and can be taken back whole."""
