"""What the list of an entity can be asked, as every pack and every test must understand it."""

from collections.abc import Sequence

from quantumlayer.spec.base import Field, FieldType
from quantumlayer.spec.model import Entity

NONE = "none"
"""What a filter is asked with for the records that have no value."""

MOMENTS = ("created_at", "updated_at")
"""What every record has, and its list can be sorted by."""

_TEXTS = frozenset({FieldType.STRING, FieldType.TEXT, FieldType.EMAIL})


def asks_for_none(entity: Entity, key: str) -> bool:
    """Whether the filter can ask for records without a value: a text that is no choice may be the word itself."""
    if key in entity.references:
        return entity.references[key].optional
    field = entity.fields.get(key)
    if field is None or not field.optional or NONE in field.one_of:
        return False
    return field.type not in _TEXTS or bool(field.one_of)


def field_of(entity: Entity, key: str) -> Field:
    """The field of that name, or what stands for a moment that every record has."""
    return Field(type=FieldType.DATETIME) if key in MOMENTS else entity.fields[key]


def choices(entity: Entity, key: str) -> Sequence[int | str]:
    """The choices of a value in whose order lists go; empty where they go by the values themselves."""
    if entity.states is not None and key == entity.states.field:
        return entity.states.values
    found = entity.fields[key].one_of if key in entity.fields else ()
    numbers = [one for one in found if isinstance(one, int)]
    return () if len(numbers) == len(found) and numbers == sorted(numbers) else found
