"""Who did what with which record."""
