"""Which records a document is about: schemas that are views of one thing, and the paths to it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from quantumlayer.kit.identifiers import class_name, identifier, singular, words
from quantumlayer.qlayer.parser.openapi.bodies import Body
from quantumlayer.qlayer.parser.openapi.calls import Call
from quantumlayer.qlayer.parser.openapi.document import Document
from quantumlayer.qlayer.parser.openapi.schemas import Flat
from quantumlayer.spec.validate.names import free_entity

_VIEW_WORDS = frozenset(
    {
        "fields", "create", "created", "update", "updated", "patch", "input", "output", "request", "response", "dto",
        "in", "out", "read", "write", "new", "body", "payload", "model", "details", "detail", "summary", "base",
        "resource", "public", "get", "save", "add", "edit", "req", "res", "upsert", "put",
        "writable", "attributes",
        "data", "full", "simple", "schema", "object", "view", "params", "entity", "record", "page",
        "list",
    }
)  # fmt: skip


@lru_cache(maxsize=1 << 12)  # every schema is asked for by every call
def stem(name: str) -> str:
    """The thing that a schema is a view of: `OwnerFields` and `CreateOwnerRequest` are views of an `owner`."""
    parts = words(name)
    kept = [part for part in parts if part not in _VIEW_WORDS] or parts
    return singular("_".join(kept))


@dataclass(slots=True)
class Resource:
    """A kind of record: its name, its views, and the words by which paths call it."""

    name: str
    views: dict[str, Flat] = field(default_factory=dict)
    nouns: set[str] = field(default_factory=set)

    @property
    def members(self) -> frozenset[str]:
        """What its views show, each in one spelling."""
        return frozenset("_".join(words(json)) for view in self.views.values() for json in view.members)


class Resources:
    """The kinds of records that a document is about."""

    def __init__(self, document: Document, found: list[Call]) -> None:
        self._document = document
        self.by_stem: dict[str, Resource] = {}
        self._names: list[str] = []
        self._inline: dict[frozenset[tuple[str, int]], Resource] = {}
        self._named: dict[str, Resource] = {}
        for call in found:
            self._see(call)
        groups = list(_groups(found))
        for group in groups:
            self._gather(group)
        self._learn_nouns(groups)

    def _see(self, call: Call) -> None:
        """A body of records that have a path of their own makes them a resource."""
        for body in (call.gives, call.takes):
            if body is None or body.flat.kind != "object" or not body.flat.members:
                continue
            key = self._stem(body.flat, call)
            if key and (self._identified(body.flat, key) or self._addressed(call, key) or key in self.by_stem):
                self._add(key, body.flat, call)

    def _add(self, key: str, flat: Flat, call: Call) -> Resource:
        if key not in self.by_stem:
            self.by_stem[key] = Resource(free_entity(class_name(key).rstrip("_"), self._names))
            self._names.append(self.by_stem[key].name)
        resource = self.by_stem[key]
        self._show(resource, flat, call)
        if key == singular(identifier(call.noun)):
            resource.nouns.add(call.noun)
        return resource

    def _show(self, resource: Resource, flat: Flat, call: Call) -> None:
        """The schema is a view of the resource."""
        way = "takes" if call.takes is not None and call.takes.flat is flat else "gives"
        resource.views.setdefault(flat.name or f"{call.label} {way}", flat)
        if not flat.name:
            self._inline.setdefault(identity(flat), resource)
        elif self.by_stem.get(stem(flat.name)) is not resource:
            self._named.setdefault(flat.name, resource)

    def _stem(self, flat: Flat, call: Call) -> str:
        noun = singular("_".join(words(call.noun)))
        if flat.name and singular("_".join(words(flat.name))) == noun:  # what looks like a view may be a thing itself
            return noun
        return stem(flat.name) if flat.name else noun

    def _identified(self, flat: Flat, key: str) -> bool:
        return any("_".join(words(member)) in {"id", "uuid", "slug", f"{key}_id"} for member in flat.members)

    def _addressed(self, call: Call, key: str) -> bool:
        made = call.method == "post" and call.takes is not None
        return (call.item or made) and singular("_".join(words(call.noun))) == key

    # What stands at one path is about one kind of record, whatever its schemas are called.

    def _gather(self, group: list[Call]) -> None:
        """The bodies at a path and at its items are views of one thing, as far as they look like it."""
        found = _principal(group)
        if found is None:
            return
        call, body = found
        resource, named = self.of(body.flat), self.called(call.noun)
        if resource is None:
            key = self._stem(body.flat, call)
            if not key:
                return
            resource = self._add(key, body.flat, call)
        elif named is not None and named is not resource and not resource.nouns and _alike(resource, named):
            self._join(resource, named)
            resource = named
        for one in group:
            for other in (one.gives, one.takes):
                if other is not None and self._looks_like(other, resource):
                    self._show(resource, other.flat, one)

    def _join(self, one: Resource, other: Resource) -> None:
        """Two kinds of records are one: their views are those of the other."""
        other.views |= {key: view for key, view in one.views.items() if key not in other.views}
        self.by_stem = {key: other if known is one else known for key, known in self.by_stem.items()}
        self._inline = {key: other if known is one else known for key, known in self._inline.items()}
        self._named = {key: other if known is one else known for key, known in self._named.items()}

    def _looks_like(self, body: Body, resource: Resource) -> bool:
        if body.flat.kind != "object" or not body.flat.members or self.of(body.flat) is not None:
            return False
        own = {"_".join(words(json)) for json in body.flat.members}
        return 2 * len(own & resource.members) >= len(own)

    def _learn_nouns(self, groups: list[list[Call]]) -> None:
        """Records that no word of a path is called like go by the word that most of their paths have."""
        seen: dict[str, Counter[str]] = defaultdict(Counter)
        for group in groups:
            found = _principal(group)
            resource = self.of(found[1].flat) if found is not None else None
            noun = group[0].noun
            if resource is not None and noun and self.called(noun) is None:
                seen[resource.name][noun] += len(group)
        for resource in self.all():
            if not resource.nouns and seen[resource.name]:
                resource.nouns.add(seen[resource.name].most_common(1)[0][0])

    def of(self, flat: Flat) -> Resource | None:
        """The resource that a schema is a view of."""
        if flat.kind != "object":
            return None
        if not flat.name:
            return self._inline.get(identity(flat))
        return self._named.get(flat.name) or self.by_stem.get(stem(flat.name))

    def called(self, noun: str) -> Resource | None:
        """The resource that a word of a path names."""
        key = singular("_".join(words(noun)))
        bare = key.replace("_", "")
        found = self.by_stem.get(key) or next((one for one in self.by_stem.values() if noun in one.nouns), None)
        return found or next((one for stem, one in self.by_stem.items() if stem.replace("_", "") == bare), None)

    def all(self) -> list[Resource]:
        """Every kind of record."""
        return list({resource.name: resource for resource in self.by_stem.values()}.values())


def _alike(one: Resource, other: Resource) -> bool:
    """Whether most of what one shows is shown by the other."""
    return 2 * len(one.members & other.members) >= min(len(one.members), len(other.members))


def _groups(found: Iterable[Call]) -> Iterator[list[Call]]:
    """The operations on each collection and on its items, by the path without the parameter at its end."""
    grouped: dict[str, list[Call]] = defaultdict(list)
    for call in found:
        parts = ["{}" if "{" in part else part for part in call.segments]
        grouped["/".join(parts[:-1] if call.item else parts)].append(call)
    yield from grouped.values()


def _principal(group: list[Call]) -> tuple[Call, Body] | None:
    """The body that shows best what the records of a path are: one of them, or the list of all."""
    for way in (_is_item, _is_list, _is_made, _is_changed):
        for call in group:
            body = call.gives
            if body is not None and body.flat.kind == "object" and body.flat.members and way(call, body):
                return call, body
    return None


def _is_item(call: Call, body: Body) -> bool:
    return call.method == "get" and call.item and not body.many


def _is_list(call: Call, body: Body) -> bool:
    return call.method == "get" and not call.item and body.many


def _is_made(call: Call, body: Body) -> bool:
    return call.method == "post" and not call.item and call.takes is not None and not body.many


def _is_changed(call: Call, body: Body) -> bool:
    return call.method in {"put", "patch"} and not body.many


def identity(flat: Flat) -> frozenset[tuple[str, int]]:
    """What tells a schema that was written in its place from others: the nodes of its members."""
    return frozenset((key, id(node)) for key, node in flat.members.items())
