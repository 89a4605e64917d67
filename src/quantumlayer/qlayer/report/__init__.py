"""The report of a build: one HTML file that shows what was promised, what was proven, and what is open."""

from quantumlayer.qlayer.report.page import render
from quantumlayer.qlayer.report.review import render_review

__all__ = ["render", "render_review"]
