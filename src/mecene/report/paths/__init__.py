"""Paths: the page of what people met before they acted."""
