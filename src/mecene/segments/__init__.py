"""Segments: where each donor stands with the association, why, and what to do next."""
