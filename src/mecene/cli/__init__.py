"""Command line: one command a verb."""
