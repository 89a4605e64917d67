"""What a contract asks of the functions behind its routes."""

from functools import cached_property
from http import HTTPStatus

from quantumlayer.qlayer.packs.fastapi.contract.endpoints import EndpointView
from quantumlayer.qlayer.packs.fastapi.contract.errors import PROBLEM, error_content, error_schema
from quantumlayer.qlayer.packs.fastapi.contract.media import media_classes
from quantumlayer.qlayer.packs.fastapi.contract.order import fixed_first, routed_order
from quantumlayer.qlayer.packs.fastapi.contract.relationships import RelationshipView, relationships
from quantumlayer.qlayer.packs.fastapi.contract.shapes import Shapes
from quantumlayer.qlayer.packs.fastapi.fields import MAX_BIG
from quantumlayer.spec.interface import NEAREST, Interface
from quantumlayer.spec.model import FieldType, Spec
from quantumlayer.spec.naming import collection


class ContractView:
    """The interface of a Spec in the words of the target."""

    def __init__(self, spec: Spec, interface: Interface) -> None:
        self.spec, self.interface = spec, interface
        self.base = interface.base
        self.shapes = Shapes(spec, interface)
        self.media = media_classes(interface)
        self.errors = interface.errors or PROBLEM
        self.error_media = self.errors.media
        self.error_schema = error_schema(self.errors)
        self.error_content = error_content(self.errors)
        self.nearest = {
            HTTPStatus(status).name: [HTTPStatus(other).name for other in others] for status, others in NEAREST.items()
        }

    @cached_property
    def endpoints(self) -> dict[str, list[EndpointView]]:
        """The routes of each entity, those with a fixed word before those with a parameter in its place."""
        found: dict[str, list[EndpointView]] = {name: [] for name in self.spec.entities}
        for name, endpoint in self.interface.endpoints.items():
            found[endpoint.on].append(EndpointView(self.spec, self.interface, self.shapes, name))
        return {name: sorted(views, key=lambda view: fixed_first(view.path)) for name, views in found.items()}

    @cached_property
    def numbered(self) -> bool:
        """Whether some path has a number for which the contract has no limit but that of a column."""
        asked = (one for endpoint in self.interface.endpoints.values() for one in endpoint.parameters.values())
        return any(one.in_ == "path" and one.field.type is FieldType.INT and one.field.max == MAX_BIG for one in asked)

    @cached_property
    def said(self) -> str:
        """The attributes of all bodies."""
        return "\n".join(line for view in self.shapes.views for line in view.lines)

    @cached_property
    def distinct(self) -> bool:
        """Whether some list holds nothing twice."""
        members = (member for shape in self.interface.shapes.values() for member in shape.members.values())
        asked = (one for endpoint in self.interface.endpoints.values() for one in endpoint.parameters.values())
        return any(one.unique_items for one in members) or any(one.unique_items for one in asked)

    def check(self) -> None:
        """Write everything once.

        Raises:
            UnsupportedError: Some shape or endpoint cannot be written.
        """
        for shape in self.shapes.views:
            _ = shape.lines
        for view in (view for views in self.endpoints.values() for view in views):
            view.check()

    def upserted(self, entity: str) -> list[str]:
        """The relations whose records are made where a body names one that is not there."""
        found = (
            member.is_ or ""
            for shape in self.interface.shapes.values()
            if shape.of == entity
            for member in shape.members.values()
            if member.upsert and not member.read_only
        )
        return sorted(set(found))

    def by_values(self, entity: str, link: str) -> bool:
        """Whether bodies say which records are linked by their values, not by their ids."""
        found = (
            member.shape
            for shape in self.interface.shapes.values()
            if shape.of == entity
            for member in shape.members.values()
            if member.is_ == link and member.shape is not None and not member.read_only
        )
        return any(not self.shapes.has_id(name) for name in found)

    def routed(self, entity: str) -> bool:
        """Whether there are routes to records of an entity."""
        return bool(self.endpoints[entity])

    @cached_property
    def order(self) -> list[str]:
        """The entities with routes, in the order in which requests must find them."""
        return routed_order(self.interface)

    def relationships(self, entity: str) -> list[RelationshipView]:
        """What is read with a record."""
        return relationships(self.spec, self.interface, entity)

    def does(self, entity: str) -> frozenset[str]:
        """What the endpoints do with records of an entity, and what others ask of its functions."""
        found = {view.does for view in self.endpoints[entity]}
        return frozenset(found | {"read"}) if entity in self._parents else frozenset(found)

    @cached_property
    def _parents(self) -> frozenset[str]:
        """The entities below whose records the path of some endpoint leads."""
        everywhere = (view for views in self.endpoints.values() for view in views)
        return frozenset(parent.names.name for view in everywhere for parent in view.parents)

    def pages(self, entity: str) -> bool:
        """Whether some list is given out in parts."""
        return any(view.paging is not None for view in self.endpoints[entity] if view.does == "list")

    def collection(self, entity: str) -> str:
        """What the records of an entity are called together."""
        return collection(self.spec, entity)

    def columns(self, entity: str) -> dict[str, str]:
        """What bodies call the columns of an entity, where that differs."""
        node = self.spec.entities[entity]
        own = {"id", "created_at", "updated_at", *node.fields, *(f"{key}_id" for key in node.references)}
        found: dict[str, str] = {}
        for view in self.shapes.views:
            if view.shape.of == entity and not view.shape.page:
                for member in view.members:
                    if member.key and member.member.shape is None and member.json not in own:
                        found.setdefault(member.json, member.key)
        return found

    def gets(self, entity: str) -> bool:
        """Whether some endpoint reaches one record."""
        return not self.does(entity) <= {"list", "create"}

    def replaces(self, entity: str) -> bool:
        """Whether some endpoint changes a record."""
        return bool(self.does(entity) & {"update", "patch"})

    def rewrites(self, entity: str, key: str) -> bool:
        """Whether some endpoint changes this value of a record."""
        bodies = {view.body_class for view in self.endpoints[entity] if view.does in {"update", "patch"}}
        found = [shape for shape in self.shapes.views if shape.name in self._within(bodies)]
        return any(member.key == key for shape in found for member in shape.written)

    def _within(self, bodies: set[str]) -> set[str]:
        """The classes, and those in their envelopes."""
        found: set[str] = set()
        while bodies - found:
            found |= bodies
            bodies = {name for shape in self.shapes.views if shape.name in bodies for name in shape.uses}
        return found
