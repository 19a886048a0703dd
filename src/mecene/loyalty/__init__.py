"""Loyalty: the elements of a programme, who uses them, and which to keep for what they cost."""
