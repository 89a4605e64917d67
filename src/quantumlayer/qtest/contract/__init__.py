"""Tests of a service whose API a contract gives: each endpoint as callers meet it."""
