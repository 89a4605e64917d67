"""One entity of a document as it grows, and where the members of its views lead."""

from dataclasses import dataclass, field

from quantumlayer.kit.identifiers import identifier, singular
from quantumlayer.qlayer.parser.openapi.resources import Resource
from quantumlayer.qlayer.parser.openapi.schemas import Flat
from quantumlayer.spec.model import Computed, Field, FieldType, Relation
from quantumlayer.spec.validate.names import free_name

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


def usual(held: Field) -> Computed | bool | int | str | None:
    """A value for what answers always show although nobody need give it."""
    if held.one_of:
        return held.one_of[0]
    if held.type is FieldType.BOOL:
        return False
    if held.type is FieldType.INT:
        return int(max(held.min or 0, 0)) if held.max is None or held.max >= 0 else int(held.max)
    if held.type is FieldType.DATETIME:
        return Computed(cel="now()")
    if held.type is FieldType.DATE:
        return Computed(cel="today()")
    if held.type in {FieldType.STRING, FieldType.TEXT} and held.min == 0 and held.pattern is None:
        return ""
    return None
