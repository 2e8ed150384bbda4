"""Telling colleagues, by whatever way they want to be told."""
