"""Values for fields: ordinary ones, a second one to tell them apart, and those at and beyond each limit."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import islice

from quantumlayer.spec.fitting import matching, unfit
from quantumlayer.spec.model import LONGEST, Field, FieldType

NOW = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)
"""When tests take place: a Wednesday morning in Europe."""


@dataclass(frozen=True, slots=True)
class SomeFile:
    """A file that a record holds; expressions ask only whether there is one."""


TEXTS = frozenset({FieldType.STRING, FieldType.TEXT, FieldType.EMAIL})
NUMBERS = frozenset({FieldType.INT, FieldType.DECIMAL, FieldType.MONEY})
_STEP = {FieldType.INT: Decimal(1), FieldType.MONEY: Decimal("0.01"), FieldType.DECIMAL: Decimal("0.000001")}
_KNOWN = {
    "name": ("Ada Lovelace", "Grace Hopper"),
    "first_name": ("Ada", "Grace"),
    "last_name": ("Lovelace", "Hopper"),
    "title": ("Moby-Dick", "Emma"),
    "author": ("Herman Melville", "Jane Austen"),
    "phone": ("+49 30 1234567", "+49 40 7654321"),
    "city": ("Hamburg", "Leipzig"),
    "street": ("Elbchaussee 1", "Petersstraße 2"),
}


def samples(key: str, field: Field) -> list[object]:
    """Valid values that differ, the most ordinary one first; at least one, unless a pattern has no known match."""
    if field.one_of:
        return list(field.one_of)
    match field.type:
        case FieldType.BOOL:
            return [False, True]
        case FieldType.DATE:
            return [NOW.date(), NOW.date() - timedelta(days=1)]
        case FieldType.DATETIME:
            return [NOW + timedelta(days=7), NOW + timedelta(days=8)]
        case FieldType.INT | FieldType.DECIMAL | FieldType.MONEY:
            return [*_numbers(field)]
        case FieldType.FLOAT:
            return [float(str(value)) for value in _numbers(field)]
        case FieldType.FILE:
            return [SomeFile()]
        case _:
            return [*_texts(key, field)]


def _numbers(field: Field) -> Iterator[object]:
    # The most ordinary one is not 1: else a value looks like the number of records, and a sum like their count.
    wanted = (2, 3, 1) if field.type is FieldType.INT else (Decimal("12.50"), Decimal("20.00"), Decimal("1.00"))
    limits = [limit for limit in (field.min, field.max) if limit is not None]
    found = [value for value in (*wanted, *limits) if between(field, value)]
    found += [value + sign for value in limits for sign in (1, -1) if between(field, value + sign)]
    if not found and field.min is not None and field.max is not None:
        found = [(Decimal(field.min) + Decimal(field.max)) / 2]
    for value in dict.fromkeys(found):
        yield int(value) if field.type is FieldType.INT else Decimal(value)


def between(field: Field, value: int | Decimal) -> bool:
    """Whether a number lies within the limits of a field."""
    excluded = [limit for word, limit in (("min", field.min), ("max", field.max)) if word in field.exclusive]
    within = (field.min is None or value >= field.min) and (field.max is None or value <= field.max)
    return within and value not in excluded


def _texts(key: str, field: Field) -> Iterator[str]:
    shortest, longest = lengths(field)
    if field.pattern is not None:
        yield from islice(matching(field.pattern, shortest, longest), 3)
        return
    if field.type is FieldType.EMAIL:
        wanted: tuple[str, ...] = ("ada@example.org", "grace@example.org")
    else:
        title = key.replace("_", " ")
        wanted = _KNOWN.get(key, (f"Some {title}", f"Another {title}"))
    fitting = [word for word in wanted if shortest <= len(word) <= longest]
    yield from fitting
    if len(fitting) < len(wanted):
        length = min(longest, max(shortest, 4))
        yield from ("a" * length, "b" * length)


def lengths(field: Field) -> tuple[int, int]:
    """The fewest and the most characters of a text field."""
    longest = LONGEST[field.type] if field.max is None else int(field.max)
    return max(1, int(field.min or 0)), min(
        longest, LONGEST[FieldType.EMAIL]
    ) if field.type is FieldType.EMAIL else longest


@dataclass(frozen=True, slots=True)
class Edge:
    """A value at a limit or one step beyond it; `word` is the key of the limit, `max`, or empty for a built-in one."""

    word: str
    value: object
    fits: bool


def edges(field: Field) -> Iterator[Edge]:
    """The values at each limit of a field, accepted, and the nearest ones beyond, refused."""
    if field.type in TEXTS:
        yield from _text_edges(field)
    if field.type in {*NUMBERS, FieldType.FLOAT} and not field.one_of:
        yield from _number_edges(field)
    if field.type is FieldType.DATETIME:  # in other time zones the year before, which no calendar has
        yield Edge("", datetime(1, 1, 1, tzinfo=UTC), fits=False)
    if field.one_of:
        yield from (Edge("one_of", value, fits=True) for value in field.one_of)
        yield Edge("one_of", _none_of(field), fits=False)
    if field.pattern is not None:
        first = next(matching(field.pattern, *lengths(field)), None)
        if first is not None:
            yield Edge("pattern", first, fits=True)
            yield from (Edge("pattern", wrong, fits=False) for wrong in unfit(field.pattern, first))


def _none_of(field: Field) -> object:
    if field.type is FieldType.INT:
        return max(int(value) for value in field.one_of) + 1
    return "none of them"


def _number_edges(field: Field) -> Iterator[Edge]:
    step = _STEP.get(field.type, Decimal(1))
    for word, limit, sign in (("min", field.min, -1), ("max", field.max, 1)):
        if limit is not None:
            beyond = Decimal(limit) + sign * step
            exact = {FieldType.INT: int, FieldType.FLOAT: float}.get(field.type, Decimal)
            yield Edge(word, exact(limit), fits=word not in field.exclusive)
            yield Edge(word, exact(beyond), fits=False)


def _text_edges(field: Field) -> Iterator[Edge]:
    if field.pattern is not None or field.one_of:
        yield from _lengths_with_pattern(field)
        return
    shortest, longest = lengths(field)
    yield Edge("max" if field.max is not None else "", _long(field, longest), fits=True)
    yield Edge("max" if field.max is not None else "", _long(field, longest + 1), fits=False)
    if field.min is not None and int(field.min) >= 1:
        least = max(shortest, 5) if field.type is FieldType.EMAIL else shortest
        yield Edge("min", _long(field, least), fits=True)
        yield Edge("min", _long(field, shortest - 1), fits=False)
    elif field.type is not FieldType.EMAIL:
        yield Edge("min" if field.min is not None else "", "", fits=False)


def _lengths_with_pattern(field: Field) -> Iterator[Edge]:
    """Lengths cannot be chosen freely beside a pattern or choices: whatever fits them and is as long as said."""
    if field.pattern is None:
        return
    for word, limit in (("min", field.min), ("max", field.max)):
        if limit is None:
            continue
        at = next(matching(field.pattern, int(limit), int(limit)), None)
        past = int(limit) + (1 if word == "max" else -1)
        beyond = next(matching(field.pattern, past, past), "x" * past)
        if at is not None:
            yield Edge(word, at, fits=True)
        yield Edge(word, beyond, fits=False)


def _long(field: Field, length: int) -> str:
    if field.type is not FieldType.EMAIL:
        return "x" * length
    return f"{'x' * (length - 4)}@b.c"


def wrong_type(field: Field) -> object:
    """A value of another type than the field's."""
    if field.type in TEXTS:
        return 7
    if field.type is FieldType.BOOL:
        return "yes"
    return {FieldType.INT: "many", FieldType.DATE: "tomorrow", FieldType.DATETIME: "soon"}.get(field.type, "much")
