"""The types that expressions have."""

from dataclasses import dataclass

from quantumlayer.spec.model import FieldType


@dataclass(frozen=True, slots=True)
class Simple:
    """A type without parts."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class ListType:
    """Many values of one type."""

    item: "Type"

    def __str__(self) -> str:
        return f"list({self.item})"


@dataclass(frozen=True, slots=True)
class MapType:
    """Values of one type by text."""

    value: "Type"

    def __str__(self) -> str:
        return f"map({self.value})"


@dataclass(frozen=True, slots=True)
class RecordType:
    """A record of an entity."""

    entity: str

    def __str__(self) -> str:
        return self.entity


@dataclass(frozen=True, slots=True)
class CallerType:
    """Who asks: somebody in one of these roles, `anyone` being a stranger."""

    roles: tuple[str, ...]

    def __str__(self) -> str:
        return "caller"


@dataclass(frozen=True, slots=True)
class TakesType:
    """The input of an operation, one of the `rows` in it, or the parameters of a query."""

    operation: str
    query: bool = False
    rows: str = ""

    def __str__(self) -> str:
        if self.rows:
            return f"row of takes.{self.rows}"
        return f"{'parameters' if self.query else 'input'} of {self.operation}"


@dataclass(frozen=True, slots=True)
class Nullable:
    """A value or null; the item is never itself nullable."""

    item: "Type"

    def __str__(self) -> str:
        return f"{self.item} or null"


Type = Simple | ListType | MapType | RecordType | CallerType | TakesType | Nullable

INT = Simple("int")
DECIMAL = Simple("decimal")
STRING = Simple("string")
BOOL = Simple("bool")
DATE = Simple("date")
TIMESTAMP = Simple("timestamp")
DURATION = Simple("duration")
NULL = Simple("null")
FILE = Simple("file")
"""A file: all that an expression learns of it is whether it is there."""
ANY = Simple("any")
"""The item of an empty list or map: it fits everything."""

_OF_FIELD = {
    FieldType.STRING: STRING,
    FieldType.TEXT: STRING,
    FieldType.EMAIL: STRING,
    FieldType.INT: INT,
    FieldType.DECIMAL: DECIMAL,
    FieldType.MONEY: DECIMAL,
    FieldType.BOOL: BOOL,
    FieldType.DATE: DATE,
    FieldType.DATETIME: TIMESTAMP,
    FieldType.FLOAT: DECIMAL,
    FieldType.JSON: ANY,
    FieldType.FILE: FILE,
}


def field_type(kind: FieldType) -> Type:
    """The type of the values a field holds."""
    return _OF_FIELD[kind]


def nullable(item: Type) -> Type:
    """The type with null beside its values."""
    return item if isinstance(item, Nullable) or item in {NULL, ANY} else Nullable(item)


def without_null(item: Type) -> Type:
    """The type of the values that are not null."""
    return item.item if isinstance(item, Nullable) else item


def assignable(actual: Type, wanted: Type) -> bool:
    """Whether a value of the one type may stand where the other is wanted."""
    if actual == wanted or ANY in {actual, wanted}:
        return True
    match actual, wanted:
        case Nullable(item=given), Nullable(item=target):
            return assignable(given, target)
        case _, Nullable(item=target):
            return actual == NULL or assignable(actual, target)
        case (ListType(item=given), ListType(item=target)) | (MapType(value=given), MapType(value=target)):
            return assignable(given, target)
    return (actual, wanted) == (INT, DECIMAL)


def joined(one: Type, other: Type) -> Type | None:
    """The narrowest type that both fit, or None."""
    if ANY in {one, other}:
        return other if one == ANY else one
    if one == NULL or isinstance(one, Nullable) or other == NULL or isinstance(other, Nullable):
        if NULL in {one, other}:
            return nullable(other if one == NULL else one)
        item = joined(without_null(one), without_null(other))
        return None if item is None else nullable(item)
    match one, other:
        case ListType(item=left), ListType(item=right):
            item = joined(left, right)
            return None if item is None else ListType(item)
        case MapType(value=left), MapType(value=right):
            item = joined(left, right)
            return None if item is None else MapType(item)
    if assignable(one, other):
        return other
    return one if assignable(other, one) else None
