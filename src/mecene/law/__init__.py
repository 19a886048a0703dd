"""Law: dated legal parameters with their sources, and what a person's own words allow us to do."""
