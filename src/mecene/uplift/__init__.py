"""Uplift: whom a contact makes give, whom it leaves as they were, and what aiming it is worth."""
