"""What operators make of the types around them."""

from quantumlayer.spec.cel.types import (
    ANY,
    BOOL,
    DATE,
    DECIMAL,
    DURATION,
    FILE,
    INT,
    NULL,
    STRING,
    TIMESTAMP,
    ListType,
    MapType,
    Nullable,
    Type,
    assignable,
    joined,
    without_null,
)

_NUMBERS = frozenset({INT, DECIMAL})
_ORDERED = frozenset({INT, DECIMAL, STRING, BOOL, DATE, TIMESTAMP, DURATION})
_TIMES: dict[tuple[str, Type, Type], Type] = {
    ("+", DATE, DURATION): DATE,
    ("+", DURATION, DATE): DATE,
    ("-", DATE, DURATION): DATE,
    ("+", TIMESTAMP, DURATION): TIMESTAMP,
    ("+", DURATION, TIMESTAMP): TIMESTAMP,
    ("-", TIMESTAMP, DURATION): TIMESTAMP,
    ("-", TIMESTAMP, TIMESTAMP): DURATION,
    ("+", DURATION, DURATION): DURATION,
    ("-", DURATION, DURATION): DURATION,
    ("+", STRING, STRING): STRING,
}


def binary_type(operator: str, left: Type, right: Type) -> Type | None:
    """The type of `left operator right`, or None where there is no such operation."""
    if operator in {"&&", "||"}:
        return BOOL if assignable(left, BOOL) and assignable(right, BOOL) else None
    if operator in {"==", "!="}:
        return BOOL if _equatable(left, right) else None
    if operator == "in":
        return BOOL if _member(left, right) else None
    if operator in {"<", "<=", ">", ">="}:
        return BOOL if joined(left, right) in _ORDERED else None
    return _arithmetic(operator, left, right)


def _equatable(left: Type, right: Type) -> bool:
    if left != right and NULL in {left, right}:
        return isinstance(left, Nullable) or isinstance(right, Nullable) or ANY in {left, right}
    return joined(left, right) is not None and without_null(left) != FILE


def _member(item: Type, whole: Type) -> bool:
    match whole:
        case ListType(item=held):
            return _equatable(item, held)
        case MapType():
            return assignable(item, STRING)
    return whole == ANY


def _arithmetic(operator: str, left: Type, right: Type) -> Type | None:
    if found := _TIMES.get((operator, left, right)):
        return found
    whole = joined(left, right)
    if whole in _NUMBERS:
        return None if operator == "%" and whole != INT else whole
    return whole if operator == "+" and isinstance(whole, ListType) else None
