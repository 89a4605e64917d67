"""What comes of an operation: `When a customer cancels an order, the status of the order is cancelled`."""

import re

from quantumlayer.kit.identifiers import singular, words
from quantumlayer.qlayer.parser.draft import Draft, EntityDraft
from quantumlayer.qlayer.parser.meaning.fields import action_name, spec_name
from quantumlayer.qlayer.parser.meaning.lives import is_life
from quantumlayer.qlayer.parser.meaning.verbs import CREATE, synonym
from quantumlayer.qlayer.parser.text.sentences import Sentence
from quantumlayer.spec.model import States

_OUTCOME = re.compile(
    r"^when (?:an?|the|any) (?P<who>[\w -]+?) (?P<verb>[a-z]+?s) (?:an?|the|their|his|her|its) (?P<what>[\w -]+?)"
    r"(?: (?:as|with|from|for|in|of) [^,]+)?, "
    r"(?:then )?(?:(?:(?:the|its) (?:status|state)(?: of the (?P<a>[\w -]+?))?|the (?P<b>[\w -]+?)'s (?:status|state)"
    r"|the (?P<c>[\w -]+?)(?: (?:status|state))?|it) "
    r"(?:is|becomes?|should be|should become|must be|changes to|is set to|is now|moves to)) "
    r"(?:in (?:state|status) )?[\"'\u201c]?(?P<state>[\w-]+(?: [\w-]+)?)[\"'\u201d]?\.?$"
)


MAKING = CREATE | {"issue", "place", "draw up", "book", "start", "request"}
"""Verbs of which a new record comes, where its name is their object."""
_FEWEST = 2


def find_lives(draft: Draft) -> None:
    """The states that outcomes tell of: what comes of making a record is its first, what comes of others is later."""
    told: dict[str, list[tuple[Sentence, str, bool]]] = {}
    for sentence in draft.sentences:
        found = _OUTCOME.match(sentence.text.lower())
        entity, state = _outcome(draft, found) if found else (None, "")
        if found is None or entity is None or not is_life((state, state)):
            continue
        qualified = found["what"].split(" ")
        before = spec_name(qualified[0]) if len(qualified) > 1 and qualified[0] != entity.title.split(" ")[0] else ""
        verb = next((word.lemma for word in sentence.words if word.lower == found["verb"]), "")
        made = verb in MAKING and draft.named(tuple(words(singular(found["what"])))) is entity
        steps = told.setdefault(entity.name, [])
        if before and is_life((before, before)):
            steps.append((sentence, before, True))
        steps.append((sentence, state, made))
    for name, steps in told.items():
        _live(draft, draft.entities[name], steps)


def _outcome(draft: Draft, found: re.Match[str]) -> tuple[EntityDraft | None, str]:
    named = next((found[part] for part in ("a", "b", "c") if found[part]), found["what"])
    return draft.named(tuple(words(singular(named)))), spec_name(found["state"])


def _live(draft: Draft, entity: EntityDraft, steps: list[tuple[Sentence, str, bool]]) -> None:
    known = entity.states.values if entity.states is not None else ()
    begins = [state for _, state, first in steps if first]
    if not known and not begins:
        return
    ends = [state for _, state, first in steps if not first]
    order = [*begins, *ends] if not known else ends
    # What one outcome leads to may be where the next one starts from: a state is named once, where it comes first.
    values = tuple(dict.fromkeys([*known, *order]))
    if len(values) < _FEWEST:
        return
    entity.states = States(values=values)
    entity.fields.pop("status", None)
    for sentence, _, _ in steps:
        draft.mark(sentence, f"{entity.address}.states")


def find_outcomes(draft: Draft) -> None:
    """The state that an operation moves its record to, where both are known and no other is said."""
    for sentence in draft.sentences:
        if found := _OUTCOME.match(sentence.text.lower()):
            _move(draft, sentence, found)


def _move(draft: Draft, sentence: Sentence, found: re.Match[str]) -> None:
    entity = draft.named(tuple(words(singular(found["what"]))))
    meant = next((draft.named(tuple(words(name))) for name in (found["a"], found["b"], found["c"]) if name), entity)
    state = spec_name(found["state"])
    if entity is None or entity is not meant or entity.states is None or state not in entity.states.values:
        return
    verb = next((word.lemma for word in sentence.words if word.lower == found["verb"]), "")
    for name, operation in draft.operations.items():
        begins = name.split("_")[0] == action_name(synonym(verb)).split("_")[0]
        if begins and operation.on == entity.name and operation.to in {None, state}:
            operation.to = state
            before = spec_name(found["what"].split(" ")[0])
            if not operation.from_ and before in entity.states.values and before != state:
                operation.from_ = [before]
            draft.mark(sentence, f"operations.{name}.to")
