"""Accounts: the people of the association, and what each may do."""
