"""Migrations of journeys."""
