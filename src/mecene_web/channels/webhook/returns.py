"""Returns: another program answers at once; nothing comes back later."""
