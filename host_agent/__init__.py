"""The host agent: reads the PBX, speaks to the units, keeps the callback notes."""
