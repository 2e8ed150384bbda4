"""What the host decides: pure functions of values. Time arrives inside events."""
