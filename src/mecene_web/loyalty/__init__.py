"""Loyalty: the elements of the association's programme, what each costs, and who uses them."""
