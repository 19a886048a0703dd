"""Organisation: whose installation this is, and how it works."""
