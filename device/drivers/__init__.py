"""Drivers: each translates between one outside library and the ports."""
