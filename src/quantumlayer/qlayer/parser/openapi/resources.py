"""Which records a document is about: schemas that are views of one thing, and the paths to it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from quantumlayer.kit.identifiers import class_name, identifier, singular, words
from quantumlayer.qlayer.parser.openapi.document import Document
from quantumlayer.qlayer.parser.openapi.schemas import Flat, flatten, members
from quantumlayer.spec.validate.names import free_entity

_VIEW_WORDS = frozenset(
    {
        "fields", "create", "created", "update", "updated", "patch", "input", "output", "request", "response", "dto",
        "in", "out", "read", "write", "new", "body", "payload", "model", "details", "detail", "summary", "base",
        "resource",
        "writable", "attributes",
        "data", "full", "simple", "schema", "object", "view", "params", "entity", "record", "page",
        "list",
    }
)  # fmt: skip
JSON = "application/json"
_MEDIA = re.compile(r"[a-z]+/([a-z0-9.-]+\+)*json")
_PARAMETER = re.compile(r"\{([^{}]+)\}")
_PAGE_WORDS = frozenset(
    {
        "total", "page", "size", "count", "limit", "offset", "pages", "next", "previous", "prev", "number", "cursor",
        "elements", "first", "last", "per", "meta", "links", "paging", "pagination", "more", "has",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Body:
    """What a request takes or an answer gives.

    Args:
        flat: The schema of the record, or of the structure.
        shape: The schema of the whole body: the record's own, a page's or an envelope's.
        many: Whether it is an array of them.
        page: The member that holds the records of a page.
        envelope: The member that is the record.
        media: Its media type.
    """

    flat: Flat
    shape: Flat
    many: bool = False
    page: str = ""
    envelope: str = ""
    media: str = JSON


@dataclass(slots=True)
class Call:
    """One operation of the document."""

    method: str
    path: str
    operation: Mapping[str, Any]
    parameters: list[dict[str, Any]]
    takes: Body | None = None
    gives: Body | None = None
    status: int = 200
    needs_body: bool = False
    errors: tuple[int, ...] = ()
    any_error: bool = False
    fault: Flat | None = None
    fault_media: str = JSON
    refused: str = ""

    @property
    def label(self) -> str:
        """How a person calls it."""
        return f"{self.method.upper()} {self.path}"

    @property
    def segments(self) -> list[str]:
        """The words and parameters of the path."""
        return [segment for segment in self.path.split("/") if segment]

    @property
    def item(self) -> bool:
        """Whether the path ends with a parameter."""
        return bool(self.segments) and _PARAMETER.fullmatch(self.segments[-1]) is not None

    @property
    def noun(self) -> str:
        """The last fixed word of the path."""
        return next((one for one in reversed(self.segments) if _PARAMETER.search(one) is None), "")


@lru_cache(maxsize=1 << 12)  # every schema is asked for by every call
def stem(name: str) -> str:
    """The thing that a schema is a view of: `OwnerFields` and `CreateOwnerRequest` are views of an `owner`."""
    parts = words(name)
    kept = [part for part in parts if part not in _VIEW_WORDS] or parts
    return singular("_".join(kept))


def calls(document: Document) -> list[Call]:
    """Every operation with its bodies."""
    found = []
    for method, path, operation, parameters in document.operations():
        call = Call(method, path, operation, parameters)
        _answers(document, call)
        _request(document, call)
        found.append(call)
    return found


def _request(document: Document, call: Call) -> None:
    body = document.resolved(call.operation.get("requestBody"))
    schema, media = _json(document, body)
    if schema is not None:
        call.takes = _body(document, schema)
        call.needs_body = body.get("required") is True
    elif media:
        call.refused = f"it takes {media}, not JSON"


def _answers(document: Document, call: Call) -> None:
    answers = call.operation.get("responses")
    answers = answers if isinstance(answers, dict) else {}
    codes = sorted(int(code) for code in map(str, answers) if code.isdecimal() and 200 <= int(code) <= 599)
    success = next((code for code in codes if code < 300), None)
    call.errors = tuple(code for code in codes if code >= 400)
    call.any_error = any(str(code).lower() in {"default", "4xx"} for code in answers)
    by_code = {str(code): answer for code, answer in answers.items()}
    if success is None:
        success = 200
        answer = document.resolved(by_code.get("2XX") or (None if codes else by_code.get("default")))
    else:
        answer = document.resolved(by_code[str(success)])
    call.status = success
    schema, media = _json(document, answer)
    if schema is not None and success != 204:
        call.gives = replace(_body(document, schema), media=media)
    elif media and success != 204:
        call.refused = f"it answers {media}, not JSON"
    for code in (*map(str, call.errors), "4XX", "default"):
        schema, media = _json(document, document.resolved(by_code.get(code)))
        if schema is not None and call.fault is None:
            call.fault, call.fault_media = flatten(document, schema), media


def _json(document: Document, node: Mapping[str, Any]) -> tuple[object | None, str]:
    """The schema of a JSON body with its media type, or the media type alone where there is only another."""
    content = node.get("content")
    content = content if isinstance(content, dict) else {}
    kinds = {str(media).partition(";")[0].strip().lower(): entry for media, entry in reversed(content.items())}
    for kind in (JSON, *reversed(kinds)):
        if kind in kinds and (kind == "*/*" or _MEDIA.fullmatch(kind)):
            return document.resolved(kinds[kind]).get("schema"), JSON if kind == "*/*" else kind
    return None, next(iter(map(str, content)), "")


def _body(document: Document, schema: object) -> Body:
    flat = flatten(document, schema)
    if flat.kind == "array":
        inner = flatten(document, flat.items)
        return Body(inner, inner, many=True)
    inside = list(members(document, flat))
    arrays = [(key, one) for key, one in inside if one.kind == "array"]
    if len(arrays) == 1 and len(inside) > 1:
        key, array = arrays[0]
        others = [one for one, _ in inside if one != key]
        inner = flatten(document, array.items)
        if inner.kind == "object" and all(_PAGE_WORDS & set(words(other)) for other in others):
            return Body(inner, flat, page=key)
    if len(inside) == 1 and flat.kind == "object":
        key, inner = inside[0]
        if inner.kind == "object" and inner.members:
            return Body(inner, flat, envelope=key)
        if inner.kind == "array" and (item := flatten(document, inner.items)).kind == "object" and item.name:
            return Body(item, flat, page=key)
    return Body(flat, flat)


@dataclass(slots=True)
class Resource:
    """A kind of record: its name, its views, and the words by which paths call it."""

    name: str
    views: dict[str, Flat] = field(default_factory=dict)
    nouns: set[str] = field(default_factory=set)


class Resources:
    """The kinds of records that a document is about."""

    def __init__(self, document: Document, found: list[Call]) -> None:
        self._document = document
        self.by_stem: dict[str, Resource] = {}
        self._names: list[str] = []
        self._inline: dict[frozenset[tuple[str, int]], Resource] = {}
        for call in found:
            self._see(call)

    def _see(self, call: Call) -> None:
        """A body of records that have a path of their own makes them a resource."""
        for body in (call.gives, call.takes):
            if body is None or body.flat.kind != "object" or not body.flat.members:
                continue
            key = self._stem(body.flat, call)
            if not key or not (self._identified(body.flat, key) or self._addressed(call, key) or key in self.by_stem):
                continue
            if key not in self.by_stem:
                self.by_stem[key] = Resource(free_entity(class_name(key).rstrip("_"), self._names))
                self._names.append(self.by_stem[key].name)
            resource = self.by_stem[key]
            resource.views.setdefault(body.flat.name or call.label, body.flat)
            if not body.flat.name:
                self._inline.setdefault(identity(body.flat), resource)
            if key == singular(identifier(call.noun)):
                resource.nouns.add(call.noun)

    def _stem(self, flat: Flat, call: Call) -> str:
        return stem(flat.name) if flat.name else singular("_".join(words(call.noun)))

    def _identified(self, flat: Flat, key: str) -> bool:
        return any("_".join(words(member)) in {"id", "uuid", "slug", f"{key}_id"} for member in flat.members)

    def _addressed(self, call: Call, key: str) -> bool:
        made = call.method == "post" and call.takes is not None
        return (call.item or made) and singular("_".join(words(call.noun))) == key

    def of(self, flat: Flat) -> Resource | None:
        """The resource that a schema is a view of."""
        if flat.kind != "object":
            return None
        found = self.by_stem.get(stem(flat.name)) if flat.name else None
        return self._inline.get(identity(flat)) if found is None and not flat.name else found

    def called(self, noun: str) -> Resource | None:
        """The resource that a word of a path names."""
        key = singular("_".join(words(noun)))
        bare = key.replace("_", "")
        found = self.by_stem.get(key) or next((one for one in self.by_stem.values() if noun in one.nouns), None)
        return found or next((one for stem, one in self.by_stem.items() if stem.replace("_", "") == bare), None)

    def all_views(self) -> Iterator[tuple[Resource, Flat]]:
        """Every view of every resource."""
        for resource in self.by_stem.values():
            for flat in resource.views.values():
                yield resource, flat


def identity(flat: Flat) -> frozenset[tuple[str, int]]:
    """What tells a schema that was written in its place from others: the nodes of its members."""
    return frozenset((key, id(node)) for key, node in flat.members.items())


def parameters_in(path: str) -> list[str]:
    """The names of a path's parameters, in order."""
    return _PARAMETER.findall(path)
