"""Judges relations that lead back to where they began: what can be the first record, and what may be a tree."""

from collections.abc import Iterable, Iterator
from graphlib import CycleError, TopologicalSorter

from quantumlayer.spec.errors import Problem
from quantumlayer.spec.model import Entity, Operation, Relation, RelationKind, Spec


def judge_trees(spec: Spec) -> Iterator[Problem]:
    """`acyclic` where no circle can be, and operations that would always close one."""
    for name, entity in spec.entities.items():
        for key, relation in entity.relations.items():
            if relation.acyclic:
                yield from _tree(name, f"entities.{name}.relations.{key}", relation)
    for name, operation in spec.operations.items():
        yield from _closed(spec, name, operation)


def _tree(name: str, address: str, relation: Relation) -> Iterator[Problem]:
    if relation.to != name:
        message = f"Only records of one entity make a tree, and this leads from {name} to {relation.to}."
        yield Problem(f"{address}.acyclic", message, "Take `acyclic` out.")
    elif relation.kind is RelationKind.MANY_TO_MANY:
        message = "In a tree a record is below one other record, and a relation to many leads to several."
        yield Problem(f"{address}.acyclic", message, "Take `acyclic` out, or `kind: many_to_many`.")


def _closed(spec: Spec, name: str, operation: Operation) -> Iterator[Problem]:
    for key, cel in operation.sets.items():
        relation = spec.entities[operation.on].references.get(key)
        if relation is not None and relation.acyclic and cel.strip() == "this":
            message = f"A record would be its own {key}, which `acyclic` always refuses."
            yield Problem(f"operations.{name}.sets.{key}", message, "Set another record, or drop `acyclic`.")


def first_circle(spec: Spec) -> list[Problem]:
    """The first circle of required relations: none of its records could be the first."""
    needs = {name: [relation.to for relation in required(entity)] for name, entity in spec.entities.items()}
    try:
        TopologicalSorter(needs).prepare()
    except CycleError as error:
        circle = list(reversed(error.args[1]))
        name, target = circle[0], circle[1]
        relations = spec.entities[name].relations.items()
        key, many = next((key, one.min) for key, one in relations if one.to == target and one.required)
        address = f"entities.{name}.relations.{key}"
        if many is not None:
            message = f"These entities need each other before they exist: {' -> '.join(circle)}."
            return [Problem(f"{address}.min", message, "Take `min` out: the first one has none.")]
        if name == target:
            message = f"Every {name} needs another one before it, so there can be no first one: {name} -> {name}."
            return [Problem(address, message, "Add `optional: true`: the first one has none.")]
        message = f"These entities need each other before they exist: {' -> '.join(circle)}."
        return [Problem(address, message, "Make one of the relations `optional: true`.")]
    return []


def required(entity: Entity) -> Iterable[Relation]:
    """The relations without which no record of the entity can be."""
    return (relation for relation in entity.relations.values() if relation.required)
