"""Fields that hold files, in the words of the target: their columns, their requests, and what goes with a record."""

from collections.abc import Iterator
from dataclasses import dataclass

from quantumlayer.qlayer.packs.fastapi import access
from quantumlayer.spec.base import LARGEST_FILE
from quantumlayer.spec.model import Action, Entity, Field, OnDelete, Spec
from quantumlayer.spec.naming import content_column, entity_names, file_columns, route_name

_COLUMNS = (("str", "String(200)"), ("int", "BigInteger()"), ("str", "String(127)"), ("str", "String(64), index=True"))


@dataclass(frozen=True, slots=True)
class FileView:
    """A field that holds a file."""

    spec: Spec
    entity: str
    name: str
    field: Field

    @property
    def columns(self) -> list[tuple[str, str, str]]:
        """Name, type and arguments of each column that tells of the file."""
        return [(name, *column) for name, column in zip(file_columns(self.name), _COLUMNS, strict=True)]

    @property
    def content(self) -> str:
        """The column with the SHA-256 of the content."""
        return content_column(self.name)

    @property
    def function(self) -> str:
        """What the names of its functions end with."""
        return f"{entity_names(self.entity).table}_{self.name}"

    @property
    def route(self) -> str:
        """Its segment of a URL."""
        return route_name(self.name)

    @property
    def limits(self) -> str:
        """The constant that says what the file may be."""
        return f"{self.name.upper()}_LIMITS"

    @property
    def limits_source(self) -> str:
        """What the constant is."""
        size = f"max_size={int(self.field.max or LARGEST_FILE):_}"
        if not self.field.media:
            return f"FileLimits({size})"
        return f"FileLimits({size}, media_types=({', '.join(map(repr, self.field.media))},))"

    @property
    def removable(self) -> bool:
        """Whether callers can take it away."""
        return self.field.optional and not self.field.immutable

    @property
    def fetched(self) -> bool:
        """Whether anybody may fetch it."""
        public = access.is_public(self.spec, self.entity, Action.READ) and not self.field.visible_to
        return public or bool(self._readers)

    @property
    def readers(self) -> list[str]:
        """The roles that may fetch it, as members of the enumeration; empty when anyone may."""
        return [access.member(role) for role in self._readers]

    @property
    def _readers(self) -> tuple[str, ...]:
        allowed, seen = access.roles_for(self.spec, self.entity, Action.READ), self.field.visible_to
        if not seen:
            return allowed
        public = access.is_public(self.spec, self.entity, Action.READ)
        return tuple(role for role in (self.spec.roles if public else allowed) if role in seen)

    @property
    def who(self) -> list[tuple[str, tuple[str, ...]]]:
        """The methods of its address, each with the roles that may use it; none where anyone may."""
        writers = access.roles_for(self.spec, self.entity, Action.UPDATE)
        found = [("GET", self._readers)] if self.fetched else []
        if not access.is_granted(self.spec, self.entity, Action.UPDATE):
            return found
        return [*found, ("PUT", writers), *([("DELETE", writers)] if self.removable else [])]


def file_views(spec: Spec, entity: str) -> list[FileView]:
    """The files of an entity."""
    return [FileView(spec, entity, key, field) for key, field in spec.entities[entity].files.items()]


def contents(spec: Spec) -> list[str]:
    """Every column that refers to the content of a file, as attributes of the models."""
    return [f"{name}.{content_column(key)}" for name, entity in spec.entities.items() for key in entity.files]


def released(spec: Spec, entity: str) -> list[str]:
    """The statements that note which contents a record takes along when it is removed; none if it has none."""
    variable = entity_names(entity).snake
    lines: list[str] = []
    if tree := _own_cascade(spec.entities[entity], entity):
        ids = _tree(lines, entity, tree, f"{entity}.id == {variable}.id")
        own = [f"*await session.scalars({one})" for one in _selects(spec.entities[entity], entity, f"id.in_({ids})")]
        condition = f".in_({ids})"
    else:
        own = [f"{variable}.{content_column(key)}" for key in spec.entities[entity].files]
        condition = f" == {variable}.id"
    below = [f"*await session.scalars({one})" for one in _below(spec, entity, condition, lines)]
    return [*lines, f"contents = [{', '.join([*own, *below])}]"] if own or below else []


def _below(spec: Spec, entity: str, condition: str, lines: list[str]) -> Iterator[str]:
    """The selects of what goes with records whose id meets a condition; adds the statements that they need."""
    for source, other in spec.entities.items():
        for key, relation in other.references.items():
            if relation.to != entity or relation.on_delete is not OnDelete.CASCADE or source == entity:
                continue
            before, where = list[str](), f"{key}_id{condition}"
            ids = f"select({source}.id).where({source}.{where})"
            if tree := _own_cascade(other, source):
                ids = _tree(before, source, tree, f"{source}.{where}")
                where = f"id.in_({ids})"
            found = [*_selects(other, source, where), *_below(spec, source, f".in_({ids})", before)]
            lines += before if found else []
            yield from found


def _selects(entity: Entity, name: str, where: str) -> Iterator[str]:
    for key in entity.files:
        yield f"select({name}.{content_column(key)}).where({name}.{where})"


def _own_cascade(entity: Entity, name: str) -> list[str]:
    """The relations of a tree whose branches go with what they grow from."""
    found = entity.references.items()
    return [key for key, one in found if one.to == name and one.on_delete is OnDelete.CASCADE]


def _tree(lines: list[str], entity: str, relations: list[str], roots: str) -> str:
    """Writes the statements that find some records and all that go with them; the select of their ids."""
    variable = f"{entity_names(entity).table}_ids"
    lines.append(f'{variable} = select({entity}.id).where({roots}).cte("{variable}", recursive=True)')
    links = [f"{entity}.{relation}_id == {variable}.c.id" for relation in relations]
    link = links[0] if len(links) == 1 else f"or_({', '.join(links)})"
    grown = f"select({entity}.id).where({link})"
    lines.append(f"{variable} = {variable}.union({grown})")
    return f"select({variable}.c.id)"
