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
    Nullable,
    Simple,
    Type,
    assignable,
    nullable,
)

ITEM = Simple("item")
"""In what a function gives: the type of the items of the list before the dot, or of the lists in it."""


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
# Of an empty list null, or what is given for it.
_LEAST = tuple(
    one for item in _ORDERED for one in (_method(ListType(item), Nullable(item)), _method(ListType(item), item, item))
)
_MIDDLE = (_method(ListType(DECIMAL), Nullable(DECIMAL)), _method(ListType(DECIMAL), DECIMAL, DECIMAL))
_END = (_method(ListType(ANY), Nullable(ITEM)),)

FUNCTIONS: dict[str, tuple[Signature, ...]] = {
    "size": (*(_plain(INT, item) for item in _SIZED), *(_method(item, INT) for item in _SIZED)),
    "contains": _TEXT_TEST,
    "startsWith": _TEXT_TEST,
    "endsWith": _TEXT_TEST,
    "matches": (*_TEXT_TEST, _plain(BOOL, STRING, STRING)),
    "int": tuple(_plain(INT, item) for item in (INT, DECIMAL, STRING, TIMESTAMP)),
    "string": tuple(_plain(STRING, item) for item in (STRING, INT, DECIMAL, BOOL, DATE, TIMESTAMP, DURATION)),
    "bool": (_plain(BOOL, BOOL), _plain(BOOL, STRING)),
    "date": (_plain(DATE, STRING), _plain(DATE, TIMESTAMP)),
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
    "min": (*_LESSER, *_LEAST),
    "max": (*_LESSER, *_LEAST),
    "sum": (_method(ListType(INT), INT), _method(ListType(DECIMAL), DECIMAL)),
    "average": _MIDDLE,
    "median": _MIDDLE,
    "first": _END,
    "last": _END,
    "distinct": (_method(ListType(ANY), ListType(ITEM)),),
    "flatten": (_method(ListType(ListType(ANY)), ListType(ITEM)),),
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


def resolved(function: str, target: Type | None, args: tuple[Type, ...]) -> Type | None:
    """What a call of a function gives, or None where it takes something else."""
    for offered in FUNCTIONS[function]:
        if len(offered.args) != len(args) or (offered.target is None) != (target is None):
            continue
        fits = target is None or offered.target is None or assignable(target, offered.target)
        if fits and all(assignable(arg, wanted) for arg, wanted in zip(args, offered.args, strict=True)):
            return _of_items(offered, target)
    return None


def _of_items(offered: Signature, target: Type | None) -> Type:
    """What a function gives, with the type of the items of this list."""
    items = offered.target
    while isinstance(items, ListType) and isinstance(target, ListType):
        items, target = items.item, target.item
    item = ANY if target is None else target
    match offered.result:
        case Nullable(item=given) if given == ITEM:
            return nullable(item)
        case ListType(item=given) if given == ITEM:
            return ListType(item)
    return offered.result
