"""Pages into pixels: layout, type and drawing."""
