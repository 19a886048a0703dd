"""SMS: by a provider's HTTP API."""
