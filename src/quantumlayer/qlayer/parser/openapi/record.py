"""One entity of a document as it grows, and where the members of its views lead."""

from dataclasses import dataclass, field
from decimal import Decimal

from quantumlayer.kit.identifiers import identifier, singular
from quantumlayer.qlayer.parser.openapi.resources import Resource
from quantumlayer.qlayer.parser.openapi.schemas import Flat
from quantumlayer.spec.fitting import matching
from quantumlayer.spec.model import Computed, Field, FieldType, Relation
from quantumlayer.spec.validate.names import free_name

_LONGEST = 4000
_NOBODY = "nobody@example.org"
SCALARS = frozenset({"string", "integer", "number", "boolean"})


@dataclass(frozen=True, slots=True)
class Place:
    """Where a member of a view leads: to a field, a relation, a way back, or something that every record has.

    `target` names the entity of a relation or a way back.
    """

    name: str
    target: str = ""
    many: bool = False


@dataclass(slots=True)
class Record:
    """An entity as it grows.

    Args:
        resource: What it is a record of.
        text_id: The member that holds an id which is no number, in one spelling; empty where ids are numbers.
        scopes: What paths say of its records that is no record itself (`/companies/{companyId}/staff`), by name.
        seen: The fields as each view has them, by name.
    """

    resource: Resource
    seen: dict[str, list[Field]] = field(default_factory=dict)
    relations: dict[str, Relation] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    always: set[str] = field(default_factory=set)
    shown: set[str] = field(default_factory=set)
    nullable: set[str] = field(default_factory=set)
    emptied: set[str] = field(default_factory=set)
    certain: set[str] = field(default_factory=set)
    backs: set[str] = field(default_factory=set)
    text_id: str = ""
    scopes: dict[str, Field] = field(default_factory=dict)
    structured: set[str] = field(default_factory=set)

    def lacks(self, place: Place, flat: Flat) -> bool:
        """Whether a view cannot show or take what other views have as an object or an array."""
        return place.name in self.structured and flat.kind in SCALARS


def is_number(flat: Flat, plain: str, own: str) -> bool:
    """Whether a member is the number that the service gives a record."""
    return flat.kind == "integer" and plain in {"id", f"{singular(identifier(own))}_id"}


def free_relation(record: Record, name: str) -> str:
    """The name itself, or one like it whose column no field of the record has."""
    columns = (field.removesuffix("_id") for field in record.seen if field.endswith("_id"))
    return free_name(name, [*record.seen, *columns])


def usual(held: Field) -> Computed | bool | int | Decimal | str | None:
    """A value for what answers always show although nobody need give it."""
    if held.one_of:
        return held.one_of[0]
    if held.type is FieldType.BOOL:
        return False
    if held.type in {FieldType.INT, FieldType.FLOAT} and not held.exclusive:
        return _nearest_to_zero(held)
    if held.type is FieldType.DATETIME:
        return Computed(cel="now()")
    if held.type is FieldType.DATE:
        return Computed(cel="today()")
    if held.type in {FieldType.STRING, FieldType.TEXT}:
        return "" if held.min == 0 and held.pattern is None else _made_up(held)
    if held.type is FieldType.EMAIL:
        return _NOBODY if held.pattern is None else _made_up(held)
    return None


def _nearest_to_zero(held: Field) -> int | Decimal:
    kind = int if held.type is FieldType.INT else Decimal
    least, most = kind(held.min or 0), None if held.max is None else kind(held.max)
    return max(least, kind(0)) if most is None or most >= 0 else most


def _made_up(held: Field) -> str | None:
    """A text that fits a pattern or a length and says nothing."""
    least, most = int(held.min or 0), int(held.max or _LONGEST)
    if held.pattern is None:
        return "unknown"[:most] if least <= len("unknown") else "x" * least if least <= _LONGEST else None
    return next(matching(held.pattern, least, most), None)
