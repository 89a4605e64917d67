"""Which records a parameter means: conditions on columns."""

from quantumlayer.qlayer.packs.fastapi.code import UnsupportedError
from quantumlayer.spec.model import RelationKind, Spec


def condition(spec: Spec, entity: str, path: str, value: str, *, many: bool = False) -> str:
    """The condition that what the path leads to, from a record of the entity, is the value, or one of the values.

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
    return f"{column}.in_({value})" if many else f"{column} == {value}"
