"""The desk unit: glass, sign and one button."""
