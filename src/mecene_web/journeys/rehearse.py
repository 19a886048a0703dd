"""Rehearse: a journey as drawn is lived over the past, and what it would have done is told."""
