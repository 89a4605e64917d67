"""The endpoints of a document: what each operation does with which records."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from quantumlayer.kit.identifiers import identifier, singular, words
from quantumlayer.qlayer.parser.openapi.bodies import Body
from quantumlayer.qlayer.parser.openapi.calls import Call
from quantumlayer.qlayer.parser.openapi.document import Document
from quantumlayer.qlayer.parser.openapi.records import Record, Records
from quantumlayer.qlayer.parser.openapi.schemas import Flat, counting, flatten, members, plain
from quantumlayer.qlayer.parser.openapi.shapes import CannotSayError, ShapeBook, fits_json
from quantumlayer.qlayer.parser.openapi.types import VAGUE, field_of, items_of
from quantumlayer.spec.interface import Does, Endpoint, Part
from quantumlayer.spec.model import Field, FieldType, RelationKind
from quantumlayer.spec.validate.names import free_name
from quantumlayer.spec.validate.patterns import judge_pattern

_PARTS = {
    Part.PAGE: {"page", "page_number", "page_index", "page_no", "current_page"},
    Part.SIZE: {"size", "page_size", "per_page", "pagesize", "items_per_page", "results_per_page"},
    Part.LIMIT: {"limit", "max", "max_results", "top", "take", "count"},
    Part.OFFSET: {"offset", "skip", "start", "from"},
}
_FARTHEST = 3
_MANY, _LONGEST_PATTERN = 20, 2000
_LONGEST = 60
"""Characters of the longest name of an endpoint."""

_BY_HTTP = frozenset({"authorization", "content-type", "accept"})
_PATH = re.compile(r"(/[A-Za-z0-9._~{}-]+)+/?")


class EndpointBook:
    """Turns operations into endpoints."""

    def __init__(self, document: Document, found: list[Call], records: Records, shapes: ShapeBook) -> None:
        self._document, self._records, self._shapes = document, records, shapes
        self.unique: set[tuple[str, str]] = set()
        self._functions: set[str] = set()
        self._single = _single(found)

    def name(self, call: Call) -> str:
        """A name that no other endpoint has."""
        said = call.operation.get("operationId")
        named = said if isinstance(said, str) and words(said) else f"{call.method} {call.path}"
        base = identifier(named)[:_LONGEST].rstrip("_")
        number, free = 1, base
        while free in self._functions:
            number += 1
            ending = f"_{number}"
            free = f"{base[: _LONGEST - len(ending)].rstrip('_')}{ending}"
        self._functions.add(free)
        return free

    def endpoint(self, call: Call) -> Endpoint:
        """What an operation does.

        Raises:
            CannotSayError: It is none of the things that an endpoint does.
        """
        if call.refused:
            raise CannotSayError(call.refused)
        record = self._record(call)
        if call.takes is not None and self._records.of(call.takes.flat) is not record:
            raise CannotSayError("it takes one kind of record and answers another")
        does = self._does(call, record)
        label = self._label(call)
        if _PATH.fullmatch(call.path) is None:
            raise CannotSayError("its path has characters that no path of a service has")
        keys: dict[str, Any] = {}
        if call.takes is not None:
            self._judge_formats(call.takes)
            takes, many = self._shapes.body(call.takes, f"{label}_request")
            if many or call.takes.many or does in {Does.LIST, Does.READ, Does.DELETE}:
                raise CannotSayError("it takes a body that is not one record")
            keys["takes"] = takes
        elif does in {Does.UPDATE, Does.PATCH}:
            raise CannotSayError("it takes no record")
        if call.gives is not None and call.status != 204:
            if self._records.of(call.gives.flat) is record:
                keys["gives"], keys["many"] = self._shapes.body(call.gives, f"{label}_response")
            else:
                keys["gives"] = self._shapes.receipt(call.gives, record, f"{label}_response")
            keys["media"] = call.gives.media
        return Endpoint(
            method=call.method,
            path=call.path,
            does=does,
            on=record.resource.name,
            about=_summary(call.operation),
            parameters=self._parameters(call, record, does),
            status=call.status,
            errors=call.errors,
            **keys,
        )

    def _judge_formats(self, body: Body) -> None:
        """Refuse bodies that are held to a format which no pattern can say."""
        for json, flat in members(self._document, body.flat):
            if flat.kind == "string" and str(flat.keys.get("format")) in VAGUE and not flat.flag("readOnly"):
                raise CannotSayError(f"{json!r} is text of the format {flat.keys['format']!r}, which cannot be held to")
            if flat.kind == "array" and flatten(self._document, flat.items).either:
                raise CannotSayError(f"what is in {json!r} is one of several objects")

    def _label(self, call: Call) -> str:
        said = call.operation.get("operationId")
        return said if isinstance(said, str) and words(said) else f"{call.method} {call.path}"

    def _record(self, call: Call) -> Record:
        gives = self._records.of(call.gives.flat) if call.gives is not None else None
        if call.takes is not None and call.method != "get":
            takes = self._records.of(call.takes.flat)
            if takes is None:
                raise CannotSayError("its body is not about a record that the service keeps")
            if gives is not None and gives is not takes and gives.resource.nouns:
                raise CannotSayError("it takes one kind of record and answers another")
            return takes
        if call.method == "delete" and gives is not None and not gives.resource.nouns:
            gives = None  # a receipt of what was removed
        if call.gives is not None and (gives is not None or call.method != "delete"):
            if gives is None:
                raise CannotSayError("its body is not about a record that the service keeps")
            return gives
        found = self._records.called(call.noun)
        if found is None:
            raise CannotSayError("it is about nothing that the service keeps")
        return found

    def _does(self, call: Call, record: Record) -> Does:
        many = call.gives is not None and call.gives.many
        own = self._records.called(call.noun) is record
        if call.path in self._single and not many and (single := _SINGLE.get(call.method)) is not None:
            return single
        if call.method == "get":
            if many:
                return Does.LIST
            if call.item and own and call.gives is not None:
                return Does.READ
        elif call.method == "post" and not call.item and own and not many and call.takes is not None:
            return Does.CREATE
        elif call.method in {"put", "patch"} and call.item and own and not many:
            return Does.UPDATE if call.method == "put" else Does.PATCH
        elif call.method == "delete" and call.item and own and not many:
            return Does.DELETE
        raise CannotSayError(f"what `{call.method.upper()}` does there is not said by the document")

    # Parameters.

    def _parameters(self, call: Call, record: Record, does: Does) -> dict[str, object]:
        found: dict[str, object] = {}
        described = {str(one["name"]): one for one in call.parameters if one.get("in") == "path"}
        places = self._records.path_records(call)
        for index, (parent, name) in enumerate(places):
            last = index == len(places) - 1 and call.item and does not in {Does.LIST, Does.CREATE}
            flat = self._schema(described.get(name, {}), name)
            held = field_of(flat).model_copy(update={"about": "", "default": None})
            if last:
                meant = self._key(record, name, flat)
            else:
                known = parent is not None and self._records.is_known(parent)
                meant = self._way(record, parent, name, flat) if parent and known else _scope(record, name, held)
            found[name] = {"is": meant, "in": "path", "field": held}
        if any("{" in segment and not (segment.startswith("{") and segment.endswith("}")) for segment in call.segments):
            raise CannotSayError("its path has a parameter inside a word")
        for parameter in (part for one in call.parameters for part in self._apart(one)):
            place, name = parameter.get("in"), str(parameter["name"])
            if place in {"query", "header"} and fits_json(name) and name.lower() not in _BY_HTTP:
                if name in found:
                    raise CannotSayError(f"it has two parameters called {name!r}")
                found[name] = self._asked(parameter, name, record if does is Does.LIST else None)
        return found

    def _apart(self, parameter: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """The parameter itself, or the members of an object as the query has them."""
        flat = flatten(self._document, parameter.get("schema"))
        style = parameter.get("style", "form")
        deep = style == "deepObject"
        whole = parameter.get("explode") is False or not (deep or style == "form")
        if parameter.get("in") != "query" or flat.kind != "object" or not flat.members or whole:
            yield parameter
            return
        for key, node in flat.members.items():
            name = f"{parameter['name']}[{key}]" if deep else key
            needed = parameter.get("required") is True and key in flat.required
            yield {"name": name, "in": "query", "required": needed, "schema": node}

    def _schema(self, parameter: Mapping[str, Any], name: str) -> Flat:
        schema = parameter.get("schema")
        if schema is None and isinstance(content := parameter.get("content"), dict):
            entry = next(iter(content.values()), None)
            schema = entry.get("schema") if isinstance(entry, dict) else None
        flat = flatten(self._document, schema)
        return counting(self._document, name, flat) if flat.kind != "any" else Flat("string", keys=flat.keys)

    def _key(self, record: Record, name: str, flat: Flat) -> str:
        """What of a record a path names it by."""
        plain = "_".join(words(name))
        own = singular(identifier(record.resource.name))
        numbered = any(place.name == "id" for place in record.places.values())
        if numbered and flat.kind == "integer" and not record.text_id:
            return "id"
        if numbered and flat.kind == "string" and record.text_id and _is_id_word(plain, own, record.text_id):
            return "id"
        for json, place in record.places.items():
            if "_".join(words(json)) in {plain, plain.removeprefix(f"{own}_")} and not place.target:
                if place.name == "id" or place.name not in record.always:
                    break
                self.unique.add((record.resource.name, place.name))
                return place.name
        raise CannotSayError(f"{name!r} is no value that callers give a {own.replace('_', ' ')}")

    def _way(self, record: Record, parent: Record, name: str, flat: Flat) -> str:
        """The way from a record to the one that an earlier part of the path names."""
        ways = [("", record)]
        for _ in range(_FARTHEST):
            for way, at in ways:
                step = self._records.relation_to(at, parent)
                if step is not None:
                    key = self._key(parent, name, flat)
                    return f"{way}{step}" if key == "id" else f"{way}{step}.{key}"
            ways = [
                (f"{way}{relation}.", self._records.by_name[held.to])
                for way, at in ways
                for relation, held in at.relations.items()
                if held.kind is not RelationKind.MANY_TO_MANY
            ]
        raise CannotSayError(f"nothing says how it belongs to {name!r}")

    def _asked(self, parameter: Mapping[str, Any], name: str, record: Record | None) -> dict[str, object]:
        flat = self._schema(parameter, name)
        many = flat.kind == "array"
        inner = flatten(self._document, flat.items) if many else flat
        joined = many and parameter.get("explode") is False
        held = field_of(inner)
        if joined or inner.kind in {"object", "any", "array"}:
            many, held = False, _joined(held, flat) if joined else Field(type=FieldType.TEXT, min=0)
        default = flat.keys.get("default")
        fits = type(default) in {int, str, bool} and not many and held.type in _KINDS.get(type(default), ())
        found: dict[str, object] = {
            "in": parameter.get("in"),
            "optional": parameter.get("required") is not True,
            "many": many,
            "unique_items": many and flat.flag("uniqueItems"),
            "about": inner.about or _summary(parameter),
            "field": held.model_copy(update={"about": "", "default": default if fits else None}),
        }
        return {**found, **self._meaning(name, held.type, flat, record, joined=joined)}

    def _meaning(
        self, name: str, kind: FieldType, flat: Flat, record: Record | None, *, joined: bool
    ) -> dict[str, object]:
        plain = "_".join(words(name))
        if record is None or joined:
            return {"part": Part.IGNORED}
        part = next((part for part, known in _PARTS.items() if plain in known and kind is FieldType.INT), None)
        if part is not None:
            zero = 0 in (flat.keys.get("default"), flat.keys.get("minimum"))
            return {"part": part, "first": 0 if part is Part.PAGE and zero else 1 if part is Part.PAGE else 0}
        for json, place in record.places.items():
            if "_".join(words(json)) == plain and not place.many:
                seen = record.seen.get(place.name)
                alike = seen is not None and (seen[0].type is kind or {seen[0].type, kind} <= _TEXTS)
                if alike or (place.target and kind is FieldType.INT) or (place.name == "id" and kind is FieldType.INT):
                    return {"is": place.name}
        return {"part": Part.IGNORED}


def _joined(item: Field, flat: Flat) -> Field:
    """Values with commas between them, in one text: each once, or as many as anybody asks with."""
    each = "|".join(map(re.escape, map(str, item.one_of))) if item.one_of else item.pattern
    most = len(item.one_of) if item.one_of and flat.flag("uniqueItems") else items_of(flat)[1] or _MANY
    whole = f"(({each}){f'(,({each}))?' * (most - 1)})?"
    if not each or len(whole) > _LONGEST_PATTERN or judge_pattern(whole):
        return Field(type=FieldType.TEXT, min=0)
    return Field(type=FieldType.TEXT, min=0, pattern=whole)


_SINGLE = {"get": Does.READ, "put": Does.UPDATE, "patch": Does.PATCH, "delete": Does.DELETE}


def _single(found: list[Call]) -> frozenset[str]:
    """The paths at which one record stands that is not named: it can be changed there, and no other is made."""
    changed = {call.path for call in found if call.method in {"put", "patch"} and not call.item}
    return frozenset(changed - {call.path for call in found if call.method == "post" or _lists(call)})


def _lists(call: Call) -> bool:
    return call.gives is not None and call.gives.many


def _scope(record: Record, name: str, held: Field) -> str:
    """The field for what a path says of its records although it is no record that the service keeps."""
    known = record.scopes.get(identifier(name))
    if known is not None and known != held:
        raise CannotSayError(f"{name!r} is something else in another path")
    taken = [*record.seen, *record.relations, *(f"{key}_id" for key in record.relations)]
    key = (known and identifier(name)) or free_name(identifier(name), taken)
    record.scopes.setdefault(key, held)
    return key


def _is_id_word(plain: str, own: str, text_id: str) -> bool:
    """Whether a parameter is called like the id of a record."""
    last = plain.rpartition("_")[2]
    return plain in {text_id, own} or last in {"id", "uuid", "guid", "identifier", "key", "ident", "uid"}


_TEXTS = {FieldType.STRING, FieldType.TEXT, FieldType.EMAIL}
_KINDS: dict[type, tuple[FieldType, ...]] = {
    int: (FieldType.INT,),
    str: (FieldType.STRING, FieldType.TEXT),
    bool: (FieldType.BOOL,),
}


def _summary(node: Mapping[str, Any]) -> str:
    said = node.get("summary") or node.get("description")
    return plain(said)[:200] if isinstance(said, str) else ""
