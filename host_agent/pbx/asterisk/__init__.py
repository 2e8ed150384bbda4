"""Asterisk over its manager interface (AMI): protocol (bytes), translate (meaning), adapter (connection)."""
