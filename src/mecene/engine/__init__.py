"""The engine: facts lie in Parquet, bucketed by donor, and answer SQL as of a day."""
