"""The life of a record: `A permit is requested, then approved or rejected by an officer`."""

import re
from dataclasses import dataclass
from itertools import pairwise

from quantumlayer.kit.identifiers import singular, words
from quantumlayer.qlayer.parser.draft import ASSUMED, STATED, Draft, EntityDraft, OperationDraft
from quantumlayer.qlayer.parser.meaning.fields import action_name, spec_name
from quantumlayer.qlayer.parser.meaning.operations import operation_name
from quantumlayer.qlayer.parser.meaning.people import add_role, keeper
from quantumlayer.qlayer.parser.meaning.verbs import happens
from quantumlayer.qlayer.parser.text.clauses import Clause
from quantumlayer.qlayer.parser.text.sentences import Sentence
from quantumlayer.spec.model import FieldType, States

_LIFE = re.compile(
    r"^(?:an?|every|each|the)?\s*(?P<what>[\w -]+?) (?:is|are|starts? (?:out )?as|begins? as) (?P<first>[\w -]+?)"
    r"(?: at first| by (?:an?|the) (?P<who>[\w ]+?))?, (?:and )?then (?P<rest>.+?)\.?$"
)
_STAGE = re.compile(r", (?:and )?then |; then | and then ")
_OPTION = re.compile(r", or |, | or ")
_BY = re.compile(r" by (?:an?|the) (?P<who>[\w ]+)$")
_MARKED = re.compile(r"^(?:is )?marked as (?:an? )?")


@dataclass(frozen=True, slots=True)
class _Step:
    state: str
    verb: str
    who: str


def find_states(draft: Draft) -> None:
    """States from every sentence that tells a life in order."""
    for sentence in draft.sentences:
        life = _LIFE.match(re.sub(r"\s*\([^)]*\)", "", sentence.text.lower()))
        entity = draft.named(tuple(words(singular(life["what"])))) if life else None
        if life is None or entity is None or entity.states:
            continue
        stages = [_options(stage) for stage in _STAGE.split(life["rest"])]
        names = [step.state for stage in stages for step in stage]
        first = spec_name(life["first"])
        if any(len(name.split("_")) > 3 for name in [first, *names]) or ";" in life["rest"]:
            continue
        if len(set(names)) != len(names) or first in names:
            continue
        entity.states = States(values=(first, *names))
        draft.mark(sentence, f"{entity.address}.states")
        _moves(draft, sentence, entity, [[_Step(first, "", "")], *stages])


def _options(stage: str) -> list[_Step]:
    """The states that may come next, with the role behind the last of them for all."""
    by = _BY.search(stage)
    who = spec_name(by["who"]) if by else ""
    found = []
    for option in _OPTION.split(stage[: by.start()] if by else stage):
        plain = option.strip().removeprefix("either ").removeprefix("or ").strip()
        inner = _BY.search(plain)
        plain = plain[: inner.start()] if inner else plain
        marked = _MARKED.match(plain)
        state = spec_name(plain[marked.end() :] if marked else plain)
        found.append(_Step(state, f"mark {state}" if marked else "", spec_name(inner["who"]) if inner else who))
    return found


def _moves(draft: Draft, sentence: Sentence, entity: EntityDraft, stages: list[list[_Step]]) -> None:
    for before, stage in pairwise(stages):
        sources = [step.state for step in before]
        # Of two states side by side the first named is the way on; the others are ends.
        sources = sources if len(sources) == 1 else sources[:1]
        for step in stage:
            name = _operation(draft, entity, step)
            operation = draft.operations.setdefault(name, OperationDraft(on=entity.name, by=[]))
            operation.from_ = list(sources)
            operation.to = step.state
            if step.who:
                add_role(draft, step.who)
                draft.mark(sentence, f"roles.{step.who}")
                operation.by.append(step.who)
            draft.mark(sentence, f"operations.{name}", STATED if step.who else ASSUMED)


def _operation(draft: Draft, entity: EntityDraft, step: _Step) -> str:
    """What the move into a state is called: the verb of the text, else what the participle says."""
    if step.verb:
        return action_name(step.verb)
    lemma = next(
        (w.lemma for s in draft.sentences for w in s.words if spec_name(w.lower) == step.state and w.tag == "VBN"), ""
    )
    verb = lemma if lemma and happens(lemma, step.state.replace("_", " ")) else _infinitive(step.state)
    return operation_name(draft, verb, entity)


def _infinitive(state: str) -> str:
    """A verb for a state: `packed` gives `pack`; what is no participle is marked as such."""
    plain = state.replace("_", " ")
    for candidate in (plain.removesuffix("ed"), plain.removesuffix("d"), plain.removesuffix("led"), plain[:-3]):
        if candidate and plain.endswith("d") and happens(candidate, plain):
            return candidate
    return f"mark {plain}"


def forbid_move(draft: Draft, clause: Clause, entity: EntityDraft, state: str, operation: str) -> bool:
    """`A packed order cannot be cancelled`: the move is taken out of that state."""
    known = draft.operations[operation]
    if entity.states is None or state not in entity.states.values or not known.to:
        return False
    if state in known.from_:
        earlier = list(entity.states.values[: entity.states.values.index(state)])
        known.from_ = [source for source in known.from_ if source != state] or earlier
    draft.mark(clause, f"operations.{operation}.from")
    return True


def assign_movers(draft: Draft) -> None:
    """A move that no sentence gives to a role goes to whoever manages the records."""
    for name, operation in draft.operations.items():
        if operation.to and not operation.by:
            operation.by.append(keeper(draft))
            entity = draft.entities[operation.on]
            who = operation.by[0].replace("_", " ")
            draft.assume(
                f"operations.{name}", f"The role {who} moves {entity.one.lower()} to {operation.to.replace('_', ' ')}."
            )


def status_fields(draft: Draft) -> None:
    """A status with listed values begins with the first of them."""
    for entity in draft.entities.values():
        for name in ("status", "state"):
            field = entity.fields.get(name)
            if field is not None and field.one_of and field.default is None and field.type is FieldType.STRING:
                entity.fields[name] = field.model_copy(update={"default": str(field.one_of[0])})
                draft.assume(f"{entity.address}.fields.{name}", f"{entity.one} begins as {field.one_of[0]}.")
