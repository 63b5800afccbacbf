"""Generated people: what they do, what their devices record, and their truth."""
