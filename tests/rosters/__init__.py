"""Rosters: reading a district's files, and keeping them in the store."""
