"""Shapes as classes of request and response bodies."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from graphlib import TopologicalSorter

from pydantic import BaseModel

from quantumlayer.kit.identifiers import class_name, identifier, words
from quantumlayer.qlayer.packs.fastapi.code import UnsupportedError
from quantumlayer.qlayer.packs.fastapi.contract.relationships import back_of
from quantumlayer.qlayer.packs.fastapi.contract.types import arguments, given_type, item_type, many_of, plain_type
from quantumlayer.qlayer.packs.fastapi.fields import constant_default
from quantumlayer.spec.interface import Does, Interface, Member, Shape
from quantumlayer.spec.model import Entity, Field, FieldType, RelationKind, Spec
from quantumlayer.spec.naming import entity_names

_SYSTEM = {
    "id": Field(type=FieldType.INT),
    "created_at": Field(type=FieldType.DATETIME),
    "updated_at": Field(type=FieldType.DATETIME),
}
_TEXT_ID = Field(type=FieldType.TEXT, max=200)
PAGE = {"total": "int", "page": "int", "size": "int", "pages": "int", "limit": "int", "offset": "int"}
"""What a page says of itself, beside its items."""


@dataclass(frozen=True, slots=True)
class MemberView:
    """A member of a shape as an attribute of a class.

    Args:
        json: Its name in JSON.
        attribute: Its name in Python: that of the column or relationship it shows.
        type: Its type, without None.
        constraints: Further arguments of `Field`.
        member: What the Spec says of it.
        key: The name under which `values` gives it, and the source of its value.
        may_lack: Whether what it shows may have no value.
        default: The source of its default, for bodies in which it may be left out.
    """

    json: str
    attribute: str
    type: str
    constraints: tuple[str, ...]
    member: Member
    key: str = ""
    value: str = ""
    may_lack: bool = False
    default: str = "None"

    @property
    def _described(self) -> list[str]:
        return [f"description={self.member.about!r}"] if self.member.about else []

    @property
    def taken(self) -> str:
        """The line of a request body."""
        kind = f"{self.type} | None" if self.member.nullable else self.type
        return self._line(kind, [*self._absence, *self._alias])

    @property
    def given(self) -> str:
        """The line of a response body."""
        if self.member.says_always:
            return self._line(self.type, [repr(self.member.shows), f"serialization_alias={self.json!r}"], bounded=False)
        left_out = self.may_lack and not self.member.nullable
        args = ["None"] if left_out else []
        args += [f"serialization_alias={self.json!r}"] if self.json != self.attribute else []
        args += ["exclude_if=absent"] if left_out else []
        return self._line(
            f"{self.type} | None" if self.may_lack or self.member.nullable else self.type, args, bounded=False
        )

    @property
    def structured(self) -> str:
        """The line of a structure, which is taken and given alike."""
        left_out = self.member.optional and not self.member.nullable
        args = [*self._absence, *self._alias, *(["exclude_if=absent"] if left_out else [])]
        return self._line(f"{self.type} | None" if self.member.nullable else self.type, args)

    @property
    def spares(self) -> bool:
        """Whether a request may say nothing, or null, of what every record has: it stays as it is then."""
        lacks = self.member.nullable or (self.member.optional and self.default == "None")
        return bool(self.key) and lacks and not self.may_lack and self.default != "default_factory=list"

    @property
    def _alias(self) -> list[str]:
        return [f"alias={self.json!r}"] if self.json != self.attribute else []

    @property
    def _absence(self) -> list[str]:
        """What stands for a member that is left out; it may be None where the contract knows no null."""
        if not self.member.optional:
            return []
        return [self.default] if self.member.nullable or self.default != "None" else ["default_factory=left_out"]

    def _line(self, kind: str, args: list[str], *, bounded: bool = True) -> str:
        args = [*args, *(self.constraints if bounded else ()), *self._described]
        if not args:
            return f"{self.attribute}: {kind}"
        if args == ["None"]:
            return f"{self.attribute}: {kind} = None"
        return f"{self.attribute}: {kind} = Field({', '.join(args)})"


@dataclass(frozen=True, slots=True)
class ShapeView:
    """A class of bodies: `kind` is `taken`, `given`, `structure` or `page`."""

    name: str
    kind: str
    shape: Shape
    members: tuple[MemberView, ...]
    uses: frozenset[str]
    replaces: bool = False
    patches: bool = False

    @property
    def about(self) -> str:
        """One sentence for the class."""
        if self.shape.about or self.shape.of is None:
            return self.shape.about or " ".join(words(self.name)).capitalize()
        names = entity_names(self.shape.of)
        article = "an" if names.title[0] in "aeiou" else "a"
        if self.kind == "page":
            return f"A page of {names.plural.replace('_', ' ')}"
        written = self.kind == "taken"
        return f"What callers write of {article} {names.title}" if written else f"{article.capitalize()} {names.title}"

    @property
    def lines(self) -> list[str]:
        """The attributes."""
        how = {"taken": "taken", "structure": "structured"}.get(self.kind, "given")
        return [str(getattr(member, how)) for member in self.members]

    @property
    def written(self) -> tuple[MemberView, ...]:
        """The members that are kept of what a caller writes."""
        return tuple(member for member in self.members if member.key)


class Shapes:
    """The classes of all bodies of a service."""

    def __init__(self, spec: Spec, interface: Interface) -> None:
        self._spec = spec
        self._interface = interface

    @cached_property
    def views(self) -> list[ShapeView]:
        """Every class that some endpoint needs, each after those it is made of."""
        views = {view.name: view for view in self._all()}
        order = TopologicalSorter({name: sorted(view.uses) for name, view in sorted(views.items())}).static_order()
        return [views[name] for name in order]

    @cached_property
    def _taken(self) -> frozenset[str]:
        names = [endpoint.takes for endpoint in self._interface.endpoints.values()]
        return frozenset(self._interface.within(names, lambda member: member.read_only))

    @cached_property
    def _given(self) -> frozenset[str]:
        names = [endpoint.gives for endpoint in self._interface.endpoints.values()]
        return frozenset(self._interface.within(names, lambda member: member.write_only))

    def keeps(self, name: str) -> bool:
        """Whether anything of what callers write is kept."""
        members = self._interface.shapes[self._interface.unwrapped(name)[1]].members.values()
        return any(member.is_ not in {None, "id"} for member in members if not member.read_only)

    def has_id(self, name: str) -> bool:
        """Whether callers who write a shape give the id of a record."""
        members = self._interface.shapes[name].members.values()
        return any(member.is_ == "id" and not member.read_only for member in members)

    def _by_values(self, name: str) -> bool:
        """Whether some body refers to records by the values of this shape."""
        members = (
            (self._spec.entities[shape.of], member)
            for key, shape in self._interface.shapes.items()
            if shape.of is not None and key in self._taken
            for member in shape.members.values()
        )
        return any(
            member.shape == name
            and not member.read_only
            and (member.upsert or (member.is_ in entity.links and not self.has_id(name)))
            for entity, member in members
        )

    def class_of(self, name: str, *, taking: bool) -> str:
        """The class of a shape that callers write, or read."""
        base = class_name(name)
        structure = self._interface.shapes[name].of is None
        return f"{base}Input" if taking and not structure and name in self._given else base

    def _all(self) -> Iterator[ShapeView]:
        for name, shape in self._interface.shapes.items():
            if shape.of is None:
                if name in self._taken | self._given:
                    yield self._structure(name, shape)
                continue
            if name in self._taken:
                yield self._view(name, shape, taking=True)
            if name in self._given:
                yield self._view(name, shape, taking=False)

    def _structure(self, name: str, shape: Shape) -> ShapeView:
        members = []
        for json, member in shape.members.items():
            if member.field is None and member.shape is None:
                raise UnsupportedError(f"the member {json!r} of a structure, of which nothing is said")
            kind, constraints = self._of_field(member.field, member, taking=True)
            members.append(MemberView(json, attribute_of(json), kind, constraints, member))
        uses = frozenset(class_name(item.shape) for item in shape.members.values() if item.shape)
        return ShapeView(class_name(name), "structure", shape, tuple(members), uses)

    def _view(self, name: str, shape: Shape, *, taking: bool) -> ShapeView:
        members = [
            self._member(shape, json, member, taking=taking)
            for json, member in shape.members.items()
            if not ((member.read_only or member.says_always) if taking else member.write_only)
        ]
        uses = frozenset(
            self.class_of(view.member.shape, taking=taking) for view in members if view.member.shape is not None
        )
        ways = {endpoint.does for endpoint in self._interface.endpoints.values() if name in self._outer(endpoint.takes)}
        return ShapeView(
            self.class_of(name, taking=taking),
            "page" if shape.page else "taken" if taking else "given",
            shape,
            tuple(members),
            uses,
            replaces=bool(ways - {Does.PATCH}) or (taking and self._by_values(name)),
            patches=Does.PATCH in ways,
        )

    def _outer(self, name: str | None) -> frozenset[str]:
        """The shape that an endpoint takes, and what is in its envelope."""
        return frozenset([name, self._interface.unwrapped(name)[1]]) if name is not None else frozenset()

    def _member(self, shape: Shape, json: str, member: Member, *, taking: bool) -> MemberView:
        assert shape.of is not None  # noqa: S101 - structures are made elsewhere
        entity, shown = self._spec.entities[shape.of], member.is_ or ""
        if member.says_always:
            return MemberView(json, f"always_{attribute_of(json)}", _type_of(member.shows), (), member)
        if member.is_ is None:
            kind, constraints = self._of_field(member.field, member, taking=True)
            return MemberView(json, f"unkept_{attribute_of(json)}", kind, constraints, member)
        if member.shape is not None and (shown == "this" or (shape.page and shown == "items")):
            inner = self.class_of(member.shape, taking=taking)
            return MemberView(json, attribute_of(json), f"list[{inner}]" if shown == "items" else inner, (), member)
        if shape.page and shown in PAGE:
            return MemberView(json, attribute_of(json), PAGE[shown], (), member)
        if shown in entity.relations:
            return self._relation(entity, json, member, taking=taking)
        if (field := self._id_of(shape.of) if shown == "id" else _held(entity, shown)) is not None:
            kind, constraints = self._of_field(field, member, taking=taking)
            return self._field(json, member, field, kind, constraints)
        if member.shape is not None and back_of(self._spec, shape.of, shown) is not None:
            inner = self.class_of(member.shape, taking=False)
            return MemberView(
                json, shown, f"list[{inner}]" if member.many else inner, (), member, may_lack=not member.many
            )
        raise UnsupportedError(f"the member {json!r}, which shows no value of a record")

    def _field(self, json: str, member: Member, field: Field, kind: str, constraints: tuple[str, ...]) -> MemberView:
        shown = member.is_ or ""
        if shown == "id":
            return MemberView(json, shown, kind, constraints, member)
        value = f"self.{shown}"
        if member.shape is not None:
            dumped = 'model_dump(mode="json", by_alias=True)'
            value = f"[item.{dumped} for item in self.{shown}]" if member.many else f"self.{shown}.{dumped}"
            value = f"{{key: item.{dumped} for key, item in self.{shown}.items()}}" if member.keyed else value
            value = f"{value} if self.{shown} is not None else None" if member.optional or member.nullable else value
        default = constant_default(field) or "None"
        return MemberView(json, shown, kind, constraints, member, shown, value, field.optional, default)

    def _relation(self, entity: Entity, json: str, member: Member, *, taking: bool) -> MemberView:
        name = member.is_ or ""
        relation = entity.relations[name]
        if relation.kind is RelationKind.MANY_TO_MANY:
            return self._links(json, member, taking=taking)
        if member.shape is None:
            kind, constraints = self._of_field(self._id_of(relation.to), member, taking=taking)
            key = f"{name}_id"
            return MemberView(json, key, kind, constraints, member, key, f"self.{key}", relation.optional)
        if not self.has_id(member.shape) and taking:
            raise UnsupportedError(f"the member {json!r}, which names one record without its id")
        value = f"self.{name}.id"
        value = f"{value} if self.{name} else None" if member.optional or member.nullable else value
        inner = self.class_of(member.shape, taking=taking)
        if member.upsert:
            value = f'{{"id": self.{name}.id, **self.{name}.values()}}'
            value = f"{value} if self.{name} else None" if member.optional or member.nullable else value
            return MemberView(json, name, inner, (), member, name, value, relation.optional)
        return MemberView(json, name, inner, (), member, f"{name}_id", value, relation.optional)

    def _links(self, json: str, member: Member, *, taking: bool) -> MemberView:
        name = member.is_ or ""
        if member.shape is None:
            raise UnsupportedError(f"the member {json!r}, a list of ids")
        inner = self.class_of(member.shape, taking=taking)
        part = "id" if self.has_id(member.shape) else "values()"
        value = f"[item.{part} for item in self.{name}]"
        constraints = _counted(member) if taking else ()
        return MemberView(
            json,
            name,
            many_of(inner, unique=member.unique_items and taking),
            constraints,
            member,
            name,
            value,
            default="default_factory=list",
        )

    def _id_of(self, entity: str) -> Field:
        """What the ids of an entity's records are."""
        return _TEXT_ID if entity in self._interface.ids else _SYSTEM["id"]

    def _of_field(self, field: Field | None, member: Member, *, taking: bool) -> tuple[str, tuple[str, ...]]:
        """The type of what a member holds, and the arguments that bound it."""
        narrow = member.field or field
        if member.shape is not None:
            inner = self.class_of(member.shape, taking=taking)
            if member.keyed:
                return f"dict[str, {inner}]", ()
            listed = many_of(inner, unique=member.unique_items and taking)
            return (listed, _counted(member)) if member.many else (inner, ())
        assert narrow is not None  # noqa: S101 - a member without a shape holds a field
        if member.keyed:
            item = item_type(narrow, plain_type(narrow)) if taking else given_type(narrow)
            return f"dict[str, {item}]", ()
        if not taking:
            return f"list[{given_type(narrow)}]" if member.many else given_type(narrow), ()
        if member.many:
            return many_of(item_type(narrow, plain_type(narrow)), unique=member.unique_items), _counted(member)
        return plain_type(narrow), arguments(narrow)


def _held(entity: Entity, name: str) -> Field | None:
    """The field that a record keeps or works out under a name."""
    if name in entity.fields:
        return entity.fields[name]
    if name in entity.derived:
        derived = entity.derived[name]
        return Field(type=derived.type, optional=derived.optional)
    if entity.states is not None and name == entity.states.field:
        return Field(type=FieldType.STRING, one_of=entity.states.values)
    return _SYSTEM.get(name)


def _type_of(value: object) -> str:
    """The type of a value that never changes."""
    known: dict[type, str] = {bool: "bool", int: "int", str: "str", list: "list[Any]", dict: "dict[str, Any]"}
    return known.get(type(value), "None" if value is None else "float")


def attribute_of(json: str) -> str:
    """The name in Python of a member that shows no column; what every class of bodies has is called otherwise."""
    name = identifier(json)
    return f"{name}_value" if hasattr(BaseModel, name) or name in {"values", "given"} else name


def _counted(member: Member) -> tuple[str, ...]:
    """The bounds of a list."""
    found = [f"min_length={member.min_items}"] if member.min_items else []
    found += [f"max_length={member.max_items}"] if member.max_items is not None else []
    return tuple(found)
