"""Fields of which every made-up record has a value of its own, so that many can stand beside each other."""

from collections.abc import Iterator

from quantumlayer.spec.model import Entity, Field, FieldType
from quantumlayer.spec.remember import remembered

_SEVERAL = 7
_ENDLESS = frozenset(FieldType) - {FieldType.BOOL, FieldType.JSON, FieldType.TEXT}


@remembered
def apart(entity: Entity) -> frozenset[str]:
    """The unique fields, and one field of each rule that no two records have the same values together."""
    return frozenset([*(key for key, item in entity.fields.items() if item.unique), *_of_rules(entity)])


def _of_rules(entity: Entity) -> Iterator[str]:
    overlaps = [rule.no_overlap for rule in entity.rules.values() if rule.no_overlap is not None]
    timing = {key for overlap in overlaps for key in (overlap.start, overlap.end)}
    for rule in entity.rules.values():
        fields = [] if rule.unique is None else [key for key in rule.unique.of if key in entity.fields]
        endless = [key for key in fields if _is_endless(entity.fields[key])]
        several = [key for key in fields if key not in endless and _has_several(entity.fields[key])]
        # Where records are in time decides about more than this rule.
        yield from [*(key for key in endless if key not in timing), *several, *endless][:1]


def _has_several(item: Field) -> bool:
    """Whether it is a whole number between limits that leave room for some records beside each other."""
    if item.type is not FieldType.INT or item.one_of or item.optional or item.default is not None:
        return False
    return item.max is not None and item.max - (item.min or 0) >= _SEVERAL


def _is_endless(item: Field) -> bool:
    """Whether a number in it makes another value."""
    if item.one_of or item.optional or item.default is not None:
        return False
    return item.type is FieldType.STRING or (item.type in _ENDLESS and item.max is None)
