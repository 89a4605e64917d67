"""What a clause about time restricts: making a record, changing it, removing it, or an operation."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count

from quantumlayer.kit.identifiers import plural, singular, words
from quantumlayer.qlayer.parser.draft import STATED, Draft, EntityDraft, OperationDraft
from quantumlayer.qlayer.parser.meaning.conditions import qualities
from quantumlayer.qlayer.parser.meaning.fields import action_name, attribute_name, spec_name
from quantumlayer.qlayer.parser.meaning.people import actors
from quantumlayer.qlayer.parser.meaning.times.points import TIMES, Point, keep, start
from quantumlayer.qlayer.parser.meaning.verbs import CREATE, DELETE, UPDATE, happens, names_event, synonym
from quantumlayer.qlayer.parser.text.clauses import Clause
from quantumlayer.qlayer.parser.text.phrases import Phrase
from quantumlayer.spec.model import Moment, Requirement, Rule

LIES = frozenset({"be", "start", "begin", "end", "finish", "take", "lie", "happen", "occur", "run", "fall"})
"""Verbs that say when a record is, rather than what is done with it."""
_ALLOWS = frozenset({"allow", "permit"})
MAKES = CREATE | {"place", "submit", "send"}
"""Verbs that make a record."""
_AGENT = re.compile(r"^by (?:the |an? )?(?P<who>[a-z]+(?: [a-z]+)?)(?= |$)")
_PLANS = frozenset({"book", "reserve", "schedule", "arrange", "plan"})
"""Verbs that make a record which lies ahead."""
_MOMENTS: dict[str, tuple[Moment, ...]] = {
    "create": (Moment.CREATE,),
    "update": (Moment.UPDATE,),
    "delete": (Moment.DELETE,),
    "lie": (Moment.CREATE, Moment.UPDATE),
}


@dataclass(frozen=True, slots=True)
class Act:
    """What is restricted.

    Args:
        entity: Whose record the restriction speaks of as `this`.
        name: `create`, `update`, `delete`, `lie` (whenever a caller writes one), or the name of an operation.
        operation: The operation that is meant, where it is one.
        makes: The operation that makes the record, where there is one.
        point: The moment of the record that is meant, where the clause names one.
    """

    entity: EntityDraft
    name: str
    operation: OperationDraft | None = None
    makes: OperationDraft | None = None
    point: Point | None = None


@dataclass(frozen=True, slots=True)
class Test:
    """What must hold.

    Args:
        name: What it is called.
        cel: The test, over `this`.
        always: Whether it is about the record rather than about the act.
        since: The moment of a state that it speaks of, which is to be kept.
        within: Whether the record must still be in that state.
    """

    name: str
    cel: str
    always: bool = False
    since: Point | None = None
    within: bool = False
    __test__ = False


def act_of(draft: Draft, clause: Clause) -> Act | None:
    """What a clause restricts; nothing where that is not sure."""
    verb = synonym(clause.verb)
    entity = _target(draft, clause)
    if (clause.verb in LIES and not clause.passive) or (clause.verb in _ALLOWS and clause.passive):
        return Act(entity, "lie") if entity else _named_moment(draft, clause)
    if entity is None:
        return _elided(draft, clause, verb)
    known = _operation(draft, verb, entity)
    if known and not (verb in MAKES and not (draft.operations[known].to or draft.operations[known].creates)):
        return _of_operation(draft, known)
    made = _made(draft, verb, entity)
    if made is not None:
        return Act(made, "create", makes=draft.operations.get(made.created_by))
    planned = start(entity) if verb in _PLANS else None
    if planned:
        return Act(entity, "create", makes=draft.operations.get(entity.created_by))
    for verbs, name in ((MAKES, "create"), (UPDATE, "update"), (DELETE, "delete")):
        if verb in verbs:
            return Act(entity, name, makes=draft.operations.get(entity.created_by))
    return None


def _named_moment(draft: Draft, clause: Clause) -> Act | None:
    """`The closing date must be in the future`: a moment that records of one kind have."""
    if len(clause.subject) != 1:
        return None
    names = {spec_name(clause.subject[0].name), attribute_name(clause.subject[0])}
    found = [
        Act(entity, "lie", point=Point(f"this.{name}", known.type, optional=known.optional))
        for entity in draft.entities.values()
        for name, known in entity.fields.items()
        if name in names and known.type in TIMES
    ]
    return found[0] if len(found) == 1 else None


def _target(draft: Draft, clause: Clause) -> EntityDraft | None:
    """Whose record it is about: the subject of what is done or lies somewhen, else the object."""
    if clause.passive or clause.verb in LIES:
        return draft.entity(clause.subject[0]) if len(clause.subject) == 1 else None
    found = [entity for phrase in clause.objects[:1] if (entity := draft.entity(phrase))]
    return found[0] if found else None


def _elided(draft: Draft, clause: Clause, verb: str) -> Act | None:
    """A verb without an object (`patients may cancel`) means the only operation of that name, or what it makes."""
    if clause.passive:
        return None
    name = _operation(draft, verb, None)
    if name:
        return _of_operation(draft, name)
    made = [one for one in draft.entities.values() if names_event(verb, one.title) or _begins_as(one, verb)]
    return Act(made[0], "create", makes=draft.operations.get(made[0].created_by)) if len(made) == 1 else None


def _operation(draft: Draft, verb: str, entity: EntityDraft | None) -> str:
    known = [name for name, one in draft.operations.items() if entity is None or entity.name in _on(one)]
    names = {action_name(verb), action_name(f"{verb} {entity.title}") if entity else ""}
    moved = [name for name in known if happens(verb, (draft.operations[name].to or "").replace("_", " "))]
    found = [name for name in known if name in names] or moved
    return found[0] if len(found) == 1 else ""


def _on(operation: OperationDraft) -> list[str]:
    """The entities that an operation may be said to be done to: its own, and what it makes."""
    return [operation.on, *([operation.creates.entity] if operation.creates else [])]


def _of_operation(draft: Draft, name: str) -> Act:
    operation = draft.operations[name]
    if operation.creates:
        return Act(draft.entities[operation.creates.entity], "create", makes=operation)
    return Act(draft.entities[operation.on], name, operation=operation)


def _made(draft: Draft, verb: str, entity: EntityDraft) -> EntityDraft | None:
    """What a verb makes: an appointment is booked; who books a room makes a booking of it."""
    if names_event(verb, entity.title) or _begins_as(entity, verb):
        return entity
    made = [
        one
        for one in draft.entities.values()
        if names_event(verb, one.title) and any(relation.to == entity.name for relation in one.relations.values())
    ]
    return made[0] if len(made) == 1 else None


def _begins_as(entity: EntityDraft, verb: str) -> bool:
    return entity.states is not None and happens(verb, entity.states.values[0].replace("_", " "))


def is_object(draft: Draft, act: Act, text: str) -> bool:
    """Whether words between a verb and what is said about time only name what it is done to."""
    left = words(_AGENT.sub("", text))
    named = [act.entity, *(draft.entities[one.on] for one in (act.makes,) if one)]
    for entity in [*named, *(draft.entities[relation.to] for relation in act.entity.relations.values())]:
        for title in (plural(entity.title).split(" "), entity.title.split(" ")):
            if left[-len(title) :] == title:
                left = left[: -len(title)]
    known = {"a", "an", "the", "their", "his", "her", "its", "own", "any", "every", "each", "another", "only", "new"}
    known |= {"again", "anymore", "it", "them", "to", "place", "in", "for", "possible"}
    return all(word in known or _is_state(act.entity, word) for word in left)


def _is_state(entity: EntityDraft, word: str) -> bool:
    return entity.states is not None and spec_name(word) in entity.states.values


def apply(draft: Draft, clause: Clause, act: Act, test: Test, exempt: tuple[str, ...] = ()) -> None:
    """Put what must hold where the act is judged; who is exempt may act whenever they like."""
    if test.since:
        keep(draft, act.entity, test.since, clause)
    if act.operation is None:
        _rule(draft, clause, act, test, exempt)
        return
    agent = _AGENT.match(" ".join(token.lower for token in clause.tail)) if clause.passive else None
    said = [spec_name(singular(agent["who"]))] if agent else actors(draft, clause)
    acting = [who for who in said if who in draft.roles]
    others = [who for who in act.operation.by if who not in acting] if acting and not clause.only else []
    cel = _unless(sorted({*exempt, *others}, key=[*act.operation.by, *exempt].index), test.cel)
    if test.since and test.within:
        act.operation.from_ = act.operation.from_ or [test.since.state]
    known = act.operation.requires
    name = _free_name(test.name, {key: one.cel for key, one in known.items()}, cel)
    known.setdefault(name, Requirement(cel=cel, else_=sentence(clause)))
    draft.mark(clause, f"operations.{act.name}.requires.{name}", STATED)


def _rule(draft: Draft, clause: Clause, act: Act, test: Test, exempt: tuple[str, ...]) -> None:
    always = test.always and act.name in {"create", "lie"}
    moments = _MOMENTS["lie" if always else act.name]
    cel = _unless(list(exempt), test.cel)
    add_rule(draft, clause, act.entity, test.name, Rule(cel=cel, else_=sentence(clause), on=moments))


def add_rule(draft: Draft, clause: Clause, entity: EntityDraft, name: str, rule: Rule) -> None:
    """Give an entity a rule; the same one twice is one."""
    key = _free_name(name, {key: (one.cel, one.on) for key, one in entity.rules.items()}, (rule.cel, rule.on))
    entity.rules.setdefault(key, rule)
    draft.mark(clause, f"{entity.address}.rules.{key}", STATED)
    draft.whole.add(id(clause))


def _free_name(name: str, known: Mapping[str, object], value: object) -> str:
    """The name itself, or with a number where something else has it."""
    free = name
    for number in count(2):
        if known.get(free, value) == value:
            break
        free = f"{name}_{number}"
    return free


def _unless(roles: list[str], cel: str) -> str:
    """The test for all but these roles."""
    if not roles:
        return cel
    inner = f"({cel})" if "||" in cel else cel
    if len(roles) == 1:
        return f"caller.role == '{roles[0]}' || {inner}"
    listed = ", ".join(f"'{role}'" for role in roles)
    return f"caller.role in [{listed}] || {inner}"


def means_all(entity: EntityDraft, phrase: Phrase) -> bool:
    """Whether a phrase means every record of an entity: `bookings`, not `late bookings` or `bookings of clubs`."""
    return not phrase.post and not qualities(entity, phrase)


def plain(clause: Clause) -> str:
    """The words of a clause, `can't` written out."""
    return clause.text.replace("ca n't", "can not").replace(" n't", " not")


def sentence(clause: Clause) -> str:
    """What the text says about it, as a sentence for whoever is refused."""
    parts = re.split(r"\s*;\s*", " ".join(clause.sentence.text.split()))
    said = next((part for part in parts if clause.tail and clause.tail[-1].word.text in part), parts[0])
    said = re.sub(r"^[*\u2022-]\s*", "", said)
    if re.match(r"(?i)as (?:an?|the) ", said):
        said = re.sub(r" ([,.;:])", r"\1", clause.text)
        said = f"It is possible to {said}"
    return f"{said[:1].upper()}{said[1:]}".rstrip(".") + "."
