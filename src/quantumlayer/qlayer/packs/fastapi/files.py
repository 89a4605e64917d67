"""Fields that hold files, in the words of the target: their columns, their requests, and what goes with a record."""

from dataclasses import dataclass

from quantumlayer.qlayer.packs.fastapi import access
from quantumlayer.qlayer.packs.fastapi.code import UnsupportedError
from quantumlayer.spec.base import LARGEST_FILE
from quantumlayer.spec.model import Action, Field, OnDelete, Proof, Spec
from quantumlayer.spec.naming import content_column, entity_names, file_columns, route_name
from quantumlayer.spec.style import contract_of

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


def judge_file(spec: Spec, entity: str) -> None:
    """Refuse what cannot be written.

    Raises:
        UnsupportedError: A contract gives the API, or who puts the file signs requests, which are read whole for it.
    """
    if contract_of(spec) is not None:
        raise UnsupportedError("files where a contract gives the API")
    writers = {who for grant in spec.entities[entity].access if Action.UPDATE in grant.may for who in grant.who}
    if any(who in spec.roles and spec.roles[who].proves is Proof.SIGNATURE for who in writers):
        raise UnsupportedError("files put by callers who sign their requests")


def file_views(spec: Spec, entity: str) -> list[FileView]:
    """The files of an entity."""
    return [FileView(spec, entity, key, field) for key, field in spec.entities[entity].files.items()]


def contents(spec: Spec) -> list[str]:
    """Every column that refers to the content of a file, as attributes of the models."""
    return [f"{name}.{content_column(key)}" for name, entity in spec.entities.items() for key in entity.files]


def released(spec: Spec, entity: str, variable: str, noted: str) -> list[str]:
    """The statements that note which contents a record takes along when it is removed; none if it has none.

    `noted` is what stands before the list of contents, `contents =`.
    """
    found = _Released(spec)
    if trees := _trees(spec, entity):
        ids = found.tree(entity, trees, f"{entity}.id == {variable}.id")
        parts, condition = found.selects(entity, f"id.in_({ids})"), f".in_({ids})"
    else:
        own = spec.entities[entity].files
        parts, condition = [f"{variable}.{content_column(key)}" for key in own], f" == {variable}.id"
    parts += found.below(entity, condition)
    return [*found.lines, f"{noted} [{', '.join(parts)}]"] if parts else []


class _Released:
    """Collects the contents of what goes with a record; `lines` find the records of trees."""

    def __init__(self, spec: Spec) -> None:
        self._spec = spec
        self.lines: list[str] = []

    def below(self, entity: str, condition: str) -> list[str]:
        """What goes with records of the entity whose id meets a condition."""
        found = []
        for source, other in self._spec.entities.items():
            for key, relation in other.references.items():
                if relation.to != entity or relation.on_delete is not OnDelete.CASCADE or source == entity:
                    continue
                before, where = len(self.lines), f"{key}_id{condition}"
                ids = f"select({source}.id).where({source}.{where})"
                if trees := _trees(self._spec, source):
                    ids = self.tree(source, trees, f"{source}.{where}")
                    where = f"id.in_({ids})"
                here = [*self.selects(source, where), *self.below(source, f".in_({ids})")]
                if not here:
                    del self.lines[before:]
                found += here
        return found

    def selects(self, entity: str, where: str) -> list[str]:
        """The contents that records of the entity hold."""
        files = self._spec.entities[entity].files
        asked = (f"select({entity}.{content_column(key)}).where({entity}.{where})" for key in files)
        return [f"*await session.scalars({one})" for one in asked]

    def tree(self, entity: str, relations: list[str], roots: str) -> str:
        """The ids of some records and of all that go with them, as a select."""
        name = f"{entity_names(entity).table}_ids"
        known = sum(line.startswith(name) and "recursive=True" in line for line in self.lines)
        variable = f"{name}_{known + 1}" if known else name
        self.lines.append(f'{variable} = select({entity}.id).where({roots}).cte("{variable}", recursive=True)')
        links = [f"{entity}.{relation}_id == {variable}.c.id" for relation in relations]
        link = links[0] if len(links) == 1 else f"or_({', '.join(links)})"
        self.lines.append(f"{variable} = {variable}.union(select({entity}.id).where({link}))")
        return f"select({variable}.c.id)"


def _trees(spec: Spec, entity: str) -> list[str]:
    """The relations of an entity to itself whose records go with what they refer to."""
    found = spec.entities[entity].references.items()
    return [key for key, one in found if one.to == entity and one.on_delete is OnDelete.CASCADE]
