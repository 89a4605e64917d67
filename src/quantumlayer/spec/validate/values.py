"""Judges fields: limits, patterns, choices and plain defaults."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal

from quantumlayer.spec.errors import Problem
from quantumlayer.spec.model import LONGEST, Computed, Field, FieldType, Literal_, Spec
from quantumlayer.spec.style import contract_of
from quantumlayer.spec.validate.patterns import judge_pattern, lengths, matches

_TEXT = frozenset({FieldType.STRING, FieldType.TEXT, FieldType.EMAIL})
_PLACES = {FieldType.INT: 0, FieldType.MONEY: 2, FieldType.DECIMAL: 6, FieldType.FLOAT: 330}
_MOST = 1_000_000
_LARGEST = {
    FieldType.INT: 2**63 - 1,
    FieldType.MONEY: 10**16 - 1,
    FieldType.DECIMAL: 10**12 - 1,
    FieldType.FLOAT: 10**308,
}
_USUAL_INT = 2**31 - 1
_SHORTEST_EMAIL = 5
_YEARS = range(2, 9999)  # the first and the last have instants that other time zones do not
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def judge_values(spec: Spec) -> Iterator[Problem]:
    """Fields of entities, inputs of operations and queries, one by one, and the examples of derived fields."""
    for name, entity in spec.entities.items():
        for key, field in entity.fields.items():
            yield from _field(f"entities.{name}.fields.{key}", field)
            if contract_of(spec) is None:
                yield from _only_by_contract(f"entities.{name}.fields.{key}", field)
        for key, derived in entity.derived.items():
            address = f"entities.{name}.derived.{key}.examples"
            shown = {other: Field(type=item.type, optional=item.optional) for other, item in entity.derived.items()}
            for index, example in enumerate(derived.examples):
                yield from _example(f"{address}.{index}.given", example.given, entity.fields, given=True)
                yield from _example(f"{address}.{index}.then", example.then, shown, given=False)
    yield from _inputs(spec)


def _inputs(spec: Spec) -> Iterator[Problem]:
    callables = [(f"operations.{name}.takes", item.inputs) for name, item in spec.operations.items()]
    callables += [(f"queries.{name}.takes", item.takes) for name, item in spec.queries.items()]
    callables += [(f"reports.{name}.takes", item.inputs) for name, item in spec.reports.items()]
    for name, operation in spec.operations.items():
        for key, rows in operation.rows.items():
            callables.append((f"operations.{name}.takes.{key}.each", rows.inputs))
            if rows.max < rows.min:
                message = f"No number of rows is at least {rows.min} and at most {rows.max}."
                yield Problem(f"operations.{name}.takes.{key}.max", message, "Give bounds with `min` <= `max`.")
    for prefix, takes in callables:
        for key, field in takes.items():
            address = f"{prefix}.{key}"
            yield from _field(address, field)
            yield from _only_by_contract(address, field)
            yield from _input(address, field)


def _input(address: str, field: Field) -> Iterator[Problem]:
    for word in ("unique", "immutable", "read_only", "visible_to"):
        if getattr(field, word):
            yield Problem(f"{address}.{word}", f"`{word}` has no meaning for an input.", f"Remove `{word}`.")
    if isinstance(field.default, Computed):
        message = "The default of an input is a plain value, not an expression."
        yield Problem(f"{address}.default", message, "Make it optional and work the value out in `sets` or `creates`.")


def _example(
    address: str, values: Mapping[str, Literal_ | None], fields: Mapping[str, Field], *, given: bool
) -> Iterator[Problem]:
    for key, value in values.items():
        field = fields.get(key)
        if field is None:
            known = ", ".join(fields) or "none"
            yield Problem(
                f"{address}.{key}", f"There is no value {key!r} to give or show here.", f"Known are: {known}."
            )
        elif value is None and not (field.optional or field.is_file):
            yield Problem(f"{address}.{key}", f"{key} always has a value.", "Write a value.")
        elif value is not None and (fault := misfit(field, value) or (beyond(field, value) if given else "")):
            yield Problem(f"{address}.{key}", fault, "Write a value of the field's type and limits.")


def _field(address: str, field: Field) -> Iterator[Problem]:
    yield from _unsaid(address, field)
    if field.is_file:
        return  # told where files are judged
    yield from _unique(address, field)
    yield from _exclusive(address, field)
    limits = list(_limits(address, field))
    pattern = list(_pattern(address, field))
    choices = list(_choices(address, field))
    yield from limits
    yield from pattern
    yield from choices
    if field.default is None or isinstance(field.default, Computed) or limits or pattern or choices:
        return
    if fault := misfit(field, field.default) or beyond(field, field.default):
        worked_out = isinstance(field.default, str) and field.type not in _TEXT
        other = "write `{cel: ...}` to have it worked out." if worked_out else "the limit."
        yield Problem(f"{address}.default", f"The default does not fit: {fault}", f"Change the default, or {other}")


def _only_by_contract(address: str, field: Field) -> Iterator[Problem]:
    """What a field can be only where an interface says how callers write it."""
    if field.type is FieldType.JSON:
        message = "What is in a `json` value is said by the shapes of an `interface`, and there are none."
        yield Problem(f"{address}.type", message, "Use fields, or another entity with a relation to this one.")
    if field.type in _TEXT and field.min == 0:
        message = "A text is never empty here: `min: 0` is for the shapes of an `interface` that lets it be."
        yield Problem(f"{address}.min", message, "Remove `min`, and add `optional: true` if it may be missing.")


def _unsaid(address: str, field: Field) -> Iterator[Problem]:
    """Empty lists, which read as if nothing or nobody were meant."""
    for word, meaning in (("one_of", "No value could ever fit"), ("visible_to", "Nobody could ever see it")):
        if word in field.model_fields_set and not getattr(field, word):
            yield Problem(f"{address}.{word}", f"{meaning}: the list is empty.", f"Fill or remove `{word}`.")


def _exclusive(address: str, field: Field) -> Iterator[Problem]:
    """A bound that is not there, or one of a number that has a nearest neighbour."""
    for word in field.exclusive:
        if field.type is not FieldType.FLOAT or getattr(field, word) is None:
            message = f"There is no `{word}` of a float here that could be left out."
            hint = f"Remove `exclusive`, or add `{word}`; of whole numbers and amounts say the nearest one that fits."
            yield Problem(f"{address}.exclusive", message, hint)


def _unique(address: str, field: Field) -> Iterator[Problem]:
    if not field.unique:
        return
    if field.type is FieldType.BOOL:
        message = "There could be two records only: a bool has two values."
        yield Problem(f"{address}.unique", message, "Remove `unique`.")
    elif len(field.one_of) == 1 or (field.type not in _TEXT and field.min is not None and field.min == field.max):
        yield Problem(f"{address}.unique", "There could be one record only: one value fits.", "Remove `unique`.")
    elif field.default is not None and not isinstance(field.default, Computed):
        message = "Only one record could have the default: no two have the same value."
        yield Problem(f"{address}.default", message, "Remove `default` or `unique`.")


def _limits(address: str, field: Field) -> Iterator[Problem]:
    for word in ("min", "max"):
        value = getattr(field, word)
        if value is not None and (fault := _bad_limit(field.type, value, 0 if word == "min" else 1)):
            yield Problem(f"{address}.{word}", fault, f"Correct or remove `{word}`.")
    if field.min is not None and field.max is not None and field.min > field.max:
        message = f"`min` {field.min} is larger than `max` {field.max}."
        yield Problem(f"{address}.min", message, "No value could ever fit; swap or correct them.")
    longest = LONGEST.get(field.type)
    if field.max is None and field.min is not None and longest is not None and field.min > longest:
        message = f"`min` {field.min} is larger than the {longest} characters of a {field.type}."
        yield Problem(f"{address}.min", message, "Add a larger `max`.")
    if field.type is FieldType.EMAIL and field.max is not None and field.max < _SHORTEST_EMAIL:
        message = f"The shortest email has {_SHORTEST_EMAIL} characters: `a@b.c`."
        yield Problem(f"{address}.max", message, "Give a larger `max`, or remove it.")


def _bad_limit(kind: FieldType, value: int | Decimal, least: int) -> str:
    if kind in _TEXT:
        fits = isinstance(value, int) and least <= value <= _MOST
        return "" if fits else f"The length of a text is a whole number from {least} to {_MOST:,}."
    if kind not in _PLACES:
        return f"A {kind} has no `min` and `max`."
    return _bad_number(kind, value)


def _bad_number(kind: FieldType, value: int | Decimal) -> str:
    exponent = Decimal(value).as_tuple().exponent
    places = -exponent if isinstance(exponent, int) and exponent < 0 else 0
    if places > _PLACES[kind]:
        return f"A number with {places} places does not fit {kind}, which has {_PLACES[kind]}."
    return f"The number is too large for {kind}." if Decimal(value).copy_abs() > _LARGEST[kind] else ""


def _pattern(address: str, field: Field) -> Iterator[Problem]:
    if field.pattern is None:
        return
    if field.type not in _TEXT:
        yield Problem(f"{address}.pattern", f"A {field.type} has no pattern.", "Remove `pattern`.")
    elif field.type is FieldType.EMAIL:
        message = "An email has the pattern of an address and no other."
        yield Problem(f"{address}.pattern", message, "Remove `pattern`, or make it a string.")
    elif fault := judge_pattern(field.pattern):
        yield Problem(f"{address}.pattern", fault, "Use characters, classes such as [0-9], and plain repetition.")
    else:
        yield from _unreachable(address, field, *lengths(field.pattern))


def _unreachable(address: str, field: Field, least: int, most: int) -> Iterator[Problem]:
    """A pattern whose texts are all too long or too short."""
    longest = LONGEST[field.type] if field.max is None else field.max
    if least > longest:
        message = f"No text fits: the pattern wants {least} characters or more, and `max` is {longest}."
        yield Problem(f"{address}.pattern", message, "Correct the pattern or `max`.")
    shortest = 1 if field.min is None else field.min
    if most < shortest:
        message = f"No text fits: the pattern has at most {most} characters, and `min` is {shortest}."
        yield Problem(f"{address}.pattern", message, "Correct the pattern or `min`.")


def _choices(address: str, field: Field) -> Iterator[Problem]:
    for index, choice in enumerate(field.one_of):
        place = f"{address}.one_of"
        if choice in field.one_of[:index]:
            yield Problem(place, f"{choice!r} stands here twice.", "Remove one of the two.")
        elif field.type not in _TEXT and field.type is not FieldType.INT:
            yield Problem(place, f"A {field.type} has no `one_of`.", "Use `string` or `int`.")
            return
        elif fault := misfit(field.model_copy(update={"one_of": ()}), choice) or beyond(field, choice):
            yield Problem(place, f"A choice does not fit: {fault}", "Correct the choice, or the type or limit.")


def misfit(field: Field, value: Literal_) -> str:
    """Why a value is not of the field's type; empty if it is."""
    kind = field.type
    if kind in _PLACES:
        if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
            return f"{value!r} is no number."
        return _bad_number(kind, value)
    if kind is FieldType.DATETIME:
        return (
            ""
            if isinstance(value, str) and _is_instant(value)
            else f"{value!s} is no instant such as '2026-01-31T08:00:00Z'."
        )
    if kind is FieldType.EMAIL and not (isinstance(value, str) and _EMAIL.fullmatch(value)):
        return f"{value!r} is no e-mail address."
    wanted = {FieldType.BOOL: bool, FieldType.DATE: date}.get(kind, str)
    if kind is FieldType.JSON:
        return f"{value!s} cannot be a default: a structure has none."
    if kind is FieldType.FILE:
        return f"{value!s} cannot stand here: a file is no value that can be written down."
    return "" if isinstance(value, wanted) else f"{value!s} is no {kind}."


def _is_instant(value: str) -> bool:
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return False
    return found.tzinfo is not None and found.year in _YEARS


def _bounds(field: Field) -> tuple[int | Decimal | None, int | Decimal | None]:
    """The least and the greatest number, or length of a text; a whole number has 32 bits unless a limit is beyond."""
    limits = [limit for limit in (field.min, field.max, *field.one_of) if isinstance(limit, int)]
    if field.type is FieldType.INT and all(-_USUAL_INT - 1 <= limit <= _USUAL_INT for limit in limits):
        return (
            -_USUAL_INT - 1 if field.min is None else field.min,
            _USUAL_INT if field.max is None else field.max,
        )
    return field.min, field.max if field.max is not None else LONGEST.get(field.type)


def beyond(field: Field, value: Literal_) -> str:
    """Which limit of the field a value of its type breaks; empty if none."""
    shown = repr(value) if isinstance(value, str) else str(value)
    if field.one_of and value not in field.one_of:
        return f"{shown} is not one of {', '.join(map(str, field.one_of))}."
    if field.type in _TEXT and field.min != 0 and isinstance(value, str) and (not value or value[0].isspace()):
        return f"{shown} is empty or begins with a space, which no text of a service does."
    size = len(value) if isinstance(value, str) else value
    if isinstance(size, (int, Decimal)) and not isinstance(size, bool) and field.type is not FieldType.DATETIME:
        least, most = _bounds(field)
        if least is not None and size < least:
            return f"{shown} is less than `min` {least}."
        if most is not None and size > most:
            return f"{shown} is more than `max` {most}."
    if isinstance(value, str) and field.pattern is not None and not matches(field.pattern, value):
        return f"{shown} does not match the pattern."
    return ""
