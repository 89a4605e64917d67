"""The states that a record waits in and comes to by itself; a life that a sentence about time tells is made."""

from quantumlayer.qlayer.parser.draft import Draft, EntityDraft, OperationDraft
from quantumlayer.qlayer.parser.meaning.conditions import in_state, opposite
from quantumlayer.qlayer.parser.meaning.fields import spec_name
from quantumlayer.qlayer.parser.meaning.operations import operation_name
from quantumlayer.qlayer.parser.meaning.times.points import later_states
from quantumlayer.qlayer.parser.meaning.times.statements import Statement
from quantumlayer.qlayer.parser.meaning.verbs import happens
from quantumlayer.spec.model import States


def state_of(draft: Draft, entity: EntityDraft, done: str) -> str:
    """The state that a participle names; empty where there is none."""
    if entity.states is None:
        return ""
    named = spec_name(done)
    if named in entity.states.values:
        return named
    moves = [one.to for name, one in draft.operations.items() if one.on == entity.name and happens(name, done)]
    return next((state for state in moves if state), "")


def waiting_for(draft: Draft, entity: EntityDraft, undone: str) -> tuple[list[str], list[str]] | None:
    """The states, or the tests, of records with which something was not done yet; nothing where that is not known."""
    state = state_of(draft, entity, undone)
    if state and entity.states:
        left = {source for one in draft.operations.values() if one.on == entity.name for source in one.from_}
        later = later_states(draft, entity, state)
        waits = [value for value in entity.states.values if value not in later and value in left]
        return (waits, []) if waits else None
    test = in_state(entity, undone)
    return ([], [opposite(test)]) if test else None


def begin_life(
    draft: Draft, statement: Statement, entity: EntityDraft, qualities: list[str], undone: str, done: str
) -> bool:
    """Whether a record can come to the end that a statement tells; the states for it are made where they are missing.

    `A booking is pending for 15 minutes, then expires unless it is paid` has all of a life: pending, paid, expired.
    """
    if entity.states is not None:
        if not state_of(draft, entity, done):
            entity.states = entity.states.model_copy(update={"values": (*entity.states.values, spec_name(done))})
            draft.mark(statement.sentence, f"{entity.address}.states")
        return True
    first = next((word for word in qualities if word), "")
    way_on = undone or (first.removeprefix("un") if first.startswith("un") else "")
    if "status" in entity.fields or not way_on or in_state(entity, way_on) or _is_known(entity, first):
        return False
    names = [spec_name(first or "open"), spec_name(way_on), spec_name(done)]
    if len(set(names)) < len(names):
        return False
    entity.states = States(values=tuple(names))
    statement.mark(draft, f"{entity.address}.states")
    draft.assume(f"{entity.address}.states", f"{entity.one} is {', '.join(names[:-1])} or {names[-1]}.")
    for state in names[1:]:
        _move(draft, statement, entity, names[0], state, made=state == names[1])
    return True


def _is_known(entity: EntityDraft, word: str) -> bool:
    return bool(word) and bool(in_state(entity, word))


def _move(draft: Draft, statement: Statement, entity: EntityDraft, first: str, state: str, *, made: bool) -> None:
    """The operation that leads to a state: one that the text has, else a new one for whoever manages the records."""
    plain = state.replace("_", " ")
    known = [n for n, one in draft.operations.items() if one.on == entity.name and happens(n.split("_")[0], plain)]
    if known:
        operation = draft.operations[known[0]]
        operation.from_, operation.to = operation.from_ or [first], state
        return
    verb = next((word.lemma for word in statement.sentence.words if word.lower == plain and word.tag == "VBN"), "")
    if made:
        name = operation_name(draft, verb if verb and happens(verb, plain) else f"mark {plain}", entity)
        draft.operations[name] = OperationDraft(on=entity.name, by=[], from_=[first], to=state)
        statement.mark(draft, f"operations.{name}")
