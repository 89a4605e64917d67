"""The order in which records are made, so that each finds those it refers to, and what can only be set afterwards."""

from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter

from quantumlayer.kit.graphs import reached
from quantumlayer.spec.model import Spec

_Graph = Mapping[str, Mapping[str, bool]]
"""The other entities that each entity refers to, and whether it cannot be without one of them."""


def making_order(spec: Spec) -> tuple[str, ...]:
    """The entities, each after those that it refers to.

    Where entities refer to each other in a circle, the optional relations of the circle do not count.
    """
    graph = _graph(spec)
    try:
        return _sorted(graph, spec.entities)
    except CycleError:
        behind = {name: reached([name], graph.__getitem__) for name in graph}
        without = {
            name: {target: must for target, must in targets.items() if must or name not in behind[target]}
            for name, targets in graph.items()
        }
        return _sorted(without, spec.entities)


def set_later(spec: Spec, order: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The relations of each entity to records that may be made after its own: to its own kind, or back on a circle."""
    done: set[str] = set()
    found: dict[str, tuple[str, ...]] = {}
    for name in order:
        references = spec.entities[name].references
        if keys := tuple(key for key, relation in references.items() if relation.to not in done):
            found[name] = keys
        done.add(name)
    return found


def _graph(spec: Spec) -> _Graph:
    graph: dict[str, dict[str, bool]] = {name: {} for name in spec.entities}
    for name, entity in spec.entities.items():
        for key, relation in entity.relations.items():
            if relation.to != name and (key in entity.references or relation.required):
                graph[name][relation.to] = graph[name].get(relation.to, False) or relation.required
    return graph


def _sorted(graph: _Graph, names: Iterable[str]) -> tuple[str, ...]:
    sorter = TopologicalSorter(graph)
    sorter.prepare()
    order: list[str] = []
    while sorter.is_active():
        ready = sorter.get_ready()
        order += [name for name in names if name in ready]
        sorter.done(*ready)
    return tuple(order)
