"""The life of a record: `A permit is requested, then approved or rejected by an officer`."""

from collections.abc import Iterable

from quantumlayer.qlayer.parser.draft import ASSUMED, STATED, Draft, EntityDraft, OperationDraft
from quantumlayer.qlayer.parser.meaning.fields import action_name, spec_name
from quantumlayer.qlayer.parser.meaning.lives import ENDS, Life, Step, is_life, lives
from quantumlayer.qlayer.parser.meaning.operations import operation_name
from quantumlayer.qlayer.parser.meaning.people import add_role, keeper
from quantumlayer.qlayer.parser.meaning.verbs import happens
from quantumlayer.qlayer.parser.text.clauses import Clause
from quantumlayer.qlayer.parser.text.sentences import Sentence, infinitive
from quantumlayer.spec.model import Field, FieldType, States

_STATUS = ("status", "state", "stage", "phase")
_SHORT = 4
"""Stages up to which a text tells what follows what; a longer list only names them."""


def find_states(draft: Draft, clauses: Iterable[Clause]) -> None:
    """States from every life that is told, and from a status whose values tell one."""
    for life in lives(draft, clauses):
        entity = life.entity
        if entity.states is None:
            _drop_status(entity)
            _live(draft, life)
    for entity in list(draft.entities.values()):
        name, values = _status(entity)
        if entity.states is None and is_life(values):
            sentence = draft.source_of(f"{entity.address}.fields.{name}") or draft.sentences[0]
            del entity.fields[name]
            stages = tuple((Step(value),) for value in values)
            _live(draft, Life(entity, stages, (sentence,), ordered=False), field=name)


def _status(entity: EntityDraft) -> tuple[str, list[str]]:
    """The field that holds a state, with its values."""
    for name in _STATUS:
        field = entity.fields.get(name)
        if field is not None and field.one_of and field.type is FieldType.STRING:
            return name, [spec_name(str(value)) for value in field.one_of]
    return "", []


def _drop_status(entity: EntityDraft) -> None:
    """A field without values that only announces the states: `a status`."""
    for name in _STATUS:
        entity.fields.pop(name, None)


def _live(draft: Draft, life: Life, field: str = "status") -> None:
    entity = life.entity
    entity.states = States(field=field, values=life.states)
    for sentence in life.sentences:
        draft.mark(sentence, f"{entity.address}.states")
    for place, stage in enumerate(life.stages):
        if place:
            _move(draft, life, place, stage)


def _move(draft: Draft, life: Life, place: int, stage: tuple[Step, ...]) -> None:
    """The operations that lead into a stage."""
    entity, sentence = life.entity, life.sentences[-1]
    earlier = [step.state for before in life.stages[:place] for step in before]
    # Of two states side by side the first named is the way on; the others are ends.
    before = [life.stages[place - 1][0].state]
    for step in stage:
        sources = before
        if not life.ordered or len(life.stages) > _SHORT:
            going = [state for state in earlier if state not in ENDS]
            sources = going if step.state in ENDS else going[-1:]
        name = _operation(draft, entity, step)
        operation = draft.operations.setdefault(name, OperationDraft(on=entity.name, by=[]))
        operation.from_, operation.to = list(sources), step.state
        if step.who:
            add_role(draft, step.who)
            draft.mark(sentence, f"roles.{step.who}")
            operation.by.append(step.who)
        if step.takes:
            _take(draft, entity, operation, step, sentence)
        draft.mark(sentence, f"operations.{name}", STATED if step.who else ASSUMED)
        if not life.ordered:
            told = " or ".join(source.replace("_", " ") for source in sources)
            draft.assume(
                f"operations.{name}.from", f"{entity.one} becomes {step.state.replace('_', ' ')} when it is {told}."
            )


def _take(draft: Draft, entity: EntityDraft, operation: OperationDraft, step: Step, sentence: Sentence) -> None:
    """`Then shipped with a tracking number`: whoever ships it says the number, which the record keeps."""
    name = spec_name(step.takes)
    known = entity.fields.get(name, Field(type=FieldType.STRING))
    entity.fields[name] = known.model_copy(update={"optional": True, "read_only": True})
    operation.takes[name] = known.model_copy(update={"optional": False, "read_only": False})
    operation.sets[name] = f"takes.{name}"
    draft.mark(sentence, f"{entity.address}.fields.{name}")


def _operation(draft: Draft, entity: EntityDraft, step: Step) -> str:
    """What the move into a state is called: the verb of the text, else what the participle says."""
    if step.verb:
        return action_name(step.verb)
    return move_name(draft, entity, step.state)


def move_name(draft: Draft, entity: EntityDraft, state: str) -> str:
    """What a move into a state is called by the participle."""
    lemma = next(
        (w.lemma for s in draft.sentences for w in s.words if spec_name(w.lower) == state and w.tag == "VBN"), ""
    )
    verb = lemma if lemma and happens(lemma, state.replace("_", " ")) else _infinitive(state)
    return operation_name(draft, verb, entity)


def _infinitive(state: str) -> str:
    """A verb for a state: `packed` gives `pack`; what is no participle is marked as such."""
    plain = state.replace("_", " ")
    for candidate in (
        infinitive(plain) if plain.isalpha() else "",
        plain.removesuffix("ed"),
        plain.removesuffix("d"),
        plain[:-3],
    ):
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
