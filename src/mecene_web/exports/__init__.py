"""Exports: files that leave the installation, each written down in the log."""
