"""Functions of a part of the Spec that work each answer out once, however often they are asked."""

from collections.abc import Callable, Mapping
from functools import update_wrapper
from typing import Concatenate, Generic, ParamSpec, TypeVar

from quantumlayer.spec.base import Node
from quantumlayer.spec.model import Operation, Relation, Spec

Part = TypeVar("Part", bound=Node)
Found = TypeVar("Found")
Rest = ParamSpec("Rest")


class Remembered(Generic[Part, Rest, Found]):
    """A function with a memory that lives as long as the part: parts never change, and a changed copy is another.

    Everything else that it is given must be hashable, and nobody may change what it gives back.
    """

    def __init__(self, work: Callable[Concatenate[Part, Rest], Found]) -> None:
        self._work = work
        update_wrapper(self, work)

    def __call__(self, part: Part, /, *args: Rest.args, **kwargs: Rest.kwargs) -> Found:
        """The answer, worked out if it is asked for the first time."""
        question = (self, args, *kwargs.items())
        if question not in part.worked_out:
            part.worked_out[question] = self._work(part, *args, **kwargs)
        found: Found = part.worked_out[question]
        return found

    def stays(self, original: Part, changed: Part, /, *args: Rest.args, **kwargs: Rest.kwargs) -> None:
        """Says that a changed copy has the same answer as its original."""
        changed.worked_out[self, args, *kwargs.items()] = self(original, *args, **kwargs)


def remembered(work: Callable[Concatenate[Part, Rest], Found]) -> Remembered[Part, Rest, Found]:
    """Gives a function a memory."""
    return Remembered(work)


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
