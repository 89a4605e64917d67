"""Several sources of one service read together: a contract, a schema, texts, and Specs."""

from quantumlayer.qlayer.parser.together.service import together
from quantumlayer.qlayer.parser.together.sources import Kind, Part
from quantumlayer.qlayer.parser.together.texts import parse_texts

__all__ = ["Kind", "Part", "parse_texts", "together"]
