"""Journeys: which gesture each donor receives, in what order, and why one was not made."""
