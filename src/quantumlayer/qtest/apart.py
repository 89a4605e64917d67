"""Fields of which every made-up record has a value of its own, so that many can stand beside each other."""

from collections.abc import Iterator

from quantumlayer.spec.model import Entity, Field, FieldType
from quantumlayer.spec.remember import remembered

_RARE = 100
_ENDLESS = frozenset(FieldType) - {FieldType.BOOL, FieldType.JSON, FieldType.TEXT}


@remembered
def apart(entity: Entity) -> frozenset[str]:
    """The unique fields, and one field of each rule that no two records have the same values together."""
    return frozenset([*(key for key, item in entity.fields.items() if item.unique), *_of_rules(entity)])


def _of_rules(entity: Entity) -> Iterator[str]:
    for rule in entity.rules.values():
        fields = [] if rule.unique is None else [key for key in rule.unique.of if key in entity.fields]
        yield from [key for key in fields if _is_endless(entity.fields[key])][:1]


def _is_endless(item: Field) -> bool:
    """Whether a number in it makes another value."""
    if item.one_of or item.optional or item.default is not None:
        return False
    return item.type is FieldType.STRING or (item.type in _ENDLESS and item.max is None)


def is_rare(entity: Entity) -> bool:
    """Whether there can be a few such records only, as one of their values is unique."""
    unique = [item for item in entity.fields.values() if item.unique and not item.optional]
    return any(item.one_of or (room_of(item) or _RARE) < _RARE for item in unique)


def room_of(item: Field) -> int | None:
    """How many whole numbers fit, if they are bounded."""
    if item.type is not FieldType.INT or item.max is None:
        return None
    return int(item.max) - int(item.min or 0) + 1
