"""Scores: what each donor will do, how sure we are, and why."""
