"""Mécène: who the donors are, what each will do, and whether what we did helped."""
