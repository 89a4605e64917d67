"""Tests of files: put, fetched and taken away at an address of their own, by whoever may change the record."""
