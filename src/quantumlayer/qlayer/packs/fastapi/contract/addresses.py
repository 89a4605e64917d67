"""Which records a parameter means: conditions on columns."""

from quantumlayer.qlayer.packs.fastapi.code import UnsupportedError
from quantumlayer.qlayer.packs.fastapi.fields import FieldView
from quantumlayer.spec.model import FieldType, RelationKind, Spec


def condition(spec: Spec, entity: str, path: str, value: str, *, many: bool = False) -> str:
    """The condition that what the path leads to, from a record of the entity, is the value, or one of the values.

    Callers may ask for numbers that a column of 32 bits cannot hold: no record has them.

    Raises:
        UnsupportedError: The path leads nowhere that has a column.
    """
    node = spec.entities[entity]
    first, _, rest = path.partition(".")
    relation = node.relations.get(first)
    if relation is not None and relation.kind is RelationKind.MANY_TO_MANY:
        return f"{entity}.{first}.any({condition(spec, relation.to, rest or 'id', value, many=many)})"
    if relation is not None and rest:
        inner = condition(spec, relation.to, rest, value, many=many)
        return f"{entity}.{first}_id.in_(select({relation.to}.id).where({inner}))"
    held = first in node.fields or first in node.derived or first in {"id", "created_at", "updated_at"}
    held = held or (node.states is not None and first == node.states.field)
    if relation is None and (rest or not held):
        raise UnsupportedError(f"a parameter that means {path!r}")
    column = f"{entity}.{first}_id" if relation is not None else f"{entity}.{first}"
    if first in node.fields and _is_small(FieldView(entity, first, node.fields[first])):
        if many:
            return f"{column}.in_([literal(number, BigInteger()) for number in {value}])"
        return f"{column} == literal({value}, BigInteger())"
    return f"{column}.in_({value})" if many else f"{column} == {value}"


def _is_small(view: FieldView) -> bool:
    return view.field.type is FieldType.INT and not view.is_big
