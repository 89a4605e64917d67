"""Judges relations to many: what they are anyway, how many records they hold, and what could take too many away."""

from collections.abc import Iterator

from quantumlayer.spec.effects import effects_within
from quantumlayer.spec.errors import Problem
from quantumlayer.spec.model import Creation, Entity, Job, OnDelete, Operation, Relation, Spec
from quantumlayer.spec.naming import entity_names


def judge_links(spec: Spec, name: str, entity: Entity) -> Iterator[Problem]:
    """The relations of one entity: what a relation to many is anyway, or cannot be."""
    for key, relation in entity.relations.items():
        address = f"entities.{name}.relations.{key}"
        if key in entity.links:
            yield from _link(spec, name, key, relation)
            yield from _limits(address, key, relation)
            continue
        for word in ("min", "max"):
            if getattr(relation, word) is not None:
                message = f"`{word}` counts the records of a relation to many, and this one leads to a single record."
                yield Problem(f"{address}.{word}", message, f"Take `{word}` out, or write `kind: many_to_many`.")


def _link(spec: Spec, name: str, key: str, relation: Relation) -> Iterator[Problem]:
    address = f"entities.{name}.relations.{key}"
    if "on_delete" in relation.model_fields_set:
        message = "The links of a relation to many go with either record, and the records themselves stay."
        yield Problem(f"{address}.on_delete", message, "Take `on_delete` out.")
    if relation.optional:
        message = "A relation to many may hold none anyway."
        if relation.min is not None:
            message = f"A relation that holds at least {relation.min} cannot be left out."
        yield Problem(f"{address}.optional", message, "Take `optional` out.")
    table = f"{entity_names(name).table}_{key}"
    if clash := next((other for other in spec.entities if _tables(other) & {table}), None):
        message = f"The links would be kept in the table {table!r}, which is one of {clash}."
        yield Problem(address, message, "Rename the relation.")


def _tables(name: str) -> set[str]:
    """The tables that an entity may have."""
    table = entity_names(name).table
    return {table, f"{table}_version"}


def _limits(address: str, key: str, relation: Relation) -> Iterator[Problem]:
    if relation.min is None:
        return
    if relation.max is not None and relation.min > relation.max:
        message = f"No number is at least {relation.min} and at most {relation.max}."
        yield Problem(f"{address}.max", message, f"Write `max: {relation.min}` or more.")
    if relation.read_only:
        message = f"Nobody can give {key}: it needs at least {relation.min} and is read-only."
        yield Problem(f"{address}.min", message, "Take `min` or `read_only` out.")


def judge_needed_links(spec: Spec) -> Iterator[Problem]:
    """What makes records without the links that they need, or takes those away from them."""
    for name, entity in spec.entities.items():
        for key in entity.needed_links:
            yield from _makers(spec, name, key)
            yield from _takers(spec, name, key)


def _makers(spec: Spec, name: str, key: str) -> Iterator[Problem]:
    """Only callers give links: what operations and jobs make has none."""
    least = spec.entities[name].needed_links[key]
    for address, creation in _creations(spec):
        if creation is not None and creation.entity == name:
            message = f"The new {name} would have no {key}, and it needs at least {least}: operations link nothing."
            hint = f"Let callers make it, or take `min` out of entities.{name}.relations.{key}."
            yield Problem(f"{address}.creates", message, hint)


def _takers(spec: Spec, name: str, key: str) -> Iterator[Problem]:
    """A record on the other side goes only where somebody can be told that it stays."""
    target = spec.entities[name].links[key].to
    message = f"This would remove records of {target} unasked, and some {name} may need them as its {key}."
    for other, relation in spec.entities[target].references.items():
        if relation.on_delete is OnDelete.CASCADE:
            hint = f"Write `on_delete: restrict`, or take `min` out of entities.{name}.relations.{key}."
            yield Problem(f"entities.{target}.relations.{other}.on_delete", message, hint)
    for job, said in spec.jobs.items():
        if said.deletes and said.of == target:
            hint = f"Let callers delete them, or take `min` out of entities.{name}.relations.{key}."
            yield Problem(f"jobs.{job}.deletes", message, hint)


def _creations(spec: Spec) -> Iterator[tuple[str, Creation | None]]:
    """What operations and jobs make, and where they say so."""
    makers: list[tuple[str, Operation | Job]] = [(f"operations.{name}", one) for name, one in spec.operations.items()]
    makers += [(f"jobs.{name}", one) for name, one in spec.jobs.items()]
    for address, maker in makers:
        yield address, maker.creates
        for path, effect in effects_within(maker.also):
            yield ".".join([address, *(f"also.{step}" for step in path)]), effect.creates
