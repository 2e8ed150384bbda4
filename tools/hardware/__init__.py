"""Writes the builder's sheets in hardware/ from the board files."""
