"""The shapes of a document: what its bodies look like, member by member."""

from collections.abc import Iterator
from dataclasses import replace

from quantumlayer.kit.identifiers import class_name, words
from quantumlayer.qlayer.parser.openapi.document import Document
from quantumlayer.qlayer.parser.openapi.records import SCALARS, Record, Records
from quantumlayer.qlayer.parser.openapi.resources import Body, identity
from quantumlayer.qlayer.parser.openapi.schemas import Flat, flatten, members
from quantumlayer.qlayer.parser.openapi.types import field_of, items_of
from quantumlayer.spec.interface import Member, Shape
from quantumlayer.spec.model import Field, FieldType

_LONGEST, _LONGEST_NAME = 40, 100
_ODD = "braces or control characters, or is too long"
_FREE = "AnyObject"
_ROUND = "goes round in circles"
_PAGE = {
    "pages": {"pages"},
    "total": {"total", "count", "elements", "results"},
    "size": {"size", "per", "limit"},
    "offset": {"offset", "skip", "start"},
    "page": {"page", "number", "current"},
}


class CannotSayError(Exception):
    """A part of the document that a Spec cannot say; the message is the reason."""


class ShapeBook:
    """Collects shapes by name."""

    def __init__(self, document: Document, records: Records, fields: dict[str, dict[str, Field]]) -> None:
        self._document, self._records, self._fields = document, records, fields
        self.shapes: dict[str, Shape] = {}
        self._names: dict[tuple[str, frozenset[tuple[str, int]], frozenset[str]], str] = {}
        self._taken: set[str] = set()
        self._open: list[str] = []

    def body(self, body: Body, label: str) -> tuple[str, bool]:
        """The name of the shape of a body, and whether it is an array of it.

        Raises:
            CannotSayError: It is not about records of one kind.
        """
        record = self._records.of(body.flat)
        if record is None:
            raise CannotSayError("its body is not about a record that the service keeps")
        inner = self._of(body.flat, record, label)
        if body.page:
            return self._page(body, record, inner, label), False
        if body.envelope:
            member = Member.model_validate({"is": "this", "shape": inner})
            name = self._named(body.shape, f"{label}_envelope")
            if name in self.shapes and self.shapes[name].of != record.resource.name:
                name = self._named(replace(body.shape, name=f"{name}Envelope"), label)
            self._add(name, Shape(of=record.resource.name, open=not body.shape.closed, members={body.envelope: member}))
            return name, False
        return inner, body.many

    def _named(self, flat: Flat, label: str) -> str:
        """A name for a schema: the component's own, unless another that differs only in case has it."""
        wanted = "".join(char for char in flat.name if char.isalnum() or char in "_.-").lstrip("_.-0123456789")
        wanted = wanted or class_name(label)
        # What was written in its place and is met again by another way, as YAML's aliases let it be, is the same shape.
        key = (flat.name or ("" if flat.members else label), identity(flat), flat.required)
        if key not in self._names:
            short = wanted if len(class_name(wanted)) < _LONGEST else class_name(wanted)[:_LONGEST]
            number, free = 1, short
            while class_name(free).lower() in self._taken:
                number += 1
                free = f"{short}{number}"
            self._taken.add(class_name(free).lower())
            self._names[key] = free
        return self._names[key]

    def _own_name(self, flat: Flat, label: str, of: str | None) -> str:
        """A name for a schema as a view of an entity, or as a structure; one that is both has two.

        Raises:
            CannotSayError: The shape holds itself.
        """
        name = self._named(flat, label)
        while name in self.shapes and self.shapes[name].of != of:
            name = self._named(replace(flat, name=f"{name}{'Record' if of else 'Value'}"), label)
        if name in self._open:
            raise CannotSayError(f"the shape {name} {_ROUND}")
        return name

    def _add(self, name: str, shape: Shape) -> None:
        self.shapes.setdefault(name, shape)

    def _of(self, flat: Flat, record: Record, label: str) -> str:
        name = self._own_name(flat, label, record.resource.name)
        if name not in self.shapes:
            self._open.append(name)
            try:
                found = dict(self._members(flat, record, name))
            finally:
                self._open.pop()
            shape = Shape(of=record.resource.name, open=not flat.closed, about=flat.about, members=found)
            self.shapes[name] = shape
        return name

    def _members(self, flat: Flat, record: Record, name: str) -> Iterator[tuple[str, Member]]:
        shown: set[str] = set()
        for json, held in members(self._document, flat):
            if not fits_json(json):
                self._document.note(f"The member {json!r} of {name} was left out: its name has {_ODD}.")
                continue
            place = record.places.get(json)
            if place is None or place.name in shown:
                yield from self._not_kept(flat, json, record, name, "nothing of a record is behind it")
                continue
            try:
                keys = self._value(json, held, record, name)
            except CannotSayError as error:
                yield from self._not_kept(flat, json, record, name, str(error))
                continue
            shown.add(place.name)
            flags = {
                "is": place.name,
                "optional": json not in flat.required,
                "nullable": held.nullable,
                "read_only": held.flag("readOnly") or (place.many and place.name in record.backs),
                "write_only": held.flag("writeOnly"),
                "about": held.about,
            }
            yield json, Member.model_validate({**flags, **keys})

    def _not_kept(self, flat: Flat, json: str, record: Record, name: str, why: str) -> Iterator[tuple[str, Member]]:
        """A member that callers may write and that no record has: it is held to its schema, and kept nowhere."""
        held = flatten(self._document, flat.members[json])
        if held.kind not in SCALARS or held.flag("readOnly") or not self._records.written(record, json):
            self._document.note(f"The member {json!r} of {name} was left out: {why}.")
            return
        self._document.note(f"The member {json!r} of {name} is checked and not kept: {why}.")
        absence = {"optional": json not in flat.required, "nullable": held.nullable, "about": held.about}
        yield json, Member.model_validate({**absence, "field": field_of(held), "write_only": True})

    def _value(self, json: str, held: Flat, record: Record, name: str) -> dict[str, object]:
        """The keys that say what a member holds."""
        place = record.places[json]
        if place.target:
            inner = flatten(self._document, held.items) if place.many else held
            target = self._records.by_name[place.target]
            bounds = _counted(held) if place.many else {}
            if inner.kind == "object":
                return {"shape": self._of(inner, target, f"{name}_{json}"), "many": place.many, **bounds}
            return {"many": place.many, "field": field_of(inner), **bounds}
        if place.name in {"id", "created_at", "updated_at"}:
            bounded = held.keys.keys() & {"format", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"}
            return {"field": field_of(held)} if place.name == "id" and bounded else {}
        kept = self._fields[record.resource.name][place.name]
        if kept.type is FieldType.JSON:
            if record.lacks(place, held):
                raise CannotSayError("elsewhere it is an object or an array")
            return self._structured(held, f"{name}_{json}")
        own = field_of(held)
        return {} if _alike(own, kept) else {"field": own}

    def _structured(self, held: Flat, label: str) -> dict[str, object]:
        """What is in a value that is kept as a whole."""
        if held.kind == "array":
            item = flatten(self._document, held.items)
            inner = (
                self._structured(item, label) if item.kind == "object" and item.members else {"field": field_of(item)}
            )
            return {**inner, "many": True, **_counted(held)}
        if held.kind == "object" and held.members:
            return {"shape": self._structure(held, label)}
        if held.kind == "object":
            return {"shape": self._structure(Flat("object", _FREE), label)}
        return {"field": field_of(held)} if held.kind != "any" else {}

    def _structure(self, flat: Flat, label: str) -> str:
        name = self._own_name(flat, label, None)
        if name not in self.shapes:
            self._open.append(name)
            try:
                found = dict(self._plain_members(flat, name))
            finally:
                self._open.pop()
            self.shapes[name] = Shape(open=not flat.closed, about=flat.about, members=found)
        return name

    def _plain_members(self, flat: Flat, name: str) -> Iterator[tuple[str, Member]]:
        seen: set[str] = set()
        for json, held in members(self._document, flat):
            if not fits_json(json):
                self._document.note(f"The member {json!r} of {name} was left out: its name has {_ODD}.")
                continue
            if (plain := "_".join(words(json))) in seen:
                self._document.note(f"The member {json!r} of {name} was left out: another has nearly its name.")
                continue
            seen.add(plain)
            try:
                keys = self._structured(held, f"{name}_{json}") or {"field": Field(type=FieldType.JSON)}
            except CannotSayError as error:
                self._document.note(f"The member {json!r} of {name} was left out: {error}.")
                continue
            flags = {"optional": json not in flat.required, "nullable": held.nullable, "about": held.about}
            yield json, Member.model_validate({**flags, **keys})

    def _page(self, body: Body, record: Record, inner: str, label: str) -> str:
        name = self._named(body.shape, f"{label}_page")
        if name in self.shapes and not self.shapes[name].page:
            name = self._named(replace(body.shape, name=f"{name}Page"), label)
        found = {}
        for json, held in members(self._document, body.shape):
            if json == body.page:
                found[json] = Member.model_validate({"is": "items", "shape": inner, "many": True})
                continue
            said = next((part for part, known in _PAGE.items() if known & set(words(json))), None)
            if said is not None and held.kind == "integer":
                found[json] = Member.model_validate({"is": said, "optional": json not in body.shape.required})
            elif json in body.shape.required:
                raise CannotSayError(f"its page says {json!r}")
        self._add(name, Shape(of=record.resource.name, page=True, open=not body.shape.closed, members=found))
        return name


def fits_json(json: str) -> bool:
    """Whether a member can have the name."""
    return 0 < len(json) <= _LONGEST_NAME and json.isprintable() and not set(json) & set("{}")


def _counted(held: Flat) -> dict[str, object]:
    least, most = items_of(held)
    return {"min_items": least, "max_items": most}


def _alike(own: Field, kept: Field) -> bool:
    """Whether a view bounds a value as the entity does."""
    bare = {"optional": False, "default": None, "about": ""}
    return own.model_copy(update=bare) == kept.model_copy(update=bare)
