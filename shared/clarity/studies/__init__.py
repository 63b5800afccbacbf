"""Studies: a claim of this package, measured on public data that is not part of it."""
