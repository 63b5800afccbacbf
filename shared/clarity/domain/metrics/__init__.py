"""One number a function: rhythm, activity, heart, and the weeks before."""
