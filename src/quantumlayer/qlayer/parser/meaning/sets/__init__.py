"""Rules over sets of records, values that are worked out, and what may be done in which state."""
