"""The Spec: the typed, reviewable model of one service, and everything that reads or writes it."""
