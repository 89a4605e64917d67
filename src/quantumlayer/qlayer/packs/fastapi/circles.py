"""Derived values that look into tables which are only there later: the module that has them all writes the value.

The body of a class can name only classes that are there already, and where two entities look into each other one of
them never is.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

from quantumlayer.qlayer.packs.fastapi.record_view import DerivedView, RecordView
from quantumlayer.spec.naming import EntityNames


@dataclass(frozen=True, slots=True)
class Late:
    """A derived value of the `owner` that the module of another entity, its `home`, writes."""

    owner: EntityNames
    home: EntityNames
    value: DerivedView


class Circles:
    """Where each derived value that the database works out is written.

    Args:
        views: The entities in the order in which their records are made.
        routed: Those of which a running service always has the modules.
    """

    def __init__(self, views: Mapping[str, RecordView], routed: frozenset[str]) -> None:
        self._views = views
        self._place = {name: place for place, name in enumerate(_order(views, routed))}
        self.late = [one for view in views.values() for one in self._late(view)]
        """The values that their own classes cannot have from the beginning."""

    def _late(self, view: RecordView) -> list[Late]:
        found = []
        for value in view.column_properties:
            last = max(value.tables, key=self._place.__getitem__)
            if self._place[last] > self._place[view.name]:
                found.append(Late(view.names, self._views[last].names, view.outside(value)))
        return found

    def within(self, entity: str) -> list[DerivedView]:
        """The values that the class of the entity has from the beginning."""
        late = {one.value.name for one in self.awaited(entity)}
        return [value for value in self._views[entity].column_properties if value.name not in late]

    def awaited(self, entity: str) -> list[Late]:
        """The values of the entity that other modules write."""
        return [one for one in self.late if one.owner.name == entity]

    def brought(self, entity: str) -> list[Late]:
        """The values of others that the module of the entity writes."""
        return [one for one in self.late if one.home.name == entity]

    def models(self, entity: str) -> list[EntityNames]:
        """The other entities whose classes the module must have."""
        wanted = set[str]().union(*(value.tables for value in self.within(entity)))
        for one in self.brought(entity):
            wanted |= {one.owner.name, *one.value.tables}
        return [self._views[other].names for other in self._views[entity].spec.entities if other in wanted - {entity}]


def _order(views: Mapping[str, RecordView], routed: frozenset[str]) -> tuple[str, ...]:
    """The entities, each after those whose tables its values look into; of a circle one comes before them.

    That is one whose module need not be there, or else the one whose records are made first.
    """
    first = {name: (name in routed, place) for place, name in enumerate(views)}
    graph = {name: dict.fromkeys(view.column_property_tables) for name, view in views.items()}
    while True:
        try:
            return tuple(TopologicalSorter(graph).static_order())
        except CycleError as error:
            circle: list[str] = error.args[1]
            before, name = min(pairwise(circle), key=lambda pair: first[pair[1]])
            del graph[name][before]
