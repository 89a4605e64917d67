"""From requirement texts to a Spec: every element with its source, every doubt listed."""

from quantumlayer.qlayer.parser.models import Requirement
from quantumlayer.qlayer.parser.service import parse
from quantumlayer.qlayer.parser.silence import unread
from quantumlayer.qlayer.parser.summary import summary

__all__ = ["Requirement", "parse", "summary", "unread"]
