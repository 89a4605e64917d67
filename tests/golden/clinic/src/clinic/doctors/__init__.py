"""Doctors."""
