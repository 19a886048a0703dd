"""Signals: which donors drift away from their own habits, before they have left."""
