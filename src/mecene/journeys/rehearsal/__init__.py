"""Rehearsal: who would have entered some journeys in the past, and what would have come of it?"""
