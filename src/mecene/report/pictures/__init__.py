"""Pictures of the report: each a table in, a drawing out."""
