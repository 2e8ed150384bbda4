"""Taking the office away in a file, and putting it back."""
