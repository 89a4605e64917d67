"""Records in memory, on which expressions are evaluated."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal

from quantumlayer.spec.cel.errors import CelRuntimeError
from quantumlayer.spec.cel.runtime import local, zone
from quantumlayer.spec.model import FieldType, Spec

_PLACES = {FieldType.MONEY: Decimal("0.01"), FieldType.DECIMAL: Decimal("0.000001")}


@dataclass(slots=True, eq=False)
class Record:
    """A record of an entity, compared by identity.

    `values` holds fields, state, `id`, `created_at` and `updated_at` by name, and relations as records. An optional
    value may be left out; derived values and ways back are worked out, never held.
    """

    entity: str
    values: dict[str, object]


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: `anyone` is the role of a stranger, `record` the one that a caller of this role is."""

    role: str
    id: int | None = None
    record: Record | None = None


@dataclass(slots=True, eq=False)
class World:
    """All records there are, and the moment it is.

    Args:
        spec: What the records are records of.
        now: The moment, with a time zone.
    """

    spec: Spec
    now: datetime
    _records: dict[str, list[Record]] = field(default_factory=dict, repr=False)

    def add(self, record: Record) -> Record:
        """Puts a record into the world, where ways back find it; returns it."""
        self._records.setdefault(record.entity, []).append(record)
        return record

    def remove(self, record: Record) -> None:
        """Takes a record out of the world."""
        self._records[record.entity].remove(record)

    def records(self, entity: str) -> list[Record]:
        """The records of an entity in the order in which they were added."""
        return self._records.get(entity, [])

    def today(self) -> date:
        """The day it is in the service's time zone."""
        return local(self.now, zone(self.spec.service.timezone)).date()

    def moment(self) -> datetime:
        """The moment it is, in UTC."""
        return self.now.astimezone(UTC)


@dataclass(slots=True, eq=False)
class Frame:
    """What one evaluation knows: the world, and the variables by name."""

    world: World
    names: dict[str, object]
    depth: int = 0


def value_of(record: Record | None, name: str, *, optional: bool) -> object:
    """What a record holds under a name.

    Raises:
        CelRuntimeError: The record lacks a value that it must have, or is not there although a guard says so.
    """
    found = there(record, name)
    return present(found.values.get(name), f"{found.entity}.{name}", optional=optional)


def there(record: Record | None, name: str) -> Record:
    """The record of which something called `name` is asked.

    Raises:
        CelRuntimeError: There is none: a part of an expression may lack the guard before it.
    """
    if record is None:
        message = f"there is no record to read {name!r} of"
        raise CelRuntimeError(message)
    return record


def taken(takes: Mapping[str, object], name: str, *, optional: bool) -> object:
    """What an operation was given under a name.

    Raises:
        CelRuntimeError: It was not given, and is not optional.
    """
    return present(takes.get(name), f"takes.{name}", optional=optional)


def present(value: object, what: str, *, optional: bool) -> object:
    """The value, if it is there or may be missing; a measurement as the decimal that it is written as.

    Raises:
        CelRuntimeError: It is missing.
    """
    if value is None and not optional:
        message = f"{what} has no value"
        raise CelRuntimeError(message)
    return exact(value)


def exact(value: object) -> object:
    """A binary fraction as the shortest decimal that means it, because the two do not mix; anything else as it is."""
    return Decimal(str(value)) if isinstance(value, float) else value


def rounded(value: object, kind: FieldType) -> object:
    """A number with the decimal places of its type, halves away from zero; anything else as it is.

    A `float` has as many places as fit a binary fraction.
    """
    if kind is FieldType.FLOAT and isinstance(value, int | Decimal):
        return float(value)
    places = _PLACES.get(kind)
    if places is None or not isinstance(value, int | Decimal):
        return value
    return Decimal(value).quantize(places, ROUND_HALF_UP)
