"""Seeded faults against the real processes, and a reader that knows only what the phones sent."""
