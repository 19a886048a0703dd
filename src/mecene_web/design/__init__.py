"""Design: the frame and the looks of every page."""
