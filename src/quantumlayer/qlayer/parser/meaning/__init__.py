"""From clauses to the elements of a Spec: general readings of English, none of them made for one text."""
