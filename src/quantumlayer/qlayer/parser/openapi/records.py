"""The entities of a document: fields and relations of the records behind all views of them."""

from collections.abc import Iterator

from quantumlayer.kit.identifiers import identifier, plural, singular, words
from quantumlayer.qlayer.parser.openapi.calls import Call, parameters_in
from quantumlayer.qlayer.parser.openapi.document import Document
from quantumlayer.qlayer.parser.openapi.record import SCALARS, Place, Record, free_relation, is_number, usual
from quantumlayer.qlayer.parser.openapi.resources import Resources
from quantumlayer.qlayer.parser.openapi.schemas import Flat, flatten, members
from quantumlayer.qlayer.parser.openapi.types import field_of, holds_uuid, widest
from quantumlayer.spec.model import Field, OnDelete, Relation, RelationKind
from quantumlayer.spec.naming import back_name
from quantumlayer.spec.validate.names import free_name

__all__ = ["SCALARS", "Place", "Record", "Records"]

_CREATED = frozenset({"created_at", "created_on", "date_created", "creation_date"})
_UPDATED = frozenset({"updated_at", "modified_at", "last_modified", "date_modified", "updated_on"})
_BODY_WORDS = ("values", "given")
"""What the classes of bodies have methods for."""


class Records:
    """Builds the entities of a document."""

    def __init__(self, document: Document, found: list[Call], resources: Resources) -> None:
        self._document, self._calls, self._resources = document, found, resources
        self.by_name = {resource.name: Record(resource) for resource in resources.all()}
        for record in self.by_name.values():
            record.text_id = self._text_id(record)
        for name in self.by_name:
            self._place_members(name)
        self._parents()
        for name in self.by_name:
            self._ways_to_many(name)
        for name in self.by_name:
            self._count_uses(name)
        self._name_ways_back()

    def of(self, flat: Flat) -> Record | None:
        """The record that a schema is a view of."""
        resource = self._resources.of(flat)
        return self.by_name.get(resource.name) if resource is not None else None

    def called(self, noun: str) -> Record | None:
        """The record that a word of a path names."""
        resource = self._resources.called(noun)
        return self.by_name.get(resource.name) if resource is not None else None

    def _views(self, name: str) -> Iterator[tuple[str, Flat]]:
        for view in self.by_name[name].resource.views.values():
            yield from members(self._document, view)

    # What a record holds.

    def _place_members(self, name: str) -> None:
        record = self.by_name[name]
        for json, flat in self._views(name):
            if json not in record.places and not (flat.kind == "array" and self._many_of(flat) is not None):
                record.places[json] = self._place(record, json, flat)
            place = record.places.get(json)
            if place is not None and not place.target and place.name not in {"id", "created_at", "updated_at"}:
                record.seen.setdefault(place.name, []).append(field_of(flat))
                if flat.kind in {"object", "array"}:
                    record.structured.add(place.name)

    def _place(self, record: Record, json: str, flat: Flat) -> Place:
        plain = "_".join(words(json))
        if self._is_id(record, flat, plain):
            return Place("id")
        if plain in _CREATED | _UPDATED and flat.kind == "string" and flat.keys.get("format") == "date-time":
            stamp = "created_at" if plain in _CREATED else "updated_at"
            if Place(stamp) not in record.places.values() and not self.written(record, json):
                return Place(stamp)
        target = self.of(flat)
        # Part of a record that is called like it, and has no number of its own, is no other record.
        itself = target is record and (flat.flag("readOnly") or not self._numbered(flat, record))
        if target is not None and self.is_known(target) and not itself:
            return self._refer(record, free_relation(record, identifier(json)), target, flat)
        if plain.endswith("_id") and (named := self._named(plain[:-3], flat.kind)) is not None:
            return self._refer(record, free_relation(record, plain[:-3]), named, flat)
        columns = (f"{name}_id" for name in record.relations)
        taken = [*record.relations, *columns, *(place.name for place in record.places.values())]
        return Place(free_name(identifier(json), [*taken, *_BODY_WORDS]))

    def _named(self, noun: str, kind: str) -> Record | None:
        """The record that a member such as `ownerId` refers to, whose ids are of this kind."""
        found = self.called(noun)
        if found is None or kind != ("string" if found.text_id else "integer"):
            return None
        return found if self.is_known(found) else None

    def _refer(self, record: Record, name: str, target: Record, flat: Flat) -> Place:
        record.relations.setdefault(
            name,
            Relation(to=target.resource.name, optional=True, reassignable=True, about=flat.about),
        )
        return Place(name, target.resource.name)

    def is_known(self, record: Record) -> bool:
        """Whether its records are known by an id that the service gives them."""
        return any(self._numbered(view, record) for view in record.resource.views.values())

    def _numbered(self, view: Flat, record: Record) -> bool:
        found = members(self._document, view)
        return any(self._is_id(record, flat, "_".join(words(json))) for json, flat in found)

    def _is_id(self, record: Record, flat: Flat, plain: str) -> bool:
        """Whether a member is the id that the service gives a record."""
        if record.text_id:
            return flat.kind == "string" and plain == record.text_id
        return is_number(flat, plain, record.resource.name)

    def _text_id(self, record: Record) -> str:
        """The member, in one spelling, that holds an id which is text; empty where there is none."""
        own = singular(identifier(record.resource.name))
        seen: dict[str, list[tuple[str, Flat]]] = {}
        for json, flat in self._views(record.resource.name):
            plain = "_".join(words(json))
            if is_number(flat, plain, record.resource.name):
                return ""
            seen.setdefault(plain, []).append((json, flat))
        for plain in ("id", f"{own}_id", "uuid", f"{own}_uuid", "guid"):
            found = seen.get(plain, [])
            if found and all(holds_uuid(flat) for _, flat in found):
                return "" if any(self._given(record, json) for json, _ in found) else plain
        return ""

    def _given(self, record: Record, json: str) -> bool:
        """Whether callers who make a record must say it."""
        return any(
            call.method == "post" and self._takes(call, record) and call.takes and json in call.takes.flat.required
            for call in self._calls
        ) and self.written(record, json)

    def written(self, record: Record, json: str) -> bool:
        """Whether some request carries the member."""
        return any(
            call.takes is not None
            and self.of(call.takes.flat) is record
            and json in call.takes.flat.members
            and not flatten(self._document, call.takes.flat.members[json]).flag("readOnly")
            for call in self._calls
        )

    # What belongs to what.

    def _parents(self) -> None:
        """A path such as `/owners/{ownerId}/pets` says that a pet belongs to an owner."""
        for call in self._calls:
            body = call.gives or call.takes
            record = self.of(body.flat) if body is not None else self.called(call.noun)
            if record is None:
                continue
            for parent, _ in self.path_records(call)[: -1 if call.item else None]:
                if parent is None or parent is record:
                    continue
                if (known := self.relation_to(record, parent)) is not None:
                    relation = record.relations[known]
                    record.relations[known] = relation.model_copy(update={"on_delete": OnDelete.CASCADE})
                    continue
                if self._through(record, parent):
                    continue
                if self.is_known(parent) and self.relation_to(parent, record) is None:
                    name = free_relation(record, singular(identifier(parent.resource.name)))
                    record.relations[name] = Relation(
                        to=parent.resource.name, optional=True, on_delete=OnDelete.CASCADE
                    )

    def _through(self, record: Record, parent: Record) -> bool:
        """Whether a record belongs to the parent by way of another."""
        others = self.by_name.values()
        return any(self.relation_to(record, other) and self.relation_to(other, parent) for other in others)

    def path_records(self, call: Call) -> list[tuple[Record | None, str]]:
        """For each parameter of a path the record that it names, after the word before it."""
        found: list[tuple[Record | None, str]] = []
        noun = ""
        for segment in call.segments:
            names = parameters_in(segment)
            if not names:
                noun = segment
            found += [(self.called(noun), name) for name in names]
        return found

    def relation_to(self, record: Record, target: Record) -> str | None:
        """The relation from one record to another."""
        for name, relation in record.relations.items():
            if relation.to == target.resource.name and relation.kind is not RelationKind.MANY_TO_MANY:
                return name
        return None

    def _many_of(self, flat: Flat) -> Record | None:
        """The record of which an array holds views."""
        inner = flatten(self._document, flat.items)
        target = self.of(inner)
        return target if target is not None and self.is_known(target) else None

    def _ways_to_many(self, name: str) -> None:
        """An array of other records is the way back of their relation, or a relation to many of its own."""
        record = self.by_name[name]
        for json, flat in self._views(name):
            target = self._many_of(flat) if flat.kind == "array" else None
            if target is None or json in record.places:
                continue
            via = self.relation_to(target, record)
            ids = (plural(name.removesuffix("_ids")) for name in record.seen if name.endswith("_ids"))
            back = free_name(identifier(json), [*record.seen, *record.relations, *ids])
            if via is not None and target.relations[via].back is None and back not in record.backs:
                target.relations[via] = target.relations[via].model_copy(update={"back": back})
                record.backs.add(back)
            else:
                record.relations[back] = Relation(
                    to=target.resource.name,
                    kind=RelationKind.MANY_TO_MANY,
                    reassignable=True,
                    about=flat.about,
                    back=f"{identifier(name)}_{plural(back)}"[:60],
                )
            record.places[json] = Place(back, target.resource.name, many=True)

    def _name_ways_back(self) -> None:
        """A way back whose usual name is taken gets another."""
        for name, record in self.by_name.items():
            for key, relation in record.relations.items():
                target = self.by_name[relation.to]
                usual = back_name(name, relation)
                free = free_name(usual, [*target.seen, *target.relations, *target.backs])
                if relation.back is None and free != usual:
                    record.relations[key] = relation.model_copy(update={"back": free})
                if relation.back is None:
                    target.backs.add(free)

    # What may be missing.

    def _count_uses(self, name: str) -> None:
        record = self.by_name[name]
        makes = [call for call in self._calls if call.method == "post" and self._takes(call, record)]
        changes = [call for call in self._calls if call.method in {"put", "patch"} and self._takes(call, record)]
        record.certain = self._certain(record)
        sure = [self._written_by(call, record, replacing=False) for call in makes]
        for call in changes:
            self._written_by(call, record, replacing=call.method == "put")
        record.always = set.intersection(*sure) - record.nullable - record.emptied if sure else set()
        for view in record.resource.views.values():
            record.shown |= {record.places[json].name for json in view.required if json in record.places}
        if not makes:
            record.always = self._always_shown(record) | self._addressed(record)

    def _certain(self, record: Record) -> set[str]:
        """The values that an answer cannot lack."""
        return {
            record.places[json].name
            for call in self._calls
            if call.gives is not None and self.of(call.gives.flat) is record
            for json, flat in members(self._document, call.gives.flat)
            if json in call.gives.flat.required and not flat.nullable and json in record.places
        }

    def _always_shown(self, record: Record) -> set[str]:
        """The values that records which no request makes must have for answers to show them: a seed gives them."""
        found = set()
        for view in record.resource.views.values():
            for json, flat in members(self._document, view):
                place = record.places.get(json)
                if place is None or place.many or flat.nullable or json not in view.required:
                    continue
                if place.target:
                    found |= set() if self._needs(place.target, record) else {place.name}
                elif place.name in record.seen:
                    held = widest(record.seen[place.name])
                    found |= {place.name} if held.default is None and usual(held) is None else set()
        return found - record.nullable - record.emptied

    def _addressed(self, record: Record) -> set[str]:
        """The values by which paths name records that no request makes."""
        own = singular(identifier(record.resource.name))
        named = {
            "_".join(words(name))
            for call in self._calls
            if call.item
            for one, name in self.path_records(call)[-1:]
            if one is record
        }
        bare = named | {name.removeprefix(f"{own}_") for name in named}
        shown = {json for view in record.resource.views.values() for json in view.required}
        places = {record.places[json] for json in shown & record.places.keys() if "_".join(words(json)) in bare}
        return {place.name for place in places if not place.target and place.name in record.seen}

    def _needs(self, name: str, record: Record, seen: frozenset[str] = frozenset()) -> bool:
        """Whether such a record can only be made when one of the other kind is there."""
        if name == record.resource.name:
            return True
        one = self.by_name[name]
        targets = {one.relations[key].to for key in one.always & one.relations.keys()} - seen
        return any(self._needs(target, record, seen | {name}) for target in sorted(targets))

    def _written_by(self, call: Call, record: Record, *, replacing: bool) -> set[str]:
        """The values that a request always gives; what a replacing one may leave out can be missing afterwards."""
        assert call.takes is not None  # noqa: S101 - `_takes` looked
        sure: set[str] = set()
        for json, flat in members(self._document, call.takes.flat):
            place = record.places.get(json)
            if place is None or flat.flag("readOnly") or record.lacks(place, flat):
                continue
            always = json in call.takes.flat.required and not flat.nullable
            if always:
                sure.add(place.name)
            if place.name in record.certain:
                continue  # answers always show it: null changes nothing, and so does what is not there
            if flat.nullable:
                record.nullable.add(place.name)
            elif replacing and not always:
                record.emptied.add(place.name)
        for parent, _ in self.path_records(call):
            if parent is not None and (relation := self.relation_to(record, parent)):
                sure.add(relation)
        return sure

    def _takes(self, call: Call, record: Record) -> bool:
        return call.takes is not None and self.of(call.takes.flat) is record

    # The result.

    def fields(self, name: str) -> dict[str, Field]:
        """The fields of an entity."""
        record = self.by_name[name]
        found = {}
        for key, seen in record.seen.items():
            held = widest(seen)
            if key in record.always:
                found[key] = held.model_copy(update={"default": None})
            elif key not in record.nullable and held.default is not None:
                found[key] = held
            elif key in record.shown and key not in record.nullable and (default := usual(held)) is not None:
                found[key] = held.model_copy(update={"default": default})
                if default and isinstance(default, str) and not held.one_of:
                    self._document.note(f"A {name} without a {key} has {default!r}: answers must show one.")
            else:
                found[key] = held.model_copy(update={"optional": True})
        return found

    def relations(self, name: str) -> dict[str, Relation]:
        """The relations of an entity."""
        record = self.by_name[name]
        found = {}
        for key, relation in record.relations.items():
            changes: dict[str, object] = {}
            if relation.kind is RelationKind.MANY_TO_MANY:
                found[key] = relation
                continue
            if key in record.always and relation.to != name:  # else there could be no first one
                changes["optional"] = False
            elif relation.on_delete is OnDelete.RESTRICT:
                changes["on_delete"] = OnDelete.SET_NULL
            found[key] = relation.model_copy(update=changes)
        return found
