"""Audit: who did what, when, and to whom; nothing in it is ever changed."""
