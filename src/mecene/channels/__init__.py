"""Channels: by which channel, on which day and at what hour each donor is best reached."""
