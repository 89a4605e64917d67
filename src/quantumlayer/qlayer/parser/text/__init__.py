"""From characters to clauses: what a text says, before anything is understood."""
