"""Merges two Specs that come from the same one: what a person edited, and what was read anew.

The merge goes element by element over the plain mappings that YAML holds. What only one side changed is taken from that
side. Where both changed the same thing the person's stays, and a question shows both.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pydantic import ValidationError

from quantumlayer.spec.address import elements, placed
from quantumlayer.spec.answers import question_id
from quantumlayer.spec.model import Note, Source, Spec
from quantumlayer.spec.points import CONTRADICTS
from quantumlayer.spec.tree import GONE, at, delete, restore, same, undo
from quantumlayer.spec.validate import validate
from quantumlayer.spec.write import document, in_one_line

_CONTAINERS = frozenset(
    {
        "", "roles", "entities", "fields", "relations", "derived", "rules", "operations", "requires", "takes", "sets",
        "set", "also", "queries", "reports", "jobs", "webhooks", "body", "values", "quality", "shapes", "members",
        "endpoints", "parameters", "open", "list", "service",
    }
)  # fmt: skip
"""Keys whose mappings hold elements: one that is gone is one without elements."""
_NOTES = ("assumptions", "questions", "answers", "trace")
_ROUNDS = 60
_LONGEST = 160


@dataclass(frozen=True, slots=True)
class Conflict:
    """An element that both sides changed: its address, and its values as YAML, empty where it is gone."""

    address: str
    before: str
    mine: str
    theirs: str


@dataclass(frozen=True, slots=True)
class Merged:
    """The Spec that came of both, and what both had changed."""

    spec: Spec
    conflicts: tuple[Conflict, ...]


def merge(before: Spec | None, mine: Spec, theirs: Spec) -> Merged:
    """Put what was read anew into an edited Spec. The result validates where `mine` does.

    Args:
        before: What was read the last time; without it every difference counts as edited on both sides, and what the
            edited Spec lacks of a sentence that it has read is taken for removed.
        mine: The Spec as it was edited.
        theirs: What was read now.
    """
    return _Merger(before, mine, theirs).merged()


@dataclass(slots=True)
class _Merger:
    before: Spec | None
    mine: Spec
    theirs: Spec
    conflicts: list[Conflict] = field(default_factory=list)
    left_out: dict[str, Note] = field(default_factory=dict)

    def merged(self) -> Merged:
        old = _body(self.before or _known_before(self.mine, self.theirs))
        mine, theirs = _body(self.mine), _body(self.theirs)
        whole = self._mapping("", old, mine, theirs)
        spec = self._fitting(whole, mine)
        if self.before is None:
            self.conflicts += [Conflict(*one) for one in _left_behind(self.mine, self.theirs)]
        return Merged(self._noted(spec), tuple(self.conflicts))

    # Values.

    def _value(self, address: str, old: object, mine: object, theirs: object) -> object:
        key = address.rpartition(".")[2]
        if key in _CONTAINERS:
            old, mine, theirs = (value if isinstance(value, dict) else {} for value in (old, mine, theirs))
        if same(mine, theirs) or same(theirs, old):
            return mine
        if same(mine, old):
            return theirs
        if isinstance(mine, dict) and isinstance(theirs, dict):
            return self._mapping(address, old if isinstance(old, dict) else {}, mine, theirs)
        if _keyed(mine) and _keyed(theirs):
            return self._list(address, old if isinstance(old, list) else [], mine, theirs)
        self.conflicts.append(Conflict(address, _shown(old), _shown(mine), _shown(theirs)))
        return mine

    def _mapping(
        self, address: str, old: Mapping[str, object], mine: Mapping[str, object], theirs: Mapping[str, object]
    ) -> dict[str, object]:
        found: dict[str, object] = {}
        for key in _in_order(list(mine), list(theirs)):
            inner = f"{address}.{key}" if address else key
            value = self._value(inner, *(side.get(key, GONE) for side in (old, mine, theirs)))
            if value is not GONE and not (value == {} and mine.get(key, {}) != {}):
                found[key] = value
        return found

    def _list(self, address: str, old: object, mine: object, theirs: object) -> list[object]:
        before, edited, read = (_by_key(side) for side in (old, mine, theirs))
        keys = _in_order(list(edited), list(read))
        known = len(self.conflicts)
        found = [self._value(address, *(side.get(key, GONE) for side in (before, edited, read))) for key in keys]
        # The places in a list are no addresses that stay: what clashes in it is asked of the whole list.
        self.conflicts[known:] = [replace(one, address=address) for one in self.conflicts[known:]]
        return [value for value in found if value is not GONE]

    # What does not fit together.

    def _fitting(self, whole: dict[str, object], mine: dict[str, object]) -> Spec:
        """The Spec without what was read anew and does not fit what was edited."""
        for _ in range(_ROUNDS):
            try:
                spec = Spec.model_validate(whole)
                problem = next((found for found in validate(spec) if not found.warning), None)
                if problem is None:
                    return spec
                address, why = problem.element, problem.message
            except ValidationError as error:
                address = ".".join(str(part) for part in error.errors()[0]["loc"])
                why = "It does not fit what was edited."
            place = undo(whole, mine, address.split("."))
            if place is None:
                restore(whole, mine)
            self._leave_out(place or address, why)
        return Spec.model_validate(mine)

    def _leave_out(self, address: str, why: str) -> None:
        quote = self._quoted(address)
        text = f"The text changes {address}, which does not fit the edited Spec: {why}{quote} What holds?"
        self.left_out.setdefault(address, Note(text=text, about=address, proposed="The Spec stays as it was edited."))

    # Notes.

    def _noted(self, spec: Spec) -> Spec:
        known = elements(spec)
        answered = {question_id(one.about, one.question) for one in (*self.mine.answers, *self.theirs.answers)}
        old = self.before or Spec.model_validate(_body(self.mine))
        asked = [*self._notes("questions", old), *map(self._ask, self.conflicts), *self.left_out.values()]
        open_ones = [note for note in asked if question_id(note.about, note.text) not in answered]
        assumed = self._notes("assumptions", old)
        answers = dict.fromkeys([*self.mine.answers, *self.theirs.answers])
        return spec.model_copy(
            update={
                "questions": placed(open_ones, known),
                "assumptions": placed(assumed, known),
                "answers": tuple(answers),
                "trace": tuple(self._trace(known)),
            }
        )

    def _ask(self, conflict: Conflict) -> Note:
        before = f" (before: {conflict.before})" if conflict.before else ""
        quote = self._quoted(conflict.address)
        mine, theirs = conflict.mine or "gone", conflict.theirs or "gone"
        text = f"{CONTRADICTS}{conflict.address}? Edited: {mine}. From the text now: {theirs}{before}.{quote}"
        return Note(text=text, about=conflict.address, proposed=f"As it was edited: {mine}.")

    def _quoted(self, address: str) -> str:
        """The sentence that an element, or the nearest thing around it, came from; a new one rather than an old."""
        old = {(source.file, source.quote) for source in self.mine.trace}
        while address.count("."):
            found = [source for source in self.theirs.trace if address in source.elements]
            for source in sorted(found, key=lambda one: (one.file, one.quote) in old):
                quote = " ".join(source.quote.split())
                return f' ({source.file or "an answer"}: "{quote[:_LONGEST]}")'
            address = address.rpartition(".")[0]
        return ""

    def _notes(self, part: str, old: Spec) -> list[Note]:
        """The edited notes without those that the text no longer gives, and those that it gives anew."""
        before, mine, theirs = (tuple(getattr(side, part)) for side in (old, self.mine, self.theirs))
        kept = [note for note in mine if note in theirs or note not in before]
        return [*kept, *(note for note in theirs if note not in before and note not in mine)]

    def _trace(self, known: Mapping[str, object]) -> Iterable[Source]:
        """The sentences of the text as it is now, and those of answers, each with the elements that there are."""
        mine = {(source.file, source.quote): source.elements for source in self.mine.trace}
        files = {source.file for source in (*self.theirs.trace, *(self.before.trace if self.before else ()))}
        for source in self.theirs.trace:
            told = {**mine.get((source.file, source.quote), {}), **source.elements}
            yield source.model_copy(update={"elements": _there(told, known)})
        for source in self.mine.trace:
            if source.file not in files:
                yield source.model_copy(update={"elements": _there(source.elements, known)})


def _body(spec: Spec) -> dict[str, object]:
    """The document without the notes, which are merged as sets."""
    return {key: value for key, value in document(spec).items() if key not in _NOTES}


def _known_before(mine: Spec, theirs: Spec) -> Spec:
    """A stand-in for what was read the last time: what is read now from sentences that were read then.

    So an element that the edited Spec lacks was taken out of it, and one that differs was edited, unless a new sentence
    speaks of it.
    """
    read = {(source.file, source.quote) for source in mine.trace}
    told = {is_old: set[str]() for is_old in (True, False)}
    for source in theirs.trace:
        told[(source.file, source.quote) in read].update(source.elements)
    kept = elements(mine)
    body = _body(theirs)
    for address in sorted(told[False], key=len, reverse=True):
        if address not in told[True] or (address in kept and address.count(".") > 2):
            delete(body, address.split("."))
    try:
        return Spec.model_validate(body)
    except ValidationError:
        return theirs


def _left_behind(mine: Spec, theirs: Spec) -> list[tuple[str, str, str, str]]:
    """Elements that only sentences led to which the text no longer has, each as a conflict."""
    read = {(source.file, source.quote) for source in theirs.trace}
    files = {source.file for source in theirs.trace}
    told = {is_there: set[str]() for is_there in (True, False)}
    for source in mine.trace:
        there = (source.file, source.quote) in read or source.file not in files
        told[there].update(source.elements)
    kept, known = elements(mine), elements(theirs)
    gone = [one for one in kept if one in told[False] - told[True] and one not in known]
    return [(one, "", _shown(at(document(mine), one.split("."))), "") for one in gone]


def _keyed(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, dict) for item in value)


def _by_key(items: object) -> dict[str, object]:
    """Items of a list by what tells them apart: a grant by who and when, others by all that they say."""
    found: dict[str, object] = {}
    for item in items if isinstance(items, list) else ():
        key = in_one_line([item.get("who"), item.get("when")]) if "may" in item else in_one_line(item)
        found[key] = item
    return found


def _in_order(mine: Sequence[str], theirs: Sequence[str]) -> list[str]:
    """All keys in the order of the edited Spec; each new one stands behind the one it was read behind."""
    order = list(mine)
    for index, key in enumerate(theirs):
        if key not in order:
            ahead = next((order.index(known) + 1 for known in reversed(theirs[:index]) if known in order), 0)
            order.insert(ahead, key)
    return order


def _there(told: Mapping[str, float], known: Mapping[str, object]) -> dict[str, float]:
    return {address: sure for address, sure in told.items() if address in known}


def _shown(value: object) -> str:
    if value is GONE:
        return ""
    text = in_one_line(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}\u2026"
