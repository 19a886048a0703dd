"""Features: one row a donor, as of a day, from SQL over the facts."""
