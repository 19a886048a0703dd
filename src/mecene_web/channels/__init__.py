"""Channels: how a message reaches somebody, one folder each with the same file names."""
