"""Tags of the builder of segments."""
