"""Facts, the words that rest on them, and the check of one against the other."""
