"""The pages: the inbox of callback notes, and the office at a glance."""
