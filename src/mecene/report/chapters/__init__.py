"""Chapters of the report: each an analysis in, words and pictures out."""
