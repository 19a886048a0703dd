"""Overview: what a fundraiser sees first in the morning."""
