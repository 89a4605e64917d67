"""What of a record's surroundings its answers show: relationships that are loaded with it."""

from dataclasses import dataclass

from quantumlayer.spec.interface import Interface
from quantumlayer.spec.model import RelationKind, Spec
from quantumlayer.spec.naming import EntityNames, back_name, entity_names


@dataclass(frozen=True, slots=True)
class RelationshipView:
    """A way from a record to others, read with it and never written through; `keeper` has the column behind it."""

    name: str
    target: EntityNames
    many: bool
    optional: bool
    keeper: EntityNames
    column: str

    @property
    def annotation(self) -> str:
        """Its type."""
        if self.many:
            return f'list["{self.target.name}"]'
        return f'"{self.target.name} | None"' if self.optional else f'"{self.target.name}"'


def back_of(spec: Spec, entity: str, name: str) -> tuple[str, str] | None:
    """The entity and the relation behind a way back."""
    for source, other in spec.entities.items():
        for key, relation in other.relations.items():
            if relation.to == entity and back_name(source, relation) == name:
                return source, key
    return None


def relationships(spec: Spec, interface: Interface, entity: str) -> list[RelationshipView]:
    """What the shapes of an entity show of other records, beside links to many, which are relationships anyway."""
    found: dict[str, RelationshipView] = {}
    for shape in interface.shapes.values():
        for member in shape.members.values():
            if shape.of == entity and member.shape is not None and member.is_ is not None:
                view = _relationship(spec, entity, member.is_)
                if view is not None:
                    found.setdefault(member.is_, view)
    return list(found.values())


def _relationship(spec: Spec, entity: str, name: str) -> RelationshipView | None:
    relation = spec.entities[entity].relations.get(name)
    if relation is not None:
        if relation.kind is RelationKind.MANY_TO_MANY:
            return None
        return RelationshipView(
            name,
            entity_names(relation.to),
            many=False,
            optional=relation.optional,
            keeper=entity_names(entity),
            column=f"{name}_id",
        )
    back = back_of(spec, entity, name)
    if back is None:
        return None
    source, key = back
    kind = spec.entities[source].relations[key].kind
    if kind is RelationKind.MANY_TO_MANY:
        return None
    return RelationshipView(
        name,
        entity_names(source),
        many=kind is RelationKind.MANY_TO_ONE,
        optional=kind is RelationKind.ONE_TO_ONE,
        keeper=entity_names(source),
        column=f"{key}_id",
    )
