"""Journeys: which are drawn, who travels along them, and what they had us do."""
