"""Groups: the page of the groups nobody drew by hand, and how one is adopted."""
