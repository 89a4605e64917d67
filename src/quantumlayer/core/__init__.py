"""Pure values that every layer shares: no input, no output, no clock."""
