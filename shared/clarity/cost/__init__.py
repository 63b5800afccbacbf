"""What running the system costs a month, and which limit it meets first."""
