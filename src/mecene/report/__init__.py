"""Report: what the association should know of its donors, as a page, lists and tables."""
