"""Functions of a part of the Spec that work each answer out once, however often they are asked."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from quantumlayer.spec.base import Node
from quantumlayer.spec.model import Operation, Relation, Spec

Part = TypeVar("Part", bound=Node)
Found = TypeVar("Found")
Rest = ParamSpec("Rest")


def remembered(work: Callable[Concatenate[Part, Rest], Found]) -> Callable[Concatenate[Part, Rest], Found]:
    """The function with a memory that lives as long as the part: parts never change, and a changed copy is another.

    Everything else that it is given must be hashable, and nobody may change what it gives back.
    """

    @wraps(work)
    def asked(part: Part, /, *args: Rest.args, **kwargs: Rest.kwargs) -> Found:
        known = part.worked_out
        question = (work, args, *kwargs.items())
        if question not in known:
            known[question] = work(part, *args, **kwargs)
        found: Found = known[question]
        return found

    return asked


@remembered
def ways_back(spec: Spec) -> Mapping[str, tuple[tuple[str, str, Relation], ...]]:
    """The relations to one record by the entity that they lead to: whose it is, its name, and the relation."""
    found: dict[str, list[tuple[str, str, Relation]]] = {}
    for source, entity in spec.entities.items():
        for via, relation in entity.references.items():
            found.setdefault(relation.to, []).append((source, via, relation))
    return {target: tuple(ways) for target, ways in found.items()}


@remembered
def operations_on(spec: Spec) -> Mapping[str, Mapping[str, Operation]]:
    """The operations by the entity that they are called on, then by name."""
    found: dict[str, dict[str, Operation]] = {}
    for name, operation in spec.operations.items():
        found.setdefault(operation.on, {})[name] = operation
    return found
