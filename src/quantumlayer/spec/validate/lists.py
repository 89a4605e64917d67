"""Judges how lists are asked for: ranges, orders, and queries."""

from collections.abc import Iterable, Iterator

from quantumlayer.spec.askers import unasked
from quantumlayer.spec.errors import Problem
from quantumlayer.spec.lists import MOMENTS
from quantumlayer.spec.model import Action, Entity, FieldType, Query, Spec
from quantumlayer.spec.naming import link_id
from quantumlayer.spec.validate.references import ANYONE, known

_RANGED = frozenset({FieldType.INT, FieldType.DECIMAL, FieldType.MONEY, FieldType.DATE, FieldType.DATETIME})
_PAGING = frozenset({"limit", "offset"})


def judge_lists(spec: Spec) -> Iterator[Problem]:
    """Ranges and orders of what is not there or not everybody sees, and queries that nobody can ask."""
    for name, entity in spec.entities.items():
        yield from _listing(f"entities.{name}.list", entity)
    for name, query in spec.queries.items():
        yield from _query(spec, f"queries.{name}", query)


def _listing(prefix: str, entity: Entity) -> Iterator[Problem]:
    ranged = [key for key, field in entity.fields.items() if field.type in _RANGED]
    yield from known(
        unasked(entity, entity.list.range), [*ranged, *MOMENTS], f"{prefix}.range", "exact number, date or instant"
    )
    yield from _visible(entity, entity.list.range, f"{prefix}.range")
    yield from _order(entity, entity.list.order, f"{prefix}.order")
    ends = {f"{key}_{end}": key for key in entity.list.range for end in ("min", "max")}
    filters = [_parameter(entity, key) for key in entity.list.filter]
    for key in entity.list.filter:
        if key in entity.links and filters.count(link_id(key)) > 1:
            message = f"The filter {key} would be the parameter {link_id(key)!r}, as another filter is."
            yield Problem(f"{prefix}.filter", message, "Take one of the two out.")
    for key in filters:
        if key in ends:
            message = f"The filter and the range of {ends[key]} would both be the parameter {key!r}."
            yield Problem(f"{prefix}.range", message, "Take one of the two out.")


def _parameter(entity: Entity, key: str) -> str:
    """What callers call a filter."""
    if key in entity.links:
        return link_id(key)
    return f"{key}_id" if key in entity.references else key


def _order(entity: Entity, order: Iterable[str], address: str) -> Iterator[Problem]:
    names = unasked(entity, (name.removeprefix("-") for name in order))
    fields = [key for key, field in entity.fields.items() if field.type is not FieldType.TEXT]
    states = [entity.states.field] if entity.states is not None else []
    yield from known(names, [*fields, *states, *MOMENTS], address, "field or state")
    yield from _visible(entity, names, address)


def _visible(entity: Entity, names: Iterable[str], address: str) -> Iterator[Problem]:
    for key in names:
        field = entity.fields.get(key)
        if field is not None and field.visible_to:
            message = f"{key!r} is not visible to everyone, and asking the list by it would give it away."
            yield Problem(address, message, f"Take {key!r} out, or drop its `visible_to`.")


def _query(spec: Spec, prefix: str, query: Query) -> Iterator[Problem]:
    yield from known([query.of], spec.entities, f"{prefix}.of", "entity")
    yield from known(query.by, [*spec.roles, ANYONE], f"{prefix}.by", "role", some=True)
    for key in sorted(_PAGING & query.takes.keys()):
        message = f"Every list has the parameter {key!r} already."
        yield Problem(f"{prefix}.takes.{key}", message, "Choose another name.")
    entity = spec.entities.get(query.of)
    if entity is None:
        return
    yield from _order(entity, query.order, f"{prefix}.order")
    readers = {who for grant in entity.access if Action.READ in grant.may for who in grant.who}
    if ANYONE not in readers and (blind := [who for who in query.by if who not in readers]):
        message = f"A query shows what its caller may read, and {', '.join(blind)} may read no {query.of}."
        hint = f"Grant them `read` in the access of {query.of}, or leave them out here."
        yield Problem(f"{prefix}.by", message, hint)
