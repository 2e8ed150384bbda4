"""The rules of the desk unit: pure, with time as a value."""
