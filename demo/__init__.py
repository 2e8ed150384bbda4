"""All of Belbord on one machine, to look at and play with."""
