"""Judges derived values that depend on who asks: they stand in answers, and nowhere else."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from quantumlayer.spec.askers import asker_values
from quantumlayer.spec.errors import Problem
from quantumlayer.spec.model import Entity, Spec

if TYPE_CHECKING:
    from quantumlayer.spec.cel import Checked

_PLACES = {
    "search": "no list is searched by it",
    "filter": "no list is filtered by it",
    "range": "no list has a range of it",
    "sort": "no list is sorted by it",
    "order": "no list stands in its order",
}


def judge_askers(spec: Spec) -> Iterator[Problem]:
    """Such values that are kept, shown in examples, or asked for in lists, versions and parameters."""
    for name, entity in spec.entities.items():
        if asker_values(entity):
            yield from _of_entity(f"entities.{name}", entity)
    for name, query in spec.queries.items():
        if query.of in spec.entities:
            yield from _named(spec.entities[query.of], query.order, f"queries.{name}.order", _PLACES["order"])
    if spec.interface is not None:
        yield from _parameters(spec)


def _of_entity(prefix: str, entity: Entity) -> Iterator[Problem]:
    asked = asker_values(entity)
    for key, derived in entity.derived.items():
        address = f"{prefix}.derived.{key}"
        if key in asked and derived.stored:
            yield _refused(f"{address}.stored", key, "it is not the same for everybody, so it cannot be kept")
        shown = [key] if key in asked and derived.examples else []
        shown += [other for one in derived.examples for other in one.then if other in asked]
        for other in dict.fromkeys(shown):
            yield _refused(f"{address}.examples", other, "nobody asks in an example")
    for part, why in _PLACES.items():
        yield from _named(entity, getattr(entity.list, part), f"{prefix}.list.{part}", why)
    yield from _named(entity, entity.versioned, f"{prefix}.versioned", "it has no earlier values")


def _named(entity: Entity, names: tuple[str, ...], address: str, why: str) -> Iterator[Problem]:
    for name in dict.fromkeys(name.removeprefix("-") for name in names):
        if name in asker_values(entity):
            yield _refused(address, name, why)


def _parameters(spec: Spec) -> Iterator[Problem]:
    """What callers of a contract ask with: a value that depends on them leads to no record."""
    for name, endpoint in spec.interface.endpoints.items() if spec.interface is not None else ():
        for json, parameter in endpoint.parameters.items():
            *way, last = (parameter.is_ or "").split(".")
            entity = spec.entities.get(endpoint.on)
            for step in way:
                relation = None if entity is None else entity.relations.get(step)
                entity = None if relation is None else spec.entities.get(relation.to)
            if entity is not None and last in asker_values(entity):
                address = f"interface.endpoints.{name}.parameters.{json}.is"
                yield _refused(address, last, "no record is asked for by it")


def _refused(address: str, key: str, why: str) -> Problem:
    hint = f"Take {key!r} out here: it is shown in answers only."
    if address.endswith(".stored"):
        hint = "Drop `stored: true`."
    elif address.endswith(".examples"):
        hint = f"Drop the examples that show {key!r}: tests find their own worlds for it."
    return Problem(address, f"{key!r} depends on who asks: {why}.", hint)


def judge_readers(spec: Spec, checked: Mapping[str, "Checked"]) -> Iterator[Problem]:
    """Expressions that read such a value, of whichever record."""
    from quantumlayer.spec.cel import MemberKind, RecordType, Select, walk  # names alone do not need CEL  # noqa: PLC0415
    from quantumlayer.spec.cel.types import without_null  # as above  # noqa: PLC0415

    for address, found in checked.items():
        for node in walk(found.expr):
            member = found.member_of(node) if isinstance(node, Select) else None
            if not isinstance(node, Select) or member is None or member.kind is not MemberKind.DERIVED:
                continue
            owner = without_null(found.type_of(node.operand))
            if isinstance(owner, RecordType) and member.name in asker_values(spec.entities[owner.entity]):
                message = f"{member.name!r} of {owner.entity} depends on who asks: no expression can read it."
                hint = f"Write here what it says: `{spec.entities[owner.entity].derived[member.name].cel}`."
                yield Problem(address, message, hint, node.line, node.column)
