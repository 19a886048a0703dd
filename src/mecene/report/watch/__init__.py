"""Watch: the page and the lists of donors who drift away from their own habits."""
