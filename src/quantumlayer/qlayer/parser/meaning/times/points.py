"""The moments that a text names: `the start`, `it was delivered`, `sales end`, each as a value of a record."""

import re
from dataclasses import dataclass, replace

from quantumlayer.kit.identifiers import plural, words
from quantumlayer.qlayer.parser.draft import LIKELY, Draft, EntityDraft, OperationDraft
from quantumlayer.qlayer.parser.meaning.fields import spec_name
from quantumlayer.qlayer.parser.meaning.times.amounts import CLOCK, DAYS, SPAN, Span
from quantumlayer.qlayer.parser.meaning.verbs import CREATE, event_form, happens, names_event, participle
from quantumlayer.qlayer.parser.text.clauses import Clause
from quantumlayer.qlayer.parser.text.sentences import Sentence
from quantumlayer.spec.model import Field, FieldType

TIMES = frozenset({FieldType.DATE, FieldType.DATETIME})
_STARTS = frozenset({"start", "starts", "begin", "begins", "beginning", "from", "departure", "departs", "arrival"})
_ENDS = frozenset({"end", "ends", "until", "finish", "finishes", "ending", "expiry", "expires", "closing"})
_LEAD = re.compile(r"^(?:the|its|their|his|her|your|an?|this|that|each|every|planned|scheduled|agreed|actual) ")
_OF = re.compile(r"^(?P<what>[\w ]+?) of (?P<of>(?:the|an?|its|their|this|that|each) [\w ]+)$")
_OWNED = re.compile(r"^(?P<of>[\w ]+?) ?['\u2019]s? (?P<what>[\w ]+)$")
_HAPPENS = re.compile(
    r"^(?P<who>it|they|he|she|[\w ]+?) (?:has |have |had )?(?:already )?"
    r"(?P<verb>starts?|started|begins?|begun|opens?|ends?|ended|finish(?:es|ed)?|closes?|closed|expires?|expired"
    r"|is over|are over)$"
)
_DONE = re.compile(
    r"^(?:(?P<who>it|they|he|she|[\w ]+?) (?:is|are|was|were|has been|have been|had been) (?:already )?|being )"
    r"(?P<done>[a-z]+)$"
)
_TIMED = re.compile(rf"\b{SPAN}|(?<![\w:]){CLOCK}|\b(?:per|a|each|every) (?:day|week|month)\b|\b{DAYS}")
_DOING = re.compile(r"^(?P<doing>[a-z]{2,}ing)(?: (?:it|them|the [a-z ]+))$")
_BEGINNING = frozenset({"start", "starts", "started", "begin", "begins", "begun", "beginning", "open", "opens"})


@dataclass(frozen=True, slots=True)
class Point:
    """A moment of a record.

    Args:
        cel: The value that holds it; empty as long as it is only known as a state that began then.
        kind: Whether it is a date or an instant.
        optional: Whether a record may lack it.
        past: Whether it tells of something that happened, rather than of something planned.
        state: The state that began then, where there is one.
    """

    cel: str
    kind: FieldType = FieldType.DATETIME
    optional: bool = False
    past: bool = False
    state: str = ""

    @property
    def now(self) -> str:
        """This moment, to compare with."""
        return "today()" if self.kind is FieldType.DATE else "now()"

    def beside(self, length: Span, *, before: bool) -> "Point | None":
        """The point so much earlier or later; nothing where a date would move by a part of a day."""
        cel = length.beside(self.cel, self.kind, before=before)
        return replace(self, cel=cel) if cel else None


def find_moments(draft: Draft) -> None:
    """A start and an end of one thing (`sales`) are moments; bare ones only where the text tells of hours or days."""
    told = any(_TIMED.search(sentence.text.lower()) for sentence in draft.sentences)
    for entity in draft.entities.values():
        for name, known in list(entity.fields.items()):
            pair = _pair(name)
            other = entity.fields.get(pair)
            plain = known == Field(type=FieldType.STRING, optional=known.optional)
            if not plain or not (told or "_" in pair) or not _ends(entity, name, other):
                continue
            kind = other.type if other is not None and other.type in TIMES else FieldType.DATETIME
            entity.fields[name] = known.model_copy(update={"type": kind})
            address = f"{entity.address}.fields.{name}"
            draft.assumptions = {note: None for note in draft.assumptions if note.about != address}
            draft.assume(address, f"The {name.replace('_', ' ')} of {entity.one.lower()} is a moment.")


def _ends(entity: EntityDraft, name: str, other: Field | None) -> bool:
    """Whether the end of what begins is kept, or how long it takes."""
    if other is not None:
        return other.type in {FieldType.STRING, *TIMES}
    takes = (key for key, known in entity.fields.items() if known.type is FieldType.INT)
    return name in {"start", "beginning"} and any(
        {"length", "duration", "minutes"} & set(key.split("_")) for key in takes
    )


def _pair(name: str) -> str:
    """The name of the end to a start, and of the start to an end: `sales_start` and `sales_end`."""
    for one, other in (("start", "end"), ("starts", "ends"), ("beginning", "end"), ("from", "until")):
        for this, that in ((one, other), (other, one)):
            if name == this or name.endswith(f"_{this}"):
                return f"{name[: -len(this)]}{that}"
    return ""


def start(entity: EntityDraft) -> Point | None:
    """When a record begins: by the name of a field, else the only moment that every record has."""
    named = _by_words(entity, _STARTS)
    if named:
        return _field(entity, named)
    free = [
        name
        for name, known in entity.fields.items()
        if known.type in TIMES
        and not known.optional
        and name != entity.due
        and name not in entity.events
        and not set(name.split("_")) & (_ENDS | {"birth", "birthday", "created", "due", "deadline"})
    ]
    return _field(entity, free[0]) if len(free) == 1 else None


def end(entity: EntityDraft) -> Point | None:
    """When a record ends: a field, or what its start and its length give."""
    named = _by_words(entity, _ENDS)
    if named:
        return _field(entity, named)
    if "ends_at" in entity.derived:
        return Point("this.ends_at")
    begins, length = start(entity), length_of(entity)
    if begins is None or not length or begins.kind is not FieldType.DATETIME:
        return None
    return Point(f"{begins.cel} + {length}")


def length_of(entity: EntityDraft) -> str:
    """How long a record takes, as CEL, from a field that counts minutes, hours or days."""
    for name, known in entity.fields.items():
        unit = re.search(r"\b(minutes|hours|days)\b", known.about)
        if known.type is FieldType.INT and unit and {"duration", "length"} & set(name.split("_")):
            return f"{unit[1]}(this.{name})"
    return ""


def _by_words(entity: EntityDraft, some: frozenset[str]) -> str:
    return next((n for n, f in entity.fields.items() if f.type in TIMES and set(n.split("_")) & some), "")


def _field(entity: EntityDraft, name: str) -> Point:
    known = entity.fields[name]
    return Point(f"this.{name}", known.type, optional=known.optional, past=name in entity.events)


def event_date(entity: EntityDraft, event: str) -> Point | None:
    """The date of something that happened to a record."""
    name = next((name for name, done in entity.events.items() if done == event), "")
    return replace(_field(entity, name), past=True) if name else None


def find_point(draft: Draft, entity: EntityDraft, text: str) -> Point | None:
    """The moment that a text names, of the record itself or of one that it belongs to."""
    plain = text.strip()
    return _event_of(draft, entity, plain) or _owned(draft, entity, plain) or _noun(draft, entity, _bare(plain))


def _event_of(draft: Draft, entity: EntityDraft, text: str) -> Point | None:
    """What happens: `it starts`, `the course has begun`, `it was delivered`, `being delivered`."""
    if found := _HAPPENS.match(text):
        owner = _owner(draft, entity, found["who"])
        begins = found["verb"] in _BEGINNING
        planned = _of(draft, entity, owner, "start" if begins else "end") if owner else None
        done = _done(draft, entity, owner, event_form(found["verb"]))
        return (done or planned) if found["verb"] == "expired" else (planned or done)
    if found := _DOING.match(text):
        stem = found["doing"].removesuffix("ing")
        verbs = (stem, f"{stem}e", re.sub(r"(.)\1$", r"\1", stem))
        points = (_done(draft, entity, entity, participle(verb)) for verb in verbs)
        return next((point for point in points if point), None)
    if found := _DONE.match(text):
        return _done(draft, entity, _owner(draft, entity, found["who"] or "it"), event_form(found["done"]))
    return None


def _owned(draft: Draft, entity: EntityDraft, text: str) -> Point | None:
    """A moment with the name of what it is of: `the start of the course`, `the course's start`."""
    for pattern in (_OF, _OWNED):
        if (found := pattern.match(text)) and (owner := _owner(draft, entity, found["of"])):
            return _of(draft, entity, owner, _bare(found["what"]))
    return None


def _noun(draft: Draft, entity: EntityDraft, what: str) -> Point | None:
    """A moment without its owner: the record's own, else that of the only record it belongs to which has one."""
    if point := _of(draft, entity, entity, what):
        return point
    found = []
    for relation in entity.relations.values():
        other = draft.entities.get(relation.to)
        if other is not None and other is not entity and _way(draft, entity, other):
            named = "start" if what == other.title and start(other) else what
            found += [point for point in [_of(draft, entity, other, named)] if point and point.cel]
    return found[0] if len(found) == 1 else None


def _bare(text: str) -> str:
    plain = text.strip()
    while lead := _LEAD.match(plain):
        plain = plain[lead.end() :]
    return plain


def _owner(draft: Draft, entity: EntityDraft, who: str) -> EntityDraft | None:
    """Whose moment it is: `it` is the record, everything else is called by its name."""
    if who in {"it", "they", "this"}:
        return entity
    named = draft.named(tuple(words(_bare(who))))
    return named if named is entity or (named and _way(draft, entity, named)) else None


def _way(draft: Draft, entity: EntityDraft, other: EntityDraft) -> str:
    """The way to a record that there always is."""
    way = draft.path(entity, other.name)
    step = way.removeprefix("this.").split(".")[0]
    direct = entity.relations.get(step)
    return way if direct and not direct.optional and way.count(".") == 1 else ""


def _of(draft: Draft, entity: EntityDraft, owner: EntityDraft, what: str) -> Point | None:
    """A moment that a noun names: the start, the due date, a field, or the noun of what was done."""
    plain = what.removeprefix(f"{owner.title} ")
    point = _scheduled(owner, plain) or _named_field(owner, plain)
    if point is None and plain in {owner.title, plural(owner.title)}:
        point = start(owner) or Point("this.created_at", past=True)
    if point is None:
        point = _happened(draft, owner, plain)
    if point is None or owner is entity:
        return point
    return replace(point, cel=_way(draft, entity, owner) + point.cel.removeprefix("this")) if point.cel else None


def _scheduled(owner: EntityDraft, what: str) -> Point | None:
    first = what.removesuffix(" time").removesuffix(" date")
    if first in {"start", "beginning"}:
        return start(owner)
    if first == "end":
        return end(owner)
    if what in {"due date", "deadline", "it is due"} and owner.due:
        return _field(owner, owner.due)
    return None


def _named_field(owner: EntityDraft, what: str) -> Point | None:
    name = spec_name(what)
    for candidate in (name, f"{name}_at", f"{name}_on", f"{name}_date", f"{name}_time"):
        if candidate in owner.fields and owner.fields[candidate].type in TIMES:
            return _field(owner, candidate)
    return None


def _happened(draft: Draft, owner: EntityDraft, noun: str) -> Point | None:
    """What a noun such as `delivery` tells of: an event that has a date, a state, or that the record was made."""
    if noun == "creation":
        return Point("this.created_at", past=True)
    for name, event in owner.events.items():
        if _names(draft, owner, noun, event):
            return replace(_field(owner, name), past=True)
    for state in owner.states.values if owner.states else ():
        if _names(draft, owner, noun, state.replace("_", " ")):
            return _state(owner, state)
    return None


def _names(draft: Draft, owner: EntityDraft, noun: str, event: str) -> bool:
    verbs = [name.split("_")[0] for name, operation in draft.operations.items() if operation.on == owner.name]
    stems = [event.removesuffix("ed"), event.removesuffix("d"), re.sub(r"(.)\1ed$", r"\1", event)]
    verb = next((verb for verb in [*verbs, *stems] if happens(verb, event)), "")
    return bool(verb) and names_event(verb, re.sub(r"ssion$", "tion", noun) if verb.endswith("t") else noun)


def _done(draft: Draft, entity: EntityDraft, owner: EntityDraft | None, done: str) -> Point | None:
    """The moment at which something was done with a record."""
    if owner is None:
        return None
    if done == "due" and owner.due:
        point: Point | None = _field(owner, owner.due)
    else:
        point = _event(owner, done)
    if point is None or owner is entity:
        return point
    return replace(point, cel=_way(draft, entity, owner) + point.cel.removeprefix("this")) if point.cel else None


def _event(owner: EntityDraft, done: str) -> Point | None:
    if dated := event_date(owner, done):
        return dated
    if owner.states and spec_name(done) in owner.states.values:
        return _state(owner, spec_name(done))
    made = any(done == participle(verb) for verb in CREATE | {"place", owner.created_by} if verb)
    return Point("this.created_at", past=True) if made else None


def _state(owner: EntityDraft, state: str) -> Point:
    first = owner.states is not None and owner.states.values[0] == state
    return Point("this.created_at" if first else "", past=True, state=state)


def became(draft: Draft, entity: EntityDraft, state: str) -> Point | None:
    """The moment at which a record came into a state; nothing where no operation moves it there, or not only they."""
    if entity.states is None or state not in entity.states.values:
        return None
    if state == entity.states.values[0]:
        return Point("this.created_at", past=True, state=state)
    jobs = [job for job in draft.jobs.values() if job.of == entity.name and job.to == state]
    if jobs or not _moves(draft, entity, state):
        return None
    name = next((name for name, event in entity.events.items() if spec_name(event) == state), spec_name(f"{state} at"))
    known = entity.fields.get(name)
    if known is not None and (known.type not in TIMES or not known.optional):
        return None
    return Point(f"this.{name}", known.type if known else FieldType.DATETIME, optional=True, past=True, state=state)


def keep(draft: Draft, entity: EntityDraft, point: Point, source: Clause | Sentence) -> None:
    """Let the operations that move a record into a state write down when."""
    name = point.cel.removeprefix("this.")
    if name == "created_at":
        return
    entity.fields.setdefault(name, Field(type=point.kind, optional=True, read_only=True))
    for move in _moves(draft, entity, point.state):
        move.sets.setdefault(name, point.now)
    said = point.state.replace("_", " ")
    draft.assume(f"{entity.address}.fields.{name}", f"{entity.one} remembers when it became {said}.")
    draft.mark(source, f"{entity.address}.fields.{name}", LIKELY)


def _moves(draft: Draft, entity: EntityDraft, state: str) -> list[OperationDraft]:
    return [one for one in draft.operations.values() if one.on == entity.name and one.to == state]


def stamped(draft: Draft, entity: EntityDraft, state: str, source: Clause | Sentence) -> Point | None:
    """The moment at which a record came into a state, which is kept from now on."""
    point = became(draft, entity, state)
    if point is not None:
        keep(draft, entity, point, source)
    return point


def later_states(draft: Draft, entity: EntityDraft, state: str) -> set[str]:
    """A state and all that a record can come to from it."""
    found, left = set[str](), {state}
    moves = [one for one in draft.operations.values() if one.on == entity.name and one.to]
    while left:
        found |= left
        left = {move.to for move in moves if move.to and set(move.from_) & left} - found
    return found
