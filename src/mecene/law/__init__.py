"""Law: dated legal parameters, and what a person's own words allow us to do."""
