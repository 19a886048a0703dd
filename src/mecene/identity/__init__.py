"""Identity: who is the same person, who lives together, and why we think so."""
