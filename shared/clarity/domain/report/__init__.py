"""The week's picture: one self-contained page."""
