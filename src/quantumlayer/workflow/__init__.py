"""Runs a plan: a graph of tasks, whatever they do."""
