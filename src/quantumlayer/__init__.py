"""QuantumLayer: a software factory that proves what it builds."""
