"""Loans of a small town library."""
