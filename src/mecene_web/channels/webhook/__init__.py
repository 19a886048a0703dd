"""Webhook: another program is told."""
