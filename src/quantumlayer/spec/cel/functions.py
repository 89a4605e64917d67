"""The functions that expressions may call, and what they take and give."""

from dataclasses import dataclass

from quantumlayer.spec.cel.types import (
    ANY,
    BOOL,
    DATE,
    DECIMAL,
    DURATION,
    INT,
    STRING,
    TIMESTAMP,
    ListType,
    MapType,
    Type,
)


@dataclass(frozen=True, slots=True)
class Signature:
    """One way to call a function; `target` is what stands before the dot."""

    target: Type | None
    args: tuple[Type, ...]
    result: Type


def _plain(result: Type, *args: Type) -> Signature:
    return Signature(None, args, result)


def _method(target: Type, result: Type, *args: Type) -> Signature:
    return Signature(target, args, result)


def _getter(*targets: Type) -> tuple[Signature, ...]:
    """A part of a date, an instant (in UTC or the named time zone) or a duration (the whole of it in that unit)."""
    zoned = (_method(TIMESTAMP, INT, STRING),) if TIMESTAMP in targets else ()
    return (*(_method(target, INT) for target in targets), *zoned)


_SIZED = (STRING, ListType(ANY), MapType(ANY))
_ORDERED = (INT, DECIMAL, STRING, DATE, TIMESTAMP, DURATION)
_TEXT_TEST = (_method(STRING, BOOL, STRING),)
_LESSER = tuple(_plain(item, item, item) for item in _ORDERED)

FUNCTIONS: dict[str, tuple[Signature, ...]] = {
    "size": (*(_plain(INT, item) for item in _SIZED), *(_method(item, INT) for item in _SIZED)),
    "contains": _TEXT_TEST,
    "startsWith": _TEXT_TEST,
    "endsWith": _TEXT_TEST,
    "matches": (*_TEXT_TEST, _plain(BOOL, STRING, STRING)),
    "int": tuple(_plain(INT, item) for item in (INT, DECIMAL, STRING, TIMESTAMP)),
    "string": tuple(_plain(STRING, item) for item in (STRING, INT, DECIMAL, BOOL, DATE, TIMESTAMP, DURATION)),
    "bool": (_plain(BOOL, BOOL), _plain(BOOL, STRING)),
    "date": (_plain(DATE, STRING),),
    "timestamp": (_plain(TIMESTAMP, STRING), _plain(TIMESTAMP, TIMESTAMP), _plain(TIMESTAMP, INT)),
    "duration": (_plain(DURATION, STRING), _plain(DURATION, DURATION)),
    "today": (_plain(DATE),),
    "now": (_plain(TIMESTAMP),),
    "days": (_plain(DURATION, INT),),
    "hours": (_plain(DURATION, INT),),
    "minutes": (_plain(DURATION, INT),),
    "days_between": (_plain(INT, DATE, DATE),),
    "add_months": (_plain(DATE, DATE, INT), _plain(TIMESTAMP, TIMESTAMP, INT)),
    "time_of_day": (_plain(DURATION, TIMESTAMP),),
    "min": _LESSER,
    "max": _LESSER,
    "sum": (_method(ListType(INT), INT), _method(ListType(DECIMAL), DECIMAL)),
    "range": (_plain(ListType(INT), INT),),
    "slug": (_plain(STRING, STRING),),
    "code": (_plain(STRING, INT),),
    "getFullYear": _getter(DATE, TIMESTAMP),
    "getMonth": _getter(DATE, TIMESTAMP),
    "getDate": _getter(DATE, TIMESTAMP),
    "getDayOfMonth": _getter(DATE, TIMESTAMP),
    "getDayOfWeek": _getter(DATE, TIMESTAMP),
    "getDayOfYear": _getter(DATE, TIMESTAMP),
    "getHours": _getter(TIMESTAMP, DURATION),
    "getMinutes": _getter(TIMESTAMP, DURATION),
    "getSeconds": _getter(TIMESTAMP, DURATION),
    "getMilliseconds": _getter(TIMESTAMP, DURATION),
}

LEFT_OUT = {
    "double": "Write the number with a point: it is a decimal.",
    "uint": "Whole numbers are signed.",
    "bytes": "Use the text itself.",
    "type": "Every expression has one known type.",
    "dyn": "Every expression has one known type.",
}
"""Standard functions that this dialect leaves out, and what to do instead."""
