"""QLayer: from a requirement to a service repository that passes its own checks."""
