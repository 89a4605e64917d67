"""Sentences read on top of a Spec, which they speak of without saying it all again."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from quantumlayer.qlayer.parser.assemble import assemble
from quantumlayer.qlayer.parser.draft import Draft, EntityDraft, OperationDraft
from quantumlayer.qlayer.parser.models import Requirement
from quantumlayer.qlayer.parser.service import read_more
from quantumlayer.qlayer.parser.text import intake
from quantumlayer.qlayer.parser.text.document import Kind
from quantumlayer.qlayer.parser.text.sentences import Sentence, sentences
from quantumlayer.spec.address import elements, still_traced
from quantumlayer.spec.merge import merge
from quantumlayer.spec.model import Entity, FieldType, Spec

_EVENT = re.compile(r"(?P<event>[a-z]+(?:ed|en|n|t))_(?:on|at)")
_DUE = re.compile(r"due(?:_on|_at|_date)?|(?:ends|expires|valid_until)(?:_on|_at)?")
_DATES = frozenset({FieldType.DATE, FieldType.DATETIME})


@dataclass(frozen=True, slots=True)
class OnTop:
    """What came of reading sentences on top of a Spec.

    Args:
        spec: The Spec with what the sentences say; where they say nothing of it, the Spec as it was.
        alone: What could be drafted of the Spec with the sentences: its trace is theirs.
        changed: Whether they say anything.
        clashes: Whether they contradict what no draft holds.
    """

    spec: Spec
    alone: Spec
    changed: bool
    clashes: bool


def read_on_top(spec: Spec, told: list[Sentence], *, ask: bool = False) -> OnTop:
    """Read sentences on top of a Spec.

    What the same reading makes of the Spec without them is taken off, so that only what they say is left.

    Raises:
        UnreadableRequirementError: What can be drafted of the Spec does not hold together.
    """
    nothing = Sentence(told[0].file, Kind.HEADING, "nothing", "nothing", 0, 7, ())
    before, alone = _drafted(spec, [nothing], ask=False), _drafted(spec, told, ask=ask)
    alone = alone.model_copy(update={"service": before.service})
    found = merge(before, spec, alone)
    changed = bare(before) != bare(alone)
    return OnTop(found.spec if changed else spec, alone, changed, bool(found.conflicts))


def bare(spec: Spec) -> Spec:
    """The Spec without notes and trace."""
    return spec.model_copy(update=dict.fromkeys(("trace", "assumptions", "questions", "answers"), ()))


def read_beside(spec: Spec, requirements: Sequence[Requirement]) -> Spec:
    """The Spec with texts that speak of what it keeps; what they demand without being understood is asked.

    Raises:
        UnreadableRequirementError: A text is no English prose.
    """
    intake.check(requirements)
    told = [sentence for one in requirements for sentence in sentences(one)]
    found = read_on_top(spec, told, ask=True)
    known = elements(found.spec)
    asked = dict.fromkeys((*found.spec.questions, *found.alone.questions))
    trace = still_traced((*spec.trace, *found.alone.trace), known)
    placed = tuple(note for note in asked if not note.about or note.about in known)
    return found.spec.model_copy(update={"questions": placed, "trace": trace})


def _drafted(spec: Spec, told: list[Sentence], *, ask: bool) -> Spec:
    draft = draft_of(spec, told)
    read_more(draft, ask=ask)
    return assemble(draft, told[0].file)


def draft_of(spec: Spec, sentences: list[Sentence]) -> Draft:
    """What a draft can hold of a Spec, with sentences that are still to be read.

    What else the Spec says, such as jobs and an interface, is not in it.
    """
    draft = Draft(sentences)
    made = {one.creates.entity: name for name, one in spec.operations.items() if one.creates is not None}
    for name, entity in spec.entities.items():
        _fill(draft.add_entity(name), entity, made.get(name, ""))
    draft.roles.update(spec.roles)
    for name, one in spec.operations.items():
        draft.operations[name] = OperationDraft(
            on=one.on,
            by=list(one.by),
            takes=dict(one.takes),
            from_=list(one.from_),
            to=one.to,
            requires=dict(one.requires),
            sets=dict(one.sets),
            creates=one.creates,
            also=dict(one.also),
            sends=list(one.sends),
        )
    draft.quality.update(spec.quality)
    return draft


def _fill(draft: EntityDraft, entity: Entity, created_by: str) -> None:
    draft.fields.update(entity.fields)
    draft.relations.update(entity.relations)
    draft.derived.update(entity.derived)
    draft.states = entity.states
    draft.rules.update(entity.rules)
    for grant in entity.access:
        for who in grant.who:
            draft.access.setdefault((who, grant.when or ""), set()).update(grant.may)
    draft.search += entity.list.search
    draft.filter += entity.list.filter
    draft.sort += entity.list.sort
    draft.created_by = created_by
    draft.events.update(_events(entity))
    draft.due = next((name for name in entity.fields if _DUE.fullmatch(name)), "")


def _events(entity: Entity) -> Mapping[str, str]:
    """The dates that say when something was done: `returned_on`."""
    dates = [name for name, field in entity.fields.items() if field.type in _DATES]
    return {name: found["event"] for name in dates if (found := _EVENT.fullmatch(name))}
