"""The words in which claims are said."""

from collections.abc import Iterable

from quantumlayer.spec.model import Computed, Field, Literal_


def kind(field: Field) -> str:
    """The kind of value that a field holds."""
    return a(field.type)


def a(noun: str) -> str:
    """A noun with its article."""
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def value(default: Computed | Literal_) -> str:
    """A default."""
    if isinstance(default, Computed):
        return line(default.cel)
    return str(default).lower() if isinstance(default, bool) else str(default)


def line(cel: str) -> str:
    """An expression on one line."""
    return " ".join(cel.split())


def and_(words: Iterable[str]) -> str:
    """A series with `and`."""
    return _series(words, "and")


def or_(words: Iterable[str | int]) -> str:
    """A series with `or`."""
    return _series(map(str, words), "or")


def _series(words: Iterable[str], last: str) -> str:
    *others, final = words
    return f"{', '.join(others)} {last} {final}" if others else final
