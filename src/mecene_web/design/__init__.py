"""Design: how every page looks and speaks."""
