"""Texts that contradict each other."""

import re
from collections.abc import Iterator, Sequence

from quantumlayer.qlayer.parser.models import Requirement
from quantumlayer.qlayer.parser.service import parse
from quantumlayer.qlayer.parser.together.disputes import Dispute, Disputes, Side
from quantumlayer.qlayer.parser.together.elements import Joining
from quantumlayer.qlayer.parser.together.sources import Kind, Part
from quantumlayer.qlayer.parser.twins import rule_at, stricter, twins, without_rule
from quantumlayer.spec.address import elements, placed, still_traced
from quantumlayer.spec.model import Field, Note, Spec
from quantumlayer.spec.points import CONTRADICTS
from quantumlayer.spec.validate import validate


def parse_texts(requirements: Sequence[Requirement]) -> Spec:
    """Read the texts of one service, as one text, and ask where they contradict each other.

    Raises:
        UnreadableRequirementError: No Spec can come from them.
    """
    spec = parse(requirements)
    if len(requirements) < 2:
        return spec
    # What a later sentence says again takes the place of what an earlier one said, so that texts which agree read the
    # same in any order.
    return _Disputed(spec, parse(requirements[::-1]), requirements).spec()


class _Disputed:
    """What two or more texts contradict each other in."""

    def __init__(self, spec: Spec, turned: Spec, requirements: Sequence[Requirement]) -> None:
        self._spec = spec
        self._turned = turned
        self._texts = {one.name: one.text for one in requirements}
        self._disputes = Disputes(Part(Kind.TEXTS, spec, self._texts))

    def spec(self) -> Spec:
        """The Spec with the stricter of what contradicts, and a question for each."""
        found = self._spec
        for entity, key in self._fields():
            found = self._joined(found, entity, key)
        found = self._rules(found)
        for name, one in self._spec.entities.items():
            for key in one.fields:
                found = self._needed(found, name, key)
        known = elements(found)
        asked = [one.note() for one in self._disputes.found.values()]
        # What one reading of all the texts asks about the same place says less: it does not tell the texts apart.
        others = [one for one in found.questions if not (one.about in self._disputes.found and _contradicts(one))]
        questions = placed([*asked, *others], known)
        return found.model_copy(update={"questions": questions, "trace": still_traced(found.trace, known)})

    def _fields(self) -> Iterator[tuple[str, str]]:
        """Fields that read otherwise when the texts come in another order."""
        for name, entity in self._spec.entities.items():
            other = self._turned.entities.get(name)
            for key, item in entity.fields.items():
                if other and key in other.fields and other.fields[key] != item:
                    yield name, key

    def _joined(self, spec: Spec, entity: str, key: str) -> Spec:
        """The stricter of a field's two readings."""
        address = f"entities.{entity}.fields.{key}"
        first, last = self._parts(address)
        if first is None or last is None:
            return spec
        ours, theirs = spec.entities[entity].fields[key], self._turned.entities[entity].fields[key]
        lead, other = (first, last) if _says(first, last, address, ours, theirs) else (last, first)
        self._disputes.came_from(address, lead)
        joined = Joining(lead, other, self._disputes).field(address, ours, theirs)
        return self._fitting(spec, _with_field(spec, entity, key, joined), address)

    def _rules(self, spec: Spec) -> Spec:
        for one, other in twins(spec):
            files = [self._file(address) for address in (one, other)]
            if not all(files) or files[0] == files[1]:
                continue
            tells = stricter(rule_at(spec, one).cel or "", rule_at(spec, other).cel or "")
            taken, gone = (other, one) if tells is False else (one, other)
            sides = [(rule_at(spec, address).else_, self._part(self._file(address))) for address in (taken, gone)]
            why = "it comes first" if tells is None else "the stricter of the two"
            self._disputes.add(taken, "rule", sides[0], sides[1], why, instead=gone)
            spec = without_rule(spec, gone)
        return spec

    def _needed(self, spec: Spec, entity: str, key: str) -> Spec:
        """A field that one text says must be given, and another that it need not."""
        item, address = spec.entities[entity].fields[key], f"entities.{entity}.fields.{key}"
        parts = [part for part in map(self._part, self._texts) if part.mentions(address)]
        must = [part for part in parts if part.says_must(address)]
        may = [part for part in parts if part.says_may(address)]
        if item.default is not None or len(must) != 1 or len(may) != 1 or must == may:
            return spec
        taken, other = Side("required", must[0].says_must(address)), Side("optional", may[0].says_may(address))
        at = f"{address}.optional"
        self._disputes.found[at] = Dispute(at, f"{key} of {entity}", taken, other, "the stricter of the two")
        needed = item.model_copy(update={"optional": False})
        return self._fitting(spec, _with_field(spec, entity, key, needed), address)

    def _fitting(self, spec: Spec, changed: Spec, address: str) -> Spec:
        """The changed Spec where it holds together, else the one before."""
        if all(problem.warning for problem in validate(changed.model_copy(update={"trace": ()}))):
            return changed
        self._disputes.turn(address, to="the other does not fit the rest")
        return spec

    # Sources.

    def _parts(self, address: str) -> tuple[Part | None, Part | None]:
        """The first and the last text that speak of an element, if they are two."""
        files = list(dict.fromkeys(source.file for source in self._spec.trace if address in source.elements))
        if len(files) < 2:
            return None, None
        return self._part(files[0]), self._part(files[-1])

    def _part(self, file: str) -> Part:
        """One text with its sentences; the last of them that speaks of something is the one that counts."""
        mine = [source for source in self._spec.trace if source.file == file]
        spec = self._spec.model_copy(update={"trace": tuple(reversed(mine)), "assumptions": ()})
        return Part(Kind.TEXTS, spec, {file: self._texts[file]})

    def _file(self, address: str) -> str:
        return next((source.file for source in self._spec.trace if address in source.elements), "")


def _contradicts(note: Note) -> bool:
    return note.text.startswith(CONTRADICTS)


def _says(one: Part, other: Part, address: str, ours: Field, theirs: Field) -> bool:
    """Whether the first of two texts is where the first of two readings comes from: it has the words that differ."""
    said = [
        set(re.findall(r"[\w.]+", " ".join(map(str, _differing(*pair))))) for pair in ((ours, theirs), (theirs, ours))
    ]
    mine, yours = said[0] - said[1], said[1] - said[0]
    words = [part.words_of(address) for part in (one, other)]
    return len(mine & words[0]) + len(yours & words[1]) > len(mine & words[1]) + len(yours & words[0])


def _differing(field: Field, other: Field) -> list[object]:
    """The values of a field that another reading of it has otherwise, in words."""
    values = [(getattr(field, key), getattr(other, key)) for key in type(field).model_fields]
    return [getattr(value, "cel", value) for value, unlike in values if value != unlike and value is not None]


def _with_field(spec: Spec, entity: str, key: str, item: Field) -> Spec:
    owner = spec.entities[entity]
    changed = owner.model_copy(update={"fields": {**owner.fields, key: item}})
    return spec.model_copy(update={"entities": {**spec.entities, entity: changed}})
