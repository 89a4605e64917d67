"""Tests of what a service makes up: slugs and codes that no other record has."""

from quantumlayer.spec.cel import Call, parse
from quantumlayer.spec.cel.made import MADE
from quantumlayer.spec.model import Computed, Field


def made(item: Field) -> str:
    """The function that makes up the value of a field; empty where none does."""
    expr = parse(item.default.cel) if isinstance(item.default, Computed) else None
    return expr.function if isinstance(expr, Call) and expr.function in MADE else ""


def is_code(item: Field) -> bool:
    """Whether the value is random."""
    return made(item) == "code"


def shape(item: Field) -> str:
    """What every value that is made up for the field matches."""
    letters = "[2-9a-hjkmnp-z]"
    if is_code(item) and isinstance(item.default, Computed):
        expr = parse(item.default.cel)
        return f"{letters}{{{_length(expr)}}}"
    return f"[a-z0-9]+(-[a-z0-9]+)*(-{letters}{{4}})?"


def _length(expr: object) -> object:
    return getattr(expr.args[0], "value", "") if isinstance(expr, Call) else ""
