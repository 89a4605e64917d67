"""Lives that are drawn: `requested -> confirmed by the warden`, `member checks in \u2192 checked in`."""

import itertools
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from quantumlayer.qlayer.parser.draft import LIKELY, STATED, Draft, EntityDraft, OperationDraft
from quantumlayer.qlayer.parser.meaning.fields import action_name, spec_name
from quantumlayer.qlayer.parser.meaning.lives import beginning, is_life
from quantumlayer.qlayer.parser.meaning.operations import operation_name
from quantumlayer.qlayer.parser.meaning.people import add_role
from quantumlayer.qlayer.parser.meaning.states import move_name
from quantumlayer.qlayer.parser.meaning.verbs import happens
from quantumlayer.qlayer.parser.text.clauses import Clause
from quantumlayer.qlayer.parser.text.document import Kind
from quantumlayer.qlayer.parser.text.sentences import Sentence
from quantumlayer.spec.model import States

_ARROW = re.compile(r"^(?P<left>[^\u2192]{2,80}?) ?(?:-+ ?>|\u2192|=>|\u2013>) ?(?P<right>[a-z][^\u2192]*)$")
_GOAL = re.compile(r"(?P<goal>[a-z-]+(?: (?!by\b|when\b|if\b|and\b|or\b|once\b|after\b)[a-z-]+)?)")
_OTHER = re.compile(r"^[a-z -]+? ?\(or (?P<other>[a-z-]+)\b|^[a-z -]+? or (?P<plain>[a-z-]+)\b")
_BY = re.compile(r"\bby (?:an?|the) (?P<who>[a-z]+(?: [a-z]+)?)(?=[.,;)]|$)")
_DOES = re.compile(
    r"^(?:an?|the)? ?(?P<who>[a-z]+(?: [a-z]+)?) (?P<verb>[a-z]+)s(?: (?P<part>in|out|up|back|off))?(?: it| them)?$"
)
_BEGINS = re.compile(
    r"^(?:if |when |as soon as |once )?(?:an? |the |each |every )?(?P<what>[a-z]+(?: [a-z]+)??)s?"
    r" (?:of|has|have|is|are|that|may|can)\b"
)
_OWNED = re.compile(r"An? (?P<what>[\w -]+?): (?=[^:]*(?:-+ ?>|\u2192|=>|\u2013>))")
_WHEN = re.compile(
    r"\b(?:when|once|and|as soon as) (?:an?|the) (?P<who>[a-z]+(?: [a-z]+)?) (?P<verb>[a-z]+)s(?: (?:it|them|him|her))"
    r"(?: (?P<part>in|out|up|back|off))?(?=[.,;)]|$)"
)
_CHAIN = re.compile(r" ?(?:-+ ?>|\u2192|=>|\u2013>) ?")


@dataclass(frozen=True, slots=True)
class _Move:
    sentence: Sentence
    source: str
    goals: tuple[str, ...]
    who: str
    verb: str


def find_arrows(draft: Draft, clauses: Iterable[Clause]) -> None:
    """The states and moves that arrows lead through."""
    subjects = {id(clause.sentence): clause for clause in clauses if clause.subject}
    above: EntityDraft | None = None
    drawn: dict[str, list[_Move]] = {}
    free: list[_Move] = []
    for sentence in draft.sentences:
        owned = _OWNED.match(sentence.text)
        moves = list(_moves(sentence, owned.end() if owned else 0))
        clause = subjects.get(id(sentence))
        if not moves:
            named = draft.entity(clause.subject[0]) if clause else None
            above = above if sentence.kind is Kind.ITEM else None  # what stands above a list of arrows is in the list
            above = named or (draft.spoken(sentence.text.lower()) if len(sentence.words) < _FEW else None) or above
        entity = draft.spoken(owned["what"].lower()) if owned else above
        if entity is None:
            free += moves
        else:
            drawn.setdefault(entity.name, []).extend(moves)
    if free and (entity := _told(draft, free) or _busiest(draft)):
        drawn.setdefault(entity.name, []).extend(free)
    for name, moves in drawn.items():
        _draw(draft, draft.entities[name], moves)


def _moves(sentence: Sentence, begin: int) -> Iterator[_Move]:
    text = re.sub(r"\s+", " ", sentence.text[begin:].lower()).strip(" .")
    parts = _CHAIN.split(text)
    if len(parts) > 2 and all(re.fullmatch(r"[a-z -]+", part) for part in parts):
        for left, right in itertools.pairwise(parts):
            yield _Move(sentence, spec_name(left), (spec_name(right),), "", "")
        return
    found = _ARROW.match(text)
    goal = _GOAL.match(found["right"]) if found else None
    if found is None or goal is None:
        return
    other = _OTHER.match(found["right"])
    goals = [spec_name(goal["goal"]), *([spec_name(other["other"] or other["plain"])] if other else [])]
    left = found["left"].strip()
    does, by = _DOES.match(left), _BY.search(found["right"])
    done = _WHEN.search(found["right"])
    does = does or done
    who = spec_name(does["who"]) if does else spec_name(by["who"]) if by else ""
    verb = f"{does['verb']} {does['part'] or ''}".strip() if does else ""
    source = (
        spec_name(left)
        if (does is None or does is done) and len(left.split()) <= _WORDS and not left.startswith("not ")
        else ""
    )
    yield _Move(sentence, source, tuple(dict.fromkeys(goals)), who, verb)


_WORDS, _FEW = 2, 5


def _told(draft: Draft, moves: Iterable[_Move]) -> EntityDraft | None:
    """The thing of which the text says elsewhere that it is in one of the states."""
    states = {state.replace("_", " ") for move in moves for state in (move.source, *move.goals) if state}
    told: Counter[str] = Counter()
    for sentence in draft.sentences:
        text = sentence.text.lower()
        begins = _BEGINS.match(text)
        entity = draft.spoken(begins["what"]) if begins else None
        if entity is not None and entity.states is None and any(f" {state}" in text for state in states):
            told[entity.name] += 1
    ranked = told.most_common(2)
    sure = ranked and (len(ranked) == 1 or ranked[0][1] > ranked[1][1])
    return draft.entities[ranked[0][0]] if sure else None


def _busiest(draft: Draft) -> EntityDraft | None:
    """The entity that a text speaks of most, of those that belong to others and have no states yet."""
    text = " ".join(sentence.text.lower() for sentence in draft.sentences)
    tied = [entity for entity in draft.entities.values() if entity.relations and entity.states is None]
    return max(tied, key=lambda entity: text.count(entity.title), default=None)


def _draw(draft: Draft, entity: EntityDraft, moves: list[_Move]) -> None:
    begins = beginning(draft, entity)
    named = [begins, *(state for move in moves for state in (move.source, *move.goals))]
    states = tuple(dict.fromkeys(state for state in named if state))
    if entity.states is not None or len(states) < 2 or not is_life(states):
        return
    entity.fields.pop("status", None)
    entity.states = States(values=states)
    for move in moves:
        draft.mark(move.sentence, f"{entity.address}.states", STATED)
        for goal in move.goals:
            _lead(draft, entity, move, goal)


def _lead(draft: Draft, entity: EntityDraft, move: _Move, goal: str) -> None:
    """The operation that a drawn move is; what nobody does happens by itself and is no operation."""
    if move.sentence.text.lower().startswith("not ") or (not move.who and not move.source):
        return
    name = operation_name(draft, move.verb, entity) if move.verb else move_name(draft, entity, goal)
    known = draft.operations.get(name)
    operation = known or draft.operations.setdefault(action_name(name), OperationDraft(on=entity.name, by=[]))
    first = entity.states.values[0] if entity.states else goal
    sources = [move.source] if move.source else [first]
    operation.from_ = [*(operation.from_ if known and known.to == goal else []), *sources]
    operation.to = goal
    if move.who and not happens(move.who, goal):
        add_role(draft, move.who)
        draft.mark(move.sentence, f"roles.{move.who}")
        operation.by += [move.who] if move.who not in operation.by else []
    draft.mark(move.sentence, f"operations.{name}", STATED if move.who else LIKELY)
