"""The report of a build: one HTML file that shows what was promised, what was proven, and what is open."""

from quantumlayer.qlayer.report.page import render

__all__ = ["render"]
