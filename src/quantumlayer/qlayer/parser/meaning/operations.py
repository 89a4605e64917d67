"""Operations: what a role does to a record beyond create, read, update and delete."""

import re
from collections.abc import Iterable

from quantumlayer.qlayer.parser.draft import LIKELY, STATED, Draft, EntityDraft, OperationDraft
from quantumlayer.qlayer.parser.meaning.conditions import qualities
from quantumlayer.qlayer.parser.meaning.describing import brings, is_system
from quantumlayer.qlayer.parser.meaning.fields import action_name, spec_name
from quantumlayer.qlayer.parser.meaning.people import ACCESS, ANYONE, actors
from quantumlayer.qlayer.parser.meaning.relations import relate
from quantumlayer.qlayer.parser.meaning.verbs import CREATE, NO_ACTION, happens, names_event, participle, synonym
from quantumlayer.qlayer.parser.text.clauses import Clause
from quantumlayer.qlayer.parser.text.numbers import NUMBER, number
from quantumlayer.spec.model import Computed, Creation, Field, FieldType, Requirement

_UNITS = {"day": "days({n})", "week": "days({n} * 7)", "hour": "hours({n})", "minute": "minutes({n})"}
_UNIT = r"(?P<unit>days?|weeks?|months?|hours?|minutes?|years?)"
_ADDS = re.compile(rf"\b(?P<doing>\w+ing)\b[^.;]*?\badds? (?P<n>{NUMBER}) {_UNIT} to (?:the|its|a) (?P<what>[\w ]+)")
_MOVES = re.compile(
    rf"\b(?P<doing>\w+ing)\b[^.;]*?\b(?:extends?|moves?|postpones?|prolongs?) (?:the|its|a) (?P<what>[\w ]+?)"
    rf" by (?P<n>{NUMBER}) {_UNIT}"
)
_TIMES = re.compile(rf"\b(?:(?P<once>once|one time)|(?P<twice>twice)|(?P<n>{NUMBER}) times)\b")


def span(count: str, unit: str) -> str:
    """A duration as CEL: `21` and `days` give `days(21)`; empty for months and years, which have no fixed length."""
    return _UNITS.get(unit.rstrip("s"), "").format(n=int(number(count)))


def later_by(start: str, count: str, unit: str) -> str:
    """A moment some time after another, as CEL."""
    months = {"month": 1, "year": 12}.get(unit.rstrip("s"))
    if months:
        return f"add_months({start}, {int(number(count)) * months})"
    return f"{start} + {span(count, unit)}"


def find_operations(draft: Draft, clauses: Iterable[Clause]) -> None:
    """Every action of a role on an entity; a verb alone (`borrow, renew and return`) means the entity it had before."""
    found = [clause for clause in clauses if _acts(draft, clause)]
    for clause in found:
        for entity in _targets(draft, clause):
            _operate(draft, clause, entity)
    for clause in found:
        if not _targets(draft, clause):
            _alone(draft, clause, action_name(synonym(clause.verb)))
            if clause.objects:
                draft.read.discard(id(clause))  # what stands where an object would is not understood
    for operation in draft.operations.values():
        operation.by = operation.only or operation.by


def _acts(draft: Draft, clause: Clause) -> bool:
    if clause.negated or clause.passive or id(clause) in draft.acted or brings(clause):
        return False
    if clause.verb in NO_ACTION | ACCESS and not _moves_on(draft, clause):
        return False
    return any(who in draft.roles for who in actors(draft, clause)) and not is_system(clause.subject[0])


def _moves_on(draft: Draft, clause: Clause) -> bool:
    """Whether what could be access moves a record on: `submit a timesheet`, which is a draft at first."""
    entity = draft.entity(clause.objects[0]) if clause.objects else None
    moves = entity is not None and entity.states and any(happens(clause.verb, one) for one in entity.states.values[1:])
    if entity is not None and entity.states and clause.verb in CREATE:  # `opens a listed hearing`, which is there
        moves = moves or any(spec_name(word) in entity.states.values for word in qualities(entity, clause.objects[0]))
    if moves:
        draft.acted.add(id(clause))
    return bool(moves)


def _targets(draft: Draft, clause: Clause) -> list[EntityDraft]:
    found = [entity for phrase in clause.objects if (entity := draft.entity(phrase))]
    if not found and any(names_event(clause.verb, entity.title) for entity in draft.entities.values()):
        # `Vets dispense from a batch`, where a dispensing is kept.
        found = [entity for phrase in clause.attributes[:1] if (entity := draft.entity(phrase))]
    return [entity for entity in found if not (entity.states and happens(clause.verb, entity.states.values[0]))]


def _alone(draft: Draft, clause: Clause, name: str) -> None:
    """A verb without an object: an operation that is known, or one that a date of a record tells of."""
    roles = [who for who in actors(draft, clause) if who in draft.roles]
    if name in draft.operations:
        known = draft.operations[name]
        _let(known, clause, roles)
        draft.mark(clause, f"operations.{name}", LIKELY)
        return
    verb = synonym(clause.verb)
    for entity in draft.entities.values():
        dated = any(happens(verb, event) and entity.fields[field].optional for field, event in entity.events.items())
        stated = entity.states is not None and any(happens(verb, state) for state in entity.states.values[1:])
        if dated or stated:
            _operate(draft, clause, entity)
            return


def _operate(draft: Draft, clause: Clause, entity: EntityDraft) -> None:
    verb = synonym(clause.verb)
    name = operation_name(draft, verb, entity)
    roles = [who for who in actors(draft, clause) if who in draft.roles]
    operation = draft.operations.setdefault(name, OperationDraft(on=entity.name, by=[]))
    _let(operation, clause, roles)
    draft.mark(clause, f"operations.{name}", STATED if clause.modal else LIKELY)
    _limit_times(draft, clause, name, operation)


def _let(operation: OperationDraft, clause: Clause, roles: list[str]) -> None:
    """Give an operation to roles; to them alone where the clause says so."""
    for holders in (operation.by, operation.only) if clause.only else (operation.by,):
        holders += [who for who in roles if who not in holders and who != ANYONE]


def operation_name(draft: Draft, verb: str, entity: EntityDraft) -> str:
    """The name of what a verb does to an entity: the verb, with the entity where the verb is taken by another."""
    name = action_name(verb)
    known = draft.operations.get(name)
    return name if known is None or known.on == entity.name else action_name(f"{verb} {entity.title}")


def _limit_times(draft: Draft, clause: Clause, name: str, operation: OperationDraft) -> None:
    """`renew a loan once`: a flag or a counter that the operation changes."""
    times = _TIMES.search(clause.text)
    if times is None or re.search(r"\b(?:per|every|each|a) (?:day|week|month|year)\b", clause.text):
        return
    count = 1 if times["once"] else 2 if times["twice"] else int(number(times["n"]))
    entity = draft.entities[operation.on]
    done = spec_name(participle(synonym(clause.verb)))
    again = f"{entity.one} can be {done.replace('_', ' ')} only {_often(count)}."
    if count == 1:
        entity.fields.setdefault(done, Field(type=FieldType.BOOL, default=False, read_only=True))
        operation.sets[done], test, field = "true", f"!this.{done}", done
    else:
        field = spec_name(f"times {done}")
        entity.fields.setdefault(field, Field(type=FieldType.INT, default=0, min=0, read_only=True))
        operation.sets[field], test = f"this.{field} + 1", f"this.{field} < {count}"
    operation.requires[f"not_{done}" if count == 1 else f"fewer_than_{count}_times"] = Requirement(
        cel=test, else_=again
    )
    for address in (f"{entity.address}.fields.{field}", f"operations.{name}.requires.{list(operation.requires)[-1]}"):
        draft.mark(clause, address)


def _often(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def find_creations(draft: Draft) -> None:
    """`A member borrows a book. The loan records the day it was borrowed`: borrowing makes a loan."""
    for name, operation in draft.operations.items():
        target = draft.entities[operation.on]
        made = next((entity for entity in draft.entities.values() if _is_made_by(entity, name, target)), None)
        if made is None:
            continue
        made.created_by = name
        sentence = draft.source_of(f"operations.{name}") or draft.sentences[0]
        values = {relate(draft, made, target, sentence): "this"}
        for who in operation.by:
            record = draft.record_of(who)
            if record is not None and record is not target:
                values[relate(draft, made, record, sentence)] = f"caller.{who}"
        values.pop("", None)
        operation.creates = Creation(entity=made.name, set=values)
        draft.mark(sentence, f"operations.{name}.creates", LIKELY)
        for field, event in made.events.items():
            known = made.fields[field]
            if happens(name, event) and known.default is None:
                now = "today()" if known.type is FieldType.DATE else "now()"
                made.fields[field] = known.model_copy(update={"default": Computed(cel=now)})


def _is_made_by(entity: EntityDraft, verb: str, target: EntityDraft) -> bool:
    if entity is target or entity.created_by:
        return False
    dated = any(happens(verb, event) and not entity.fields[name].optional for name, event in entity.events.items())
    return dated or names_event(verb.replace("_", " "), entity.title)


def find_effects(draft: Draft) -> None:
    """`Renewing adds 14 days to the due date`; and a date that an operation sets because it is when it happened."""
    for sentence in draft.sentences:
        lowered = sentence.text.lower()
        for found in [*_ADDS.finditer(lowered), *_MOVES.finditer(lowered)]:
            for name, operation in draft.operations.items():
                entity = draft.entities[operation.on]
                field = _moved_field(entity, found["what"])
                if _is_doing(found["doing"], name) and field:
                    operation.sets[field] = later_by(f"this.{field}", found["n"], found["unit"])
                    draft.mark(sentence, f"operations.{name}.sets.{field}")
    for name, operation in draft.operations.items():
        _dated_effect(draft, name, operation)


def _is_doing(gerund: str, verb: str) -> bool:
    stem = gerund.removesuffix("ing")
    return verb in {stem, f"{stem}e"} or (len(stem) > 2 and stem[-1] == stem[-2] and verb == stem[:-1])


def _moved_field(entity: EntityDraft, words: str) -> str:
    name = spec_name(words.strip())
    if name in entity.fields:
        return name
    first = name.split("_")[0]
    return next(
        (
            field
            for field in entity.fields
            if field.split("_")[0] == first and entity.fields[field].type is FieldType.DATE
        ),
        "",
    )


def _dated_effect(draft: Draft, name: str, operation: OperationDraft) -> None:
    entity = draft.entities[operation.on]
    for field, event in entity.events.items():
        known = entity.fields[field]
        if happens(name, event) and known.optional and entity.created_by != name:
            operation.sets.setdefault(field, "today()" if known.type is FieldType.DATE else "now()")
            said = f"This {entity.title} was {event} already."
            operation.requires.setdefault("still_open", Requirement(cel=f"this.{field} == null", else_=said))
            draft.assume(f"operations.{name}.requires.still_open", f"What was {event} cannot be {event} again.")


def require_open(draft: Draft) -> None:
    """What is over is not acted on any more."""
    for name, operation in draft.operations.items():
        entity = draft.entities[operation.on]
        if entity.ended and operation.sets and "still_open" not in operation.requires:
            event = entity.events[entity.ended]
            said = f"This {entity.title} was {event} already."
            operation.requires["still_open"] = Requirement(cel=f"this.{entity.ended} == null", else_=said)
            draft.assume(
                f"operations.{name}.requires.still_open", f"Nobody can {name} {entity.one.lower()} that was {event}."
            )


def find_takings(draft: Draft) -> None:
    """A record that an operation makes needs its required fields from the caller."""
    for name, operation in draft.operations.items():
        if operation.creates is None:
            continue
        made = draft.entities[operation.creates.entity]
        values = dict(operation.creates.set)
        for field, known in made.fields.items():
            if known.default is None and not known.optional and not known.read_only and field not in values:
                operation.takes[field] = known.model_copy(update={"unique": False})
                values[field] = f"takes.{field}"
        for relation, target in made.relations.items():
            if relation not in values and not target.optional:
                made.relations[relation] = target.model_copy(update={"optional": True})
                draft.ask(
                    f"{made.address}.relations.{relation}",
                    f"Which {relation} does {made.one.lower()} get?",
                    "None at first.",
                )
        operation.creates = Creation(entity=made.name, set=values)
        if operation.takes:
            listed = ", ".join(operation.takes)
            draft.assume(f"operations.{name}.takes", f"Who wants to {name} says: {listed}.")


def give_effects(draft: Draft) -> None:
    """An operation of which no effect is known leaves a mark on its record, and a question."""
    for name, operation in draft.operations.items():
        if operation.sets or operation.creates or operation.to or operation.also:
            continue
        entity = draft.entities[operation.on]
        done = spec_name(participle(name.replace("_", " ")))
        known = entity.fields.get(done)
        if done in entity.relations or (known is not None and known.type is not FieldType.BOOL):
            done = spec_name(f"was {done}")
        entity.fields.setdefault(done, Field(type=FieldType.BOOL, default=False, read_only=True))
        operation.sets[done] = "true"
        draft.ask(
            f"operations.{name}",
            f"What changes when somebody does {name} on {entity.one.lower()}?",
            f"It is marked as {done}.",
        )
        draft.assume(f"{entity.address}.fields.{done}", f"{entity.one} remembers whether {name} was done.")
