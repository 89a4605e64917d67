"""The tests of the service: one module for each kind of record, and one for each quality."""
