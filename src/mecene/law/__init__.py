"""Law: what the law allows and asks, as dated parameters with their sources."""
