"""The simulator: an invented association whose truth is known, for tests and the demo."""
