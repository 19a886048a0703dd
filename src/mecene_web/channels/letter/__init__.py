"""Letter: printed together, with a file of addresses."""
