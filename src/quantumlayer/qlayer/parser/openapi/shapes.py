"""The shapes of a document: what its bodies look like, member by member."""

from collections.abc import Container, Iterator
from dataclasses import replace

from quantumlayer.kit.identifiers import class_name, identifier, singular, words
from quantumlayer.qlayer.parser.openapi.bodies import Body, Level, around
from quantumlayer.qlayer.parser.openapi.document import Document
from quantumlayer.qlayer.parser.openapi.records import SCALARS, Record, Records
from quantumlayer.qlayer.parser.openapi.resources import identity
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
        for level in reversed(body.wrapped):
            inner = self._envelope(level, record, inner, f"{label}_item")
        levels, many = list(body.levels), body.many
        if many and levels:
            inner, many = self._page(levels.pop(), record, inner, f"{label}_page"), False
        for level in reversed(levels):
            inner = self._envelope(level, record, inner, f"{label}_envelope")
        return inner, many

    def receipt(self, body: Body, record: Record, label: str) -> str:
        """The name of the shape of an answer that only tells that something was done.

        Raises:
            CannotSayError: What it tells is not known.
        """
        if body.many or body.flat.kind != "object":
            raise CannotSayError("what it answers is not said")
        own = singular(identifier(record.resource.name))
        found: dict[str, Member] = {}
        for json, held in members(self._document, body.flat):
            kind = "string" if record.text_id else "integer"
            if held.kind == kind and "_".join(words(json)) in {"id", f"{own}_id", record.text_id}:
                found.setdefault(json, Member.model_validate({"is": "id", "about": held.about}))
        shown = list(found)[:1]
        found = {json: found[json] for json in shown} | dict(self._beside(Level(body.flat, ""), shown))
        inner = self._around(Level(body.flat, ""), record, found, label)
        for level in reversed(body.levels):
            inner = self._envelope(level, record, inner, f"{label}_envelope")
        return inner

    def _named(self, flat: Flat, label: str) -> str:
        """A name for a schema: the component's own, unless another that differs only in case has it."""
        wanted = "".join(char for char in flat.name if char.isalnum() or char in "_.-").lstrip("_.-0123456789")
        wanted = wanted or class_name(label)
        # What was written in its place and is met again by another way, as YAML's aliases let it be, is the same shape.
        key = (flat.name or ("" if flat.members else label), identity(flat), flat.required)
        if key not in self._names:
            short = wanted
            while len("_".join(words(short))) >= _LONGEST:  # else the number that tells it from others is cut off
                short = short[:-1]
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
            if target.text_id and not place.many:
                return {}
            return {"many": place.many, "field": field_of(inner), **bounds}
        if place.name in {"id", "created_at", "updated_at"}:
            if record.text_id:
                return {}
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
            inner: dict[str, object] = {"field": field_of(item)}
            if item.kind == "object" and item.members:
                inner = {"shape": self._structure(item, label)}
            return {**inner, "many": True, **_counted(held)}
        if held.kind == "object" and held.members:
            return {"shape": self._structure(held, label)}
        if held.kind == "object":
            return self._keyed(held, label) or {"shape": self._structure(Flat("object", _FREE), label)}
        return {"field": field_of(held)} if held.kind != "any" else {}

    def _keyed(self, held: Flat, label: str) -> dict[str, object]:
        """What is in an object whose members callers name; nothing where it may be anything, or several."""
        node = held.keys.get("additionalProperties")
        if not isinstance(node, dict) or not node:
            return {}
        item = flatten(self._document, node)
        if item.kind == "object" and item.members:
            return {"shape": self._structure(item, label), "keyed": True}
        return {"field": field_of(item), "keyed": True} if item.kind in SCALARS and not item.nullable else {}

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

    # Objects around records.

    def _envelope(self, level: Level, record: Record, inner: str, label: str) -> str:
        member = Member.model_validate({"is": "this", "shape": inner})
        return self._around(level, record, {level.key: member} | dict(self._beside(level)), label)

    def _page(self, level: Level, record: Record, inner: str, label: str) -> str:
        found = {level.key: Member.model_validate({"is": "items", "shape": inner, "many": True})}
        for json, held in around(self._document, level):
            said = next((part for part, known in _PAGE.items() if known & set(words(json))), None)
            if said is not None and held.kind == "integer":
                found[json] = Member.model_validate({"is": said, "optional": json not in level.shape.required})
            elif held.kind == "object" and (meta := self._meta(held, record, f"{label}_{json}")):
                found[json] = Member.model_validate({"is": "this", "shape": meta})
        return self._around(level, record, found | dict(self._beside(level, found)), label, page=True)

    def _meta(self, flat: Flat, record: Record, label: str) -> str:
        """The name of an object in which a page tells of itself; empty where it tells nothing that is known."""
        found = {}
        for json, held in members(self._document, flat):
            said = next((part for part, known in _PAGE.items() if known & set(words(json))), None)
            if said is not None and held.kind == "integer":
                found[json] = Member.model_validate({"is": said, "optional": json not in flat.required})
        if not found:
            return ""
        try:
            beside = dict(self._beside(Level(flat, ""), found))
        except CannotSayError:
            return ""
        return self._around(Level(flat, ""), record, found | beside, label, page=True)

    def _around(self, level: Level, record: Record, found: dict[str, Member], label: str, *, page: bool = False) -> str:
        """The name of an object around records: the component's own, where that is about these records alone."""
        of, is_open = record.resource.name, not level.shape.closed
        shape = Shape(
            of=of, page=page, open=is_open, members={json: found[json] for json in level.shape.members if json in found}
        )
        flat = level.shape
        while True:
            name = self._named(flat, label)
            if self.shapes.setdefault(name, shape) == shape:
                return name
            flat = replace(flat, name=f"{of}{name}" if not name.startswith(of) else f"{name}Of{of}")

    def _beside(self, level: Level, said: Container[str] = ()) -> Iterator[tuple[str, Member]]:
        """What an object must have beside the records: the same in every answer, as nothing of a record is behind it.

        Raises:
            CannotSayError: No value is known to fit.
        """
        for json, held in around(self._document, level):
            if json in level.shape.required and json not in said and fits_json(json):
                value = usual_value(json, held)
                if value is _NOTHING:
                    raise CannotSayError(f"what stands beside its records in {json!r} is not said")
                self._document.note(f"{json!r} beside records is always {value!r}.")
                yield json, Member.model_validate({"shows": value, "about": held.about})


def fits_json(json: str) -> bool:
    """Whether a member can have the name."""
    return 0 < len(json) <= _LONGEST_NAME and json.isprintable() and not set(json) & set("{}")


def usual_value(json: str, held: Flat) -> object:
    """A value for a member that tells about an answer: of an answer that is well."""
    if held.nullable:
        return None
    choices = held.keys.get("enum")
    if isinstance(choices, list) and choices:
        well = (one for one in choices if str(one).lower() in _WELL)
        return next(well, choices[0])
    for key in ("const", "default", "example"):
        if key in held.keys and type(held.keys[key]) in _TYPES.get(held.kind, ()):
            return held.keys[key]
    plain = set(words(json))
    if held.kind == "boolean":
        return bool(plain & {"success", "successful", "ok", "deleted", "removed", "updated", "result", "status"})
    if held.kind in {"integer", "number"}:
        least = held.keys.get("minimum")
        return 200 if plain & {"status", "code"} else max(0, least) if isinstance(least, int) else 0
    if held.kind == "string" and not held.keys.keys() & {"pattern", "format"}:
        least = held.keys.get("minLength")
        return "ok" if plain & {"status", "result"} or (isinstance(least, int) and least > 0) else ""
    if held.kind == "array" and not held.keys.get("minItems"):
        return []
    return {} if held.kind == "object" and not held.required else _NOTHING


_NOTHING = object()
_WELL = frozenset({"ok", "success", "200", "succeeded", "true", "done"})
_TYPES: dict[str, tuple[type, ...]] = {"string": (str,), "integer": (int,), "number": (int,), "boolean": (bool,)}


def _counted(held: Flat) -> dict[str, object]:
    least, most = items_of(held)
    return {"min_items": least, "max_items": most, "unique_items": held.flag("uniqueItems")}


def _alike(own: Field, kept: Field) -> bool:
    """Whether a view bounds a value as the entity does."""
    bare = {"optional": False, "default": None, "about": ""}
    return own.model_copy(update=bare) == kept.model_copy(update=bare)
