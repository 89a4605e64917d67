"""The test generator: from a Spec to the tests that prove each of its claims."""
