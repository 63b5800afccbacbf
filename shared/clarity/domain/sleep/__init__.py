"""Sleep periods from recorded stages, movement and heart rate, and what they say."""
