"""What the bodies of requests and answers are about: records, in pages and envelopes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from quantumlayer.kit.identifiers import singular, words
from quantumlayer.qlayer.parser.openapi.document import Document
from quantumlayer.qlayer.parser.openapi.schemas import Flat, flatten, members

JSON = "application/json"
_DEEPEST = 4
"""Objects around a record that are looked through."""

_PAGE_WORDS = frozenset(
    {
        "total", "page", "size", "count", "limit", "offset", "pages", "next", "previous", "prev", "number", "cursor",
        "elements", "first", "last", "per", "meta", "links", "paging", "pagination", "more", "has", "returned",
        "iterator", "results", "token", "done", "totals", "empty", "pageable", "sort", "sorted", "paged", "matches",
    }
)  # fmt: skip
_ABOUT_WORDS = _PAGE_WORDS | {
    "status", "success", "successful", "code", "message", "messages", "error", "errors", "included", "timestamp", "ok",
    "jsonapi", "metadata", "warnings", "object", "version", "time", "type", "kind", "msg", "duration", "took",
    "exception", "knowledge", "request",
}  # fmt: skip
_PAYLOADS = frozenset(
    {"data", "result", "results", "items", "records", "content", "payload", "response", "values", "list", "entries"}
)
_AROUND = frozenset({"response", "result", "results", "list", "page", "collection", "envelope", "wrapper", "paginated"})
"""What schemas are called that stand around records."""


@dataclass(frozen=True, slots=True)
class Level:
    """An object around a record, and the member of it that leads on."""

    shape: Flat
    key: str


@dataclass(frozen=True, slots=True)
class Body:
    """What a request takes or an answer gives.

    Args:
        flat: The schema of the record, or of the structure.
        levels: The objects around it, from the outside, or around the array of records.
        many: Whether it is an array of them.
        wrapped: The objects around each record of the array.
        media: Its media type.
    """

    flat: Flat
    levels: tuple[Level, ...] = ()
    many: bool = False
    wrapped: tuple[Level, ...] = ()
    media: str = JSON


def body_of(document: Document, schema: object, nouns: Sequence[str], *, taken: bool = False) -> Body:
    """A body whose path has these words, looked through to the records that it is about.

    Where callers write something beside the record, the whole is what they write.
    """
    flat = flatten(document, schema)
    levels: list[Level] = []
    while len(levels) < _DEEPEST:
        if flat.kind == "array":
            return _array(document, flat, tuple(levels), nouns)
        key = "" if taken and len(flat.members) > 1 else _leads(document, flat, nouns)
        if not key:
            break
        levels.append(Level(flat, key))
        flat = flatten(document, flat.members[key])
    return Body(flat, tuple(levels))


def _array(document: Document, array: Flat, levels: tuple[Level, ...], nouns: Sequence[str]) -> Body:
    item = flatten(document, array.items)
    key = _leads(document, item, nouns)
    inner = flatten(document, item.members[key]) if key else item
    if key and inner.kind == "object":
        return Body(inner, levels, many=True, wrapped=(Level(item, key),))
    return Body(item, levels, many=True)


def _leads(document: Document, flat: Flat, nouns: Sequence[str]) -> str:
    """The member of an object that is what the body is about, where the others only tell about the answer."""
    if flat.kind != "object" or not flat.members or _is_known(flat):
        return ""
    inside = dict(members(document, flat))
    found = [key for key, one in inside.items() if _is_records(document, one)]
    if len(found) != 1:
        named = [key for key in found if _is_payload(key, nouns)]
        found = named if len(named) == 1 else []
    for key in found:
        others = [set(words(other)) for other in inside if other != key]
        many = inside[key].kind == "array"
        around = _is_payload(key, nouns) or (many and bool(_AROUND & set(words(flat.name))))
        about = _ABOUT_WORDS if around else _PAGE_WORDS if many else frozenset()
        if all(about & other or any(word.startswith("total") for word in other) for other in others):
            return key
    return ""


def _is_known(flat: Flat) -> bool:
    """Whether an object is a record itself, with a number or a name of its own."""
    return any("_".join(words(member)) in {"id", "uuid", "slug"} for member in flat.members)


def _is_records(document: Document, flat: Flat) -> bool:
    if flat.kind == "array":
        item = flatten(document, flat.items)
        return item.kind == "object" and bool(item.members)
    return flat.kind == "object" and bool(flat.members)


def _is_payload(key: str, nouns: Sequence[str]) -> bool:
    plain = "_".join(words(key))
    return plain in _PAYLOADS or singular(plain) in {singular("_".join(words(noun))) for noun in nouns}


def around(document: Document, level: Level) -> Iterator[tuple[str, Flat]]:
    """The members of an object beside the one that leads on."""
    for key, flat in members(document, level.shape):
        if key != level.key:
            yield key, flat
