"""Packs: one folder for each stack that QLayer can generate."""
