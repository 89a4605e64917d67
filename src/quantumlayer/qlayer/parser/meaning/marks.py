"""States that are told in passing: `a reservation is held at first`, `clerks mark it as collected`."""

import re
from collections.abc import Iterable

from quantumlayer.qlayer.parser.draft import ASSUMED, LIKELY, STATED, Draft, EntityDraft, OperationDraft
from quantumlayer.qlayer.parser.meaning.conditions import qualities
from quantumlayer.qlayer.parser.meaning.describing import is_system
from quantumlayer.qlayer.parser.meaning.fields import action_name, attribute, spec_name
from quantumlayer.qlayer.parser.meaning.lives import ENDS, beginning, is_life
from quantumlayer.qlayer.parser.meaning.operations import operation_name
from quantumlayer.qlayer.parser.meaning.people import actors
from quantumlayer.qlayer.parser.meaning.verbs import participle, synonym
from quantumlayer.qlayer.parser.text.clauses import Clause
from quantumlayer.qlayer.parser.text.permission import PROCESS
from quantumlayer.qlayer.parser.text.phrases import Phrase
from quantumlayer.spec.model import Action, States

_TO_STATE = re.compile(r"\b(?:as|to) (?:an? )?[\"\u201c']?(?P<state>[a-z-]+(?: [a-z-]+)?)[\"\u201d']?(?= |$)")
_WHILE = re.compile(
    r"\b(?:while|if|when|as long as|once|until) (?:it|they|the \w+) (?:is|are)(?: still)? (?P<states>[a-z -]+)"
)
_MARKING = frozenset({"mark", "set", "flag", "put"})
_MOVING = frozenset({"move", "take", "advance", "bring", "pass"})
_UNDOING = {
    "release": "block", "unblock": "block", "reinstate": "suspend", "unlock": "lock", "restore": "archive",
    "unfreeze": "freeze", "lift": "block", "resume": "suspend",
}  # fmt: skip
_TELLING = frozenset({"give", "state", "write down", "enter", "say", "note", "provide", "name", "record", "add"})
_REASONS = frozenset(
    {"reason", "comment", "note", "explanation", "remark", "justification", "cause", "message", "ground"}
)
_OPENING = frozenset({"apply for", "request", "submit", "file", "propose", "place", "hand in", "lodge"})
_LIFE = 2
_ENDED = (
    frozenset({"rejected", "declined", "refused", "abandoned", "revoked", "void", "called_off", "terminated"}) | ENDS
)
_BEGINNING = ("open", "draft", "pending", "requested", "submitted", "planned", "new")


def find_marks(draft: Draft, clauses: Iterable[Clause]) -> None:
    """States and moves that no sentence tells as one life."""
    found = list(clauses)
    begins = _beginnings(draft)
    for clause in found:
        _mark(draft, clause, begins)
        _advance(draft, clause)
        _ours(draft, clause)
    for name, operation in list(draft.operations.items()):
        _begin(draft, name, operation, begins)
    for name, operation in list(draft.operations.items()):
        entity = draft.entities[operation.on]
        alone = (
            sum(one.on == entity.name and _verb(entity, key) in PROCESS for key, one in draft.operations.items())
            < _LIFE
        )
        if entity.states is not None or entity.name in begins or not alone:
            _process(draft, name, operation, begins)
    _name_moves(draft)
    for clause in found:
        _narrow(draft, clause)


def _name_moves(draft: Draft) -> None:
    """`Planned, then under way`, and `the driver departs`: the only move without a name is the only act without one."""
    for entity in draft.entities.values():
        own = {name: one for name, one in draft.operations.items() if one.on == entity.name}
        nameless = [name for name, one in own.items() if name.startswith("mark_") and one.to and not one.by]
        idle = [
            name
            for name, one in own.items()
            if one.by and not (one.to or one.sets or one.creates or one.also or one.takes)
        ]
        if entity.states is None or len(nameless) != 1 or len(idle) != 1:
            continue
        move, act = draft.operations.pop(nameless[0]), own[idle[0]]
        act.to, act.from_ = move.to, move.from_
        state = (move.to or "").replace("_", " ")
        draft.assume(f"operations.{idle[0]}.to", f"{entity.one} is {state} after {idle[0].replace('_', ' ')}.")


def find_last_marks(draft: Draft) -> None:
    """What alone moves a record on, where nothing else tells of its states: `customers can cancel bookings`."""
    for name, operation in list(draft.operations.items()):
        _process(draft, name, operation, {})


def _verb(entity: EntityDraft, name: str) -> str:
    """The verb of an operation by its name."""
    return name.removesuffix(f"_{entity.snake}").replace("_", " ")


def _beginnings(draft: Draft) -> dict[str, str]:
    """The states that records begin in, where the text tells them."""
    return {
        entity.name: first
        for entity in draft.entities.values()
        if entity.states is None and (first := beginning(draft, entity))
    }


def _mark(draft: Draft, clause: Clause, begins: dict[str, str]) -> None:
    """`Volunteers mark a reservation as collected`."""
    if clause.verb not in _MARKING or clause.negated or not clause.subject or not clause.objects or clause.passive:
        return
    entity = draft.entity(clause.objects[0])
    told = _TO_STATE.search(clause.text)
    roles = [who for who in actors(draft, clause) if who in draft.roles]
    if entity is None or told is None or (not roles and not is_system(clause.subject[0])):
        return
    state = spec_name(told["state"])
    if entity.states is None and entity.name not in begins and not is_life((state, state)):
        return
    _grow(draft, entity, state, begins)
    name = operation_name(draft, f"mark {state}", entity)
    known = next((key for key, one in draft.operations.items() if one.on == entity.name and one.to == state), name)
    if known != name and draft.operations[known].by:
        name = known
    operation = draft.operations.setdefault(name, draft.operations.pop(known, OperationDraft(on=entity.name, by=[])))
    operation.to = state
    told_from = [
        spec_name(word) for word in qualities(entity, clause.objects[0]) if spec_name(word) in entity_states(entity)
    ]
    operation.from_ = told_from or operation.from_
    operation.from_ = operation.from_ or _before(entity, state)
    operation.by += [who for who in roles if who not in operation.by]
    draft.mark(clause, f"operations.{name}", STATED if roles else LIKELY)
    wrong = operation_name(draft, clause.verb, entity)
    if wrong in draft.operations and not draft.operations[wrong].to and wrong != name:
        del draft.operations[wrong]


def entity_states(entity: EntityDraft) -> tuple[str, ...]:
    """The states of an entity, if it has any."""
    return entity.states.values if entity.states else ()


def _grow(draft: Draft, entity: EntityDraft, state: str, begins: dict[str, str]) -> None:
    """Give an entity one more state."""
    if entity.states is None:
        first = begins.get(entity.name) or _usual(draft, entity)
        entity.fields.pop("status", None)
        entity.states = States(values=(first, state))
    elif state not in entity.states.values:
        entity.states = entity.states.model_copy(update={"values": (*entity.states.values, state)})


def _usual(draft: Draft, entity: EntityDraft) -> str:
    """What a record is called before anything happens to it."""
    text = " ".join(sentence.text.lower() for sentence in draft.sentences)
    first = next((word for word in _BEGINNING if re.search(rf"\b{word} {entity.title}", text)), "open")
    draft.assume(f"{entity.address}.states", f"{entity.one} is {first} at first.")
    return first


def _before(entity: EntityDraft, state: str) -> list[str]:
    """The states that a state can follow: those that are no ends."""
    values = entity.states.values if entity.states else ()
    return [value for value in values if value != state and value not in _ENDED][: None if state in _ENDED else 1]


def _advance(draft: Draft, clause: Clause) -> None:
    """`The producer moves it from each of these to the next one`."""
    entity = draft.entity(clause.objects[0]) if clause.verb in _MOVING and clause.objects else None
    roles = [who for who in actors(draft, clause) if who in draft.roles]
    if entity is None or entity.states is None or not roles or "next" not in clause.text:
        return
    for name, operation in list(draft.operations.items()):
        if operation.on == entity.name and operation.to and not operation.by:
            operation.by += roles
            draft.mark(clause, f"operations.{name}")
        elif operation.on == entity.name and not operation.to and name.split("_")[0] == action_name(clause.verb):
            del draft.operations[name]


def _ours(draft: Draft, clause: Clause) -> None:
    """`I block the batch`: who writes does what no role is named for."""
    entity = (
        draft.entity(clause.objects[0]) if clause.objects and clause.subject and is_system(clause.subject[0]) else None
    )
    if entity is None or clause.negated or clause.passive:
        return
    values = entity_states(entity)
    undone = clause.verb in _UNDOING and spec_name(participle(_UNDOING[clause.verb])) in values
    if undone or clause.verb in PROCESS:
        name = operation_name(draft, clause.verb, entity)
        draft.operations.setdefault(name, OperationDraft(on=entity.name, by=[]))
        draft.mark(clause, f"operations.{name}", LIKELY)


def _begin(draft: Draft, name: str, operation: OperationDraft, begins: dict[str, str]) -> None:
    """`A licence is applied for by the holder` makes one, whose life begins so."""
    entity = draft.entities[operation.on]
    verb = _verb(entity, name)
    others = (key for key, one in draft.operations.items() if one.on == entity.name and key != name)
    if verb not in _OPENING or entity.states is not None or operation.creates:
        return
    if not any(key.split("_")[0] in PROCESS for key in others):
        return
    begins.setdefault(entity.name, spec_name(participle(verb)))
    sentence = draft.source_of(f"operations.{name}")
    for who in operation.by:
        draft.grant(entity, who, {Action.CREATE})
    if sentence is not None:
        draft.mark(sentence, f"{entity.address}.access", LIKELY)
    del draft.operations[name]


def _process(draft: Draft, name: str, operation: OperationDraft, begins: dict[str, str]) -> None:
    """`Managers approve requests`: the verb says which state comes of it."""
    entity = draft.entities[operation.on]
    verb = _verb(entity, name)
    done = spec_name(participle(synonym(verb)))
    if operation.to or operation.sets or operation.creates or entity.ended or done in entity.fields:
        return
    undone = spec_name(participle(_UNDOING.get(verb, ""))) if verb in _UNDOING else ""
    if undone and entity.states is not None and undone in entity.states.values:
        operation.from_, operation.to = [undone], entity.states.values[0]
    elif verb in PROCESS or _is_told(draft, entity, name, done):
        _grow(draft, entity, done, begins)
        operation.to, operation.from_ = done, _before(entity, done)
    else:
        return
    told = " or ".join(source.replace("_", " ") for source in operation.from_)
    draft.assume(f"operations.{name}.from", f"{entity.one} becomes {operation.to.replace('_', ' ')} when it is {told}.")
    sentence = draft.source_of(f"operations.{name}")
    if sentence is not None:
        draft.mark(sentence, f"{entity.address}.states", ASSUMED)


def _is_told(draft: Draft, entity: EntityDraft, name: str, done: str) -> bool:
    """Whether the text speaks of records on which it was done: `collected pick-ups`, `when it is judged`."""
    said = re.compile(rf"\b(?:(?:is|are|was|been|as|not|once) {done}|{done} (?:an? )?{entity.title})\b")
    sources = {index for index, marks in draft.marks.items() if f"operations.{name}" in marks}
    return "_" not in done and any(
        said.search(sentence.text.lower()) for index, sentence in enumerate(draft.sentences) if index not in sources
    )


def _narrow(draft: Draft, clause: Clause) -> None:
    """`Can abandon a production, but only while it is planned or in rehearsal`."""
    told = _WHILE.search(clause.condition) or _WHILE.search(clause.text)
    if told is None or clause.negated:
        return
    for name, operation in draft.operations.items():
        entity = draft.entities[operation.on]
        if (
            name.split("_")[0] != action_name(synonym(clause.verb)).split("_")[0]
            or entity.states is None
            or not operation.to
        ):
            continue
        wanted = [spec_name(part) for part in re.split(r",? or |, ", told["states"].strip())]
        if all(state in entity.states.values for state in wanted):
            operation.from_ = wanted
            draft.mark(clause, f"operations.{name}.from")


def find_given(draft: Draft, clauses: Iterable[Clause]) -> None:
    """`Block the batch, giving a reason of at most 250 characters`: who does it says why, and the record keeps it."""
    last: dict[int, str] = {}
    for clause in clauses:
        name = next((key for key, one in draft.operations.items() if _is_of(draft, clause, key, one)), "")
        last[id(clause.sentence)] = name or last.get(id(clause.sentence), "")
        operation = draft.operations.get(last[id(clause.sentence)])
        if operation is None or operation.creates:
            continue
        given = clause.having if name else clause.objects if clause.verb in _TELLING and not clause.negated else ()
        for phrase in given[:2]:
            if draft.entity(phrase) is None and phrase.lead in {"a", "an", "the", ""} and phrase.core[-1] in _REASONS:
                _give(draft, clause, last[id(clause.sentence)], phrase)


def _is_of(draft: Draft, clause: Clause, name: str, operation: OperationDraft) -> bool:
    entity = draft.entity(clause.objects[0]) if clause.objects else None
    same = name.split("_", maxsplit=1)[0] == action_name(synonym(clause.verb)).split("_")[0]
    return same and not clause.negated and (entity is None or operation.on == entity.name)


def _give(draft: Draft, clause: Clause, name: str, phrase: Phrase) -> None:
    operation, entity = draft.operations[name], draft.entities[draft.operations[name].on]
    found = attribute(phrase)
    entity.fields.setdefault(found.name, found.field.model_copy(update={"optional": True, "read_only": True}))
    operation.takes[found.name] = found.field.model_copy(update={"optional": found.field.optional})
    operation.sets[found.name] = f"takes.{found.name}"
    draft.mark(clause, f"{entity.address}.fields.{found.name}", LIKELY)
    draft.mark(clause, f"operations.{name}.takes.{found.name}")
