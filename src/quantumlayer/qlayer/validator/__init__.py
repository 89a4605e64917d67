"""The checks of a generated service: what runs, in which sandbox, and how its results are read."""
