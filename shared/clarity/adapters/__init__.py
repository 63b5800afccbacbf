"""One outside thing a file; each translates its errors to Permanent or Transient."""
