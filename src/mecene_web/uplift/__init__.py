"""Uplift: for whom a campaign was worth its cost, studied on demand and kept as an audience."""
