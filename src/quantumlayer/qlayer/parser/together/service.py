"""From the Specs that were read of several sources to one."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import ValidationError

from quantumlayer.qlayer.parser.sql.service import WHO_MAY
from quantumlayer.qlayer.parser.together.disputes import Disputes
from quantumlayer.qlayer.parser.together.elements import Joining
from quantumlayer.qlayer.parser.together.names import aligned
from quantumlayer.qlayer.parser.together.rules import only_stricter
from quantumlayer.qlayer.parser.together.sources import Kind, Part
from quantumlayer.spec.address import elements, placed, still_traced
from quantumlayer.spec.cel import ANYONE
from quantumlayer.spec.model import Entity, Grant, Listing, Node, Note, Relation, Role, Rule, Service, Spec
from quantumlayer.spec.tree import GONE, at, put, restore, same, undo
from quantumlayer.spec.validate import validate
from quantumlayer.spec.write import document, dump_spec, in_one_line

_ROUNDS = 80
_MEMBERS = frozenset({"fields", "relations", "derived", "rules"})
_NOTES = ("assumptions", "questions", "answers", "trace")
_SIGNED_IN = "user"
"""The role that schemas and contracts give to whoever signs in."""
_UTC = "UTC"


def together(parts: Sequence[Part]) -> Spec:
    """One Spec of all that the sources say.

    The contract decides paths and shapes, the schema what is stored, the texts who does what under which rules. What
    only one source has is taken as it is; where two contradict each other the stricter or more specific one is taken,
    and a question shows both. What does not fit the others is left out and asked about, so that the result validates.
    """
    ordered = sorted(parts, key=lambda part: part.kind)
    if len(ordered) == 1:
        return ordered[0].spec
    joined = ordered[0]
    disputes = Disputes(ordered[0])
    for part in ordered[1:]:
        other = Part(part.kind, aligned(joined.spec, part.spec), part.texts)
        spec = _Join(Joining(joined, other, disputes)).spec()
        joined = Part(joined.kind, spec, joined.texts)
    return _noted(joined.spec, disputes)


@dataclass(slots=True)
class _Join:
    """Joins one more source."""

    join: Joining
    left_out: dict[str, Note] = field(default_factory=dict)
    turned: set[str] = field(default_factory=set)

    @property
    def _lead(self) -> Spec:
        return self.join.lead.spec

    @property
    def _other(self) -> Spec:
        return self.join.other.spec

    def spec(self) -> Spec:
        """Both as one that validates."""
        roles = self._roles()
        entities = self._entities(roles)
        parts = {name: self._all(name) for name in ("operations", "queries", "reports", "jobs", "webhooks", "quality")}
        whole = self._lead.model_copy(
            update={
                "service": self._service(),
                "roles": roles,
                "entities": entities,
                **parts,
                "interface": self._lead.interface or self._other.interface,
                "trace": (),
                "questions": (),
                "assumptions": (),
            }
        )
        fitting = self._fitting(only_stricter(whole, self.join))
        asked = [note for note in (*self._lead.questions, *self._other.questions) if not _settled(note, fitting)]
        return fitting.model_copy(
            update={
                "questions": (*asked, *self.left_out.values()),
                "assumptions": (*self._lead.assumptions, *self._assumptions()),
                "answers": tuple(dict.fromkeys((*self._lead.answers, *self._other.answers))),
                "trace": (*self._lead.trace, *self._other.trace),
            }
        )

    # Parts.

    def _service(self) -> Service:
        ours, theirs = self._lead.service, self._other.service
        named = ours if self.join.lead.kind is Kind.SPEC else theirs
        zone = theirs.timezone if ours.timezone == _UTC else ours.timezone
        return named.model_copy(update={"timezone": zone})

    def _roles(self) -> dict[str, Role]:
        """The roles of both; whoever signs in is nobody in particular where there are roles."""
        roles = {**self._other.roles, **self._lead.roles}
        for name, role in self._other.roles.items():
            if role.record and not roles[name].record:
                roles[name] = roles[name].model_copy(update={"record": role.record})
        return {name: role for name, role in roles.items() if name != _SIGNED_IN or len(roles) == 1}

    def _entities(self, roles: Mapping[str, Role]) -> dict[str, Entity]:
        found: dict[str, Entity] = {}
        for name in dict.fromkeys((*self._lead.entities, *self._other.entities)):
            ours, theirs = self._lead.entities.get(name), self._other.entities.get(name)
            if ours is None or theirs is None:
                only = ours or theirs
                if only is None:
                    continue
                if ours is None:
                    self.join.disputes.came_from(f"entities.{name}", self.join.other)
                found[name] = only.model_copy(update={"access": _for_all(only.access, roles)})
            else:
                found[name] = self._entity(name, ours, theirs, roles)
        return found

    def _entity(self, name: str, ours: Entity, theirs: Entity, roles: Mapping[str, Role]) -> Entity:
        address = f"entities.{name}"
        states = ours.states or theirs.states
        relations = self._relations(address, ours, theirs)
        derived = {**theirs.derived, **ours.derived}
        fields = dict(ours.fields)
        for key, item in theirs.fields.items():
            at_ = f"{address}.fields.{key}"
            if key in relations or key in derived:
                continue
            if key in fields:
                fields[key] = self.join.field(at_, fields[key], item)
            elif not self._is_made_up(at_, key):
                fields[key] = item
                self.join.disputes.came_from(at_, self.join.other)
        worked_out = {key for key in fields if key in derived or (states is not None and key == states.field)}
        fields = {key: item for key, item in fields.items() if key not in worked_out and key not in relations}
        return ours.model_copy(
            update={
                "about": ours.about or theirs.about,
                "key": ours.key or theirs.key,
                "fields": fields,
                "relations": relations,
                "derived": derived,
                "states": states,
                "rules": _rules(ours.rules, theirs.rules),
                "access": self._access(address, ours, theirs, roles),
                "list": _listing(ours.list, theirs.list),
                "versioned": ours.versioned or theirs.versioned,
                "audit": ours.audit or theirs.audit,
            }
        )

    def _relations(self, address: str, ours: Entity, theirs: Entity) -> dict[str, Relation]:
        relations = dict(ours.relations)
        for key, relation in theirs.relations.items():
            at_ = f"{address}.relations.{key}"
            if key in relations:
                relations[key] = self.join.relation(at_, relations[key], relation)
            elif key not in ours.fields:
                relations[key] = relation
                self.join.disputes.came_from(at_, self.join.other)
        return relations

    def _is_made_up(self, address: str, key: str) -> bool:
        """Whether the other source has a field only because a record must have one: nothing says or uses it."""
        assumed = any(note.about == address for note in self._other.assumptions)
        if not assumed or self.join.other.marks(address):
            return False
        used = self._other.model_copy(update={"assumptions": (), "questions": (), "trace": ()})
        return re.search(rf"\.{key}\b", dump_spec(used)) is None

    def _access(self, address: str, ours: Entity, theirs: Entity, roles: Mapping[str, Role]) -> tuple[Grant, ...]:
        """Who may do what: whoever says it by roles decides it; an open door is closed where roles are named."""
        named = [_by_roles(one.access) for one in (ours, theirs)]
        if self.join.lead.kind is not Kind.SPEC and named[1]:
            if any(ANYONE in grant.who for grant in ours.access) and not _opens(theirs.access):
                said = [_said(one.access) for one in (theirs, ours)]
                self.join.disputes.add(
                    f"{address}.access",
                    f"access to {address.rpartition('.')[2]}",
                    (said[0], self.join.other),
                    (said[1], self.join.disputes.origin(address)),
                    "the stricter of the two",
                )
            return theirs.access
        if named[0] and named[1] and set(ours.access) != set(theirs.access):
            said = [_said(one.access) for one in (ours, theirs)]
            self.join.disputes.add(
                f"{address}.access",
                f"access to {address.rpartition('.')[2]}",
                (said[0], self.join.lead),
                (said[1], self.join.other),
                "the Spec was there first",
            )
        return _for_all(ours.access, roles)

    def _all(self, part: str) -> dict[str, Node]:
        ours: dict[str, Node] = getattr(self._lead, part)
        theirs: dict[str, Node] = getattr(self._other, part)
        for key in theirs.keys() - ours.keys():
            self.join.disputes.came_from(f"{part}.{key}", self.join.other)
        for key in theirs.keys() & ours.keys():
            if ours[key] != theirs[key]:
                told = [_flat(one) for one in (ours[key], theirs[key])]
                asked = f"meaning of {part[:-1]} {key}"
                sides = (told[0], self.join.lead), (told[1], self.join.other)
                self.join.disputes.add(f"{part}.{key}", asked, *sides, "it comes first")
        return {**ours, **{key: item for key, item in theirs.items() if key not in ours}}

    # What does not fit.

    def _fitting(self, spec: Spec) -> Spec:
        """The Spec without what does not fit: the other source gives way, element by element."""
        whole = document(spec)
        lead = {key: value for key, value in document(self._lead).items() if key not in _NOTES}
        for _ in range(_ROUNDS):
            try:
                spec = Spec.model_validate(whole)
                problem = next((found for found in validate(spec) if not found.warning), None)
                if problem is None:
                    return spec
                address, why = problem.element, problem.message
            except ValidationError as error:
                address, why = ".".join(str(part) for part in error.errors()[0]["loc"]), "It does not fit."
            self._give_way(whole, lead, address, why)
        return Spec.model_validate(lead)

    def _give_way(self, whole: dict[str, object], lead: dict[str, object], address: str, why: str) -> None:
        """Take out of the other source what a problem is about, or let the other side of a contradiction hold."""
        unit = _unit(address)
        if self._other_type(whole, unit, why):
            return
        gone = _undone_field(whole, lead, why) if unit[0] == "interface" else undo(whole, lead, unit)
        if gone is None:
            restore(whole, lead)
            return
        if self.join.disputes.turn(gone, to="the other does not fit the rest"):
            return
        text = f"How is {gone} meant? {why} ({self.join.other.said(gone)})"
        self.left_out.setdefault(gone, Note(about=gone, text=text, proposed="It is left out."))

    def _other_type(self, whole: dict[str, object], unit: list[str], why: str) -> bool:
        """Let a field have the other type that was said, where a rule speaks of it that fits that type only."""
        said = f"{in_one_line(_nothing_or(at(whole, unit)))} {why}"
        for one in list(self.join.disputes.found.values()):
            path = one.address.split(".")
            if path[-1] != "type" or one.address in self.turned or not re.search(rf"\b{path[3]}\b", said):
                continue
            theirs = document(self._other).get("entities")
            if at(theirs, path[1:4]) is not GONE and at(theirs, path[1:]) == one.other.value:
                self.turned.add(one.address)
                put(whole, path[:4], at(theirs, path[1:4]))
                return self.join.disputes.turn(one.address, to="the rules fit this one only")
        return False

    # Notes.

    def _assumptions(self) -> Iterable[Note]:
        """The other's assumptions, but for those about what the lead says."""
        known = elements(self._lead)
        for note in self._other.assumptions:
            if not (note.about in known and note.about.count(".") > 2):
                yield note


def _unit(address: str) -> list[str]:
    """What is taken out as a whole: a field, a rule, a derived value, a requirement, an operation."""
    path = address.split(".")
    if path[0] == "entities":
        return path[:4] if len(path) > 3 and path[2] in _MEMBERS else path[:3]
    if path[0] == "operations":
        return path[:4] if len(path) > 3 and path[2] == "requires" else path[:2]
    return path[:2]


def _nothing_or(value: object) -> object:
    return "" if value is GONE else value


def _undone_field(whole: dict[str, object], lead: dict[str, object], why: str) -> str | None:
    """Set back the field or relation that differs from the lead's and that a problem names, else the first such."""
    found: list[tuple[bool, tuple[str, ...], object]] = []
    kept = lead.get("entities")
    for name, entity in kept.items() if isinstance(kept, dict) else ():
        for part in ("fields", "relations"):
            here, there = at(whole, ("entities", name, part)), at(entity, (part,))
            sides = [side if isinstance(side, dict) else {} for side in (here, there)]
            for key in dict.fromkeys([*sides[0], *sides[1]]):
                if not same(sides[0].get(key, GONE), sides[1].get(key, GONE)):
                    named = re.search(rf"\b{key}\b", why) is not None
                    found.append((not named, ("entities", name, part, key), sides[1].get(key, GONE)))
    if not found:
        return None
    _, path, value = min(found, key=lambda one: one[0])
    if at(whole, path[:3]) is GONE:
        put(whole, path[:3], {})
    put(whole, path, value)
    return ".".join(path)


def _rules(ours: Mapping[str, Rule], theirs: Mapping[str, Rule]) -> dict[str, Rule]:
    """The rules of both; one that says the same under two names is one."""
    said = {_flat(rule.cel or rule.no_overlap or rule.unique) for rule in ours.values()}
    more = {key: rule for key, rule in theirs.items() if _flat(rule.cel or rule.no_overlap or rule.unique) not in said}
    return {**more, **ours}


def _listing(ours: Listing, theirs: Listing) -> Listing:
    joined: dict[str, Callable[[], object] | object] = {
        key: tuple(dict.fromkeys((*getattr(ours, key), *getattr(theirs, key))))
        for key in ("search", "filter", "range", "sort")
    }
    return ours.model_copy(update={**joined, "order": ours.order or theirs.order})


def _for_all(access: tuple[Grant, ...], roles: Mapping[str, Role]) -> tuple[Grant, ...]:
    """Grants to whoever signs in as grants to every role."""
    if _SIGNED_IN in roles:
        return access
    every = tuple(roles)
    return tuple(
        grant.model_copy(update={"who": every}) if grant.who == (_SIGNED_IN,) and every else grant for grant in access
    )


def _by_roles(access: Iterable[Grant]) -> bool:
    return any(who not in {_SIGNED_IN, ANYONE} for grant in access for who in grant.who)


def _opens(access: Iterable[Grant]) -> bool:
    return any(ANYONE in grant.who for grant in access)


def _said(access: Iterable[Grant]) -> str:
    return "; ".join(f"{' and '.join(grant.who)} may {', '.join(grant.may)}" for grant in access)


def _flat(value: object) -> str:
    return " ".join(str(value).split())


def _settled(note: Note, spec: Spec) -> bool:
    """Whether the question of a schema, who may do what, is answered by another source."""
    return note.text == WHO_MAY and all(_by_roles(entity.access) for entity in spec.entities.values())


def _noted(spec: Spec, disputes: Disputes) -> Spec:
    """The Spec with its questions, each about what there is."""
    known = elements(spec)
    asked = [*(one.note() for one in disputes.found.values()), *spec.questions]
    notes = {"questions": placed(asked, known), "assumptions": placed(spec.assumptions, known)}
    return spec.model_copy(update={**notes, "trace": still_traced(spec.trace, known)})
