"""What makes a record become what it is: `It becomes tested when the technician closes it`."""

import re

from quantumlayer.qlayer.parser.draft import STATED, Draft, EntityDraft, OperationDraft
from quantumlayer.qlayer.parser.meaning.fields import spec_name
from quantumlayer.qlayer.parser.meaning.operations import operation_name
from quantumlayer.qlayer.parser.meaning.verbs import happens, synonym
from quantumlayer.qlayer.parser.text.sentences import Sentence

_BECOMES = re.compile(
    r"\b(?:it|they|(?:an?|the|each|every) (?P<what>[a-z]+(?: [a-z]+)?)) (?:becomes?|turns?|counts? as|is then|is)"
    r" (?P<state>[a-z-]+(?: [a-z-]+)?) (?:when|once|as soon as|after) (?:an?|the|its|their|one of the)"
    r" (?P<who>[a-z]+(?: [a-z]+)?)"
    r" (?P<verb>[a-z]+s)(?: (?P<part>in|out|up|back|off))? (?:it|them|(?:the|this|that) (?P<again>[a-z]+(?: [a-z]+)?))"
    r"(?: (?P<late>in|out|up|back|off))?(?=[.,;]|$)"
)
_MAY_BE = re.compile(
    r"\b(?:an?|the|any|each|every) (?P<what>[a-z]+(?: [a-z]+)?) (?:that|which) (?:is|was|has been|is still)"
    r" (?P<states>[a-z-]+(?: [a-z-]+)?(?:(?:, | or |, or )[a-z-]+(?: [a-z-]+)?)*)"
    r" (?:may|can) (?:still |also |only )?be (?P<done>[a-z]+)(?: by (?:an?|the) (?P<who>[a-z]+(?: [a-z]+)?))?"
    r"(?=[.,;]|$)"
)


def find_chances(draft: Draft) -> None:
    """`A hearing that has been drafted or listed may be vacated`: one more state, and what it can follow."""
    for sentence in draft.sentences:
        found = _MAY_BE.search(sentence.text.lower())
        entity = draft.spoken(found["what"]) if found else None
        if found is None or entity is None or entity.states is None:
            continue
        before = [spec_name(part) for part in re.split(r", or |, | or ", found["states"])]
        verb = next((word.lemma for word in sentence.words if word.lower == found["done"] and word.tag == "VBN"), "")
        if not verb or not happens(verb, found["done"]) or any(one not in entity.states.values for one in before):
            continue
        done = spec_name(found["done"])
        if done not in entity.states.values:
            entity.states = entity.states.model_copy(update={"values": (*entity.states.values, done)})
        name = operation_name(draft, verb, entity)
        operation = draft.operations.setdefault(name, OperationDraft(on=entity.name, by=[]))
        operation.to, operation.from_ = done, before
        who = _role(draft, spec_name(found["who"])) if found["who"] else ""
        operation.by += [who] if who and who not in operation.by else []
        draft.mark(sentence, f"{entity.address}.states")
        draft.mark(sentence, f"operations.{name}", STATED)


def find_becoming(draft: Draft) -> None:
    """The operation that moves a record into a state, where both the state and who acts are known."""
    for sentence in draft.sentences:
        found = _BECOMES.search(sentence.text.lower())
        state = spec_name(found["state"]) if found else ""
        entity = _in_state(draft, found["what"] or "", state) if found else None
        who = _role(draft, spec_name(found["who"])) if found else ""
        if found is not None and entity is not None and who:
            _become(draft, sentence, entity, state, who, found)


def _in_state(draft: Draft, what: str, state: str) -> EntityDraft | None:
    named = draft.spoken(what) if what else None
    having = [
        entity for entity in draft.entities.values() if entity.states is not None and state in entity.states.values[1:]
    ]
    fitting = [entity for entity in having if named is None or entity is named]
    return fitting[0] if len(fitting) == 1 else None


def _role(draft: Draft, who: str) -> str:
    """The role that a name means, also by the end of it: the technician is the laboratory technician."""
    if who in draft.roles:
        return who
    ending = [role for role in draft.roles if role.endswith(f"_{who}")]
    return ending[0] if len(ending) == 1 else ""


def _become(draft: Draft, sentence: Sentence, entity: EntityDraft, state: str, who: str, found: re.Match[str]) -> None:
    lemma = next((word.lemma for word in sentence.words if word.lower == found["verb"]), found["verb"])
    verb = synonym(f"{lemma} {found['part'] or found['late'] or ''}".strip())
    name = operation_name(draft, verb, entity)
    known = next((key for key, one in draft.operations.items() if one.on == entity.name and one.to == state), "")
    if known and known != name and draft.operations[known].by:
        return
    move = draft.operations.pop(known) if known else None
    operation = draft.operations.setdefault(name, OperationDraft(on=entity.name, by=[]))
    if operation.to not in {None, state}:
        return
    before = entity.states.values[: entity.states.values.index(state)] if entity.states else ()
    operation.to = state
    operation.from_ = move.from_ if move is not None and move.from_ else list(before[-1:])
    operation.by += [who] if who not in operation.by else []
    draft.mark(sentence, f"operations.{name}", STATED)
