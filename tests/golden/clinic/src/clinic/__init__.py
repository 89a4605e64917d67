"""Appointments and visit notes of a group practice."""
