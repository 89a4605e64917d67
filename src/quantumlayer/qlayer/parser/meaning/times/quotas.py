"""How often somebody may do something in a while: `at most two bookings per week`."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from quantumlayer.kit.identifiers import plural, singular, words
from quantumlayer.qlayer.parser.draft import Draft, EntityDraft, OperationDraft
from quantumlayer.qlayer.parser.meaning.fields import action_name, spec_name
from quantumlayer.qlayer.parser.meaning.people import add_role, nobody
from quantumlayer.qlayer.parser.meaning.times.acts import MAKES, Act, act_of, add_rule, means_all, plain, sentence
from quantumlayer.qlayer.parser.meaning.times.amounts import SPAN, span
from quantumlayer.qlayer.parser.meaning.times.points import TIMES, Point, start
from quantumlayer.qlayer.parser.text.clauses import Clause
from quantumlayer.qlayer.parser.text.numbers import NUMBER, number
from quantumlayer.spec.model import Field, FieldType, Moment, Relation, RelationKind, Rule
from quantumlayer.spec.naming import entity_names

_PERIOD = (
    r"(?:(?:per|a|an|each|every|in (?:a|one|each|the same)|(?:with)?in the same|on (?:a|one|the same))"
    r" (?:calendar )?(?P<unit>day|week|month|year)"
    rf"|(?:(?:with)?in|during)(?: (?:any|a period of|the (?:last|past)))? (?P<rolling>{SPAN}))"
)
_OFTEN = re.compile(
    rf"^(?:(?:may|can|must|should|shall|will) )?(?P<no>not )?(?:only )?(?P<verb>[a-z]+) "
    rf"(?P<bound>at most|up to|no more than|not more than|more than|only|a maximum of) (?P<n>{NUMBER}) "
    rf"(?P<what>[a-z][a-z -]*?) {_PERIOD}$"
)
_TIMES = re.compile(
    rf"^(?:(?:may|can|must|should|shall|will) )?(?P<no>not )?(?:only )?(?P<verb>[a-z]+)(?: (?P<what>[a-z][a-z -]*?))? "
    rf"(?:(?P<bound>at most|up to|no more than|not more than|more than|only) )?"
    rf"(?P<n>once|twice|{NUMBER} times?) {_PERIOD}$"
)
_GUILTY = re.compile(
    rf"^(?:(?:an?|every|each|any) )?(?P<who>[a-z][a-z -]*?) with (?:at least )?(?P<n>{NUMBER})(?: or more)?"
    rf" (?P<what>[a-z][a-z -]*?) (?:with)?in (?:the (?:last|past) )?(?P<rolling>{SPAN})"
    rf" (?:cannot|can ?not|may not|must not) (?P<verb>[a-z]+)(?P<self> online| themselves| on their own)?"
    rf"(?: (?:an?|any|another|new|other) (?P<object>[a-z][a-z -]*?))?(?: any ?more| again)?"
    r"(?: until (?:the |an? )?(?P<by>[a-z][a-z -]*?) (?P<clears>[a-z]+?)s? (?:them|it|these|those|him or her))?$"
)
_VOID = frozenset({"cancelled", "canceled"})


@dataclass(frozen=True, slots=True)
class _Counted:
    """What is counted: records of an entity, those of one owner, over a moment that each has."""

    entity: EntityDraft
    relation: str
    point: Point
    planned: bool

    @property
    def letter(self) -> str:
        """What one of them is called in CEL."""
        return self.entity.snake[0]

    def of(self, record: str) -> str:
        """The moment of a record."""
        return self.point.cel.replace("this", record, 1)


def find_quotas_in_time(draft: Draft, clauses: Sequence[Clause]) -> None:
    """Rules that count what somebody had in a while."""
    for clause in clauses:
        if not clause.subject:
            continue
        owner = draft.entity(clause.subject[0])
        said = re.sub(r" ?- ?", "-", plain(clause))
        found = _OFTEN.match(said) or _TIMES.match(said)
        if owner is not None and found and not clause.condition and means_all(owner, clause.subject[0]):
            _quota(draft, clause, owner, found)
        elif guilty := _GUILTY.match(" ".join(clause.sentence.text.lower().rstrip(".").split())):
            _barred(draft, clause, guilty)


def _quota(draft: Draft, clause: Clause, owner: EntityDraft, found: re.Match[str]) -> None:
    """`Each member may make at most two bookings per week`."""
    denied = bool(found["no"]) or nobody(clause.subject[0])
    if denied != (found["bound"] == "more than"):
        return
    kept = _kept(draft, clause, found["what"] or "", found["verb"])
    counted = _counted(kept, owner) if kept else None
    if counted is None:
        return
    most, letter = int(number(found["n"].split(" ")[0])), counted.letter
    if found["unit"]:
        when, name = _same(counted, found["unit"]), f"at most {most} per {found['unit']}"
    else:
        when, name = _since(counted, found["rolling"]), f"at most {most} in {found['rolling']}"
    if not when:
        return
    if void := _void(counted.entity):
        when = f"{void} && {when}"
    records = f"this.{counted.relation}.{entity_names(counted.entity.name).plural}"
    cel = f"{records}.filter({letter}, {when}).size() < {most}"
    rule = Rule(cel=cel, else_=sentence(clause), on=(Moment.CREATE,))
    add_rule(draft, clause, counted.entity, spec_name(name), rule)
    _explain(draft, counted, spec_name(name), void=void)


def _explain(draft: Draft, counted: _Counted, name: str, *, void: str) -> None:
    one, address = counted.entity.one, f"{counted.entity.address}.rules.{name}"
    moment = "begins" if counted.planned else "is made"
    draft.assume(address, f"{one} counts at the time at which it {moment}.")
    if void:
        draft.assume(address, f"{one} that was called off does not count.")


def _kept(draft: Draft, clause: Clause, what: str, verb: str) -> EntityDraft | None:
    """What is counted: a kind of record, or what is made when somebody does something `two times a week`."""
    named = draft.named(tuple(words(re.sub(r"^(?:an?|the|any) ", "", singular(what))))) if what else None
    if what and (named is None or named.title != singular(re.sub(r"^(?:an?|the|any) ", "", what))):
        return None
    if named is not None and verb in MAKES | {"have", "get", "hold"}:
        return named
    act = act_of(draft, clause)
    if act is not None and act.name == "create" and (named is None or named in _involved(draft, act)):
        return act.entity
    return None


def _involved(draft: Draft, act: Act) -> list[EntityDraft]:
    return [act.entity, *(draft.entities[one.on] for one in (act.makes,) if one)]


def _counted(kept: EntityDraft, owner: EntityDraft) -> _Counted | None:
    relation = next((name for name, one in kept.relations.items() if one.to == owner.name and _counts(one)), "")
    planned = start(kept)
    unclear = planned is None and any(known.type in TIMES and not known.optional for known in kept.fields.values())
    if not relation or kept is owner or unclear:
        return None
    return _Counted(kept, relation, planned or Point("this.created_at", past=True), planned=planned is not None)


def _counts(relation: Relation) -> bool:
    return not relation.optional and relation.kind is RelationKind.MANY_TO_ONE and relation.back is None


def _same(counted: _Counted, unit: str) -> str:
    """That a record lies in the same day, week, month or year as the new one, as CEL."""
    date = counted.point.kind is FieldType.DATE
    other, new = counted.of(counted.letter), counted.of("this")
    one = other if date else f"date({other})"
    here = "today()" if not counted.planned else new if date else f"date({new})"
    year = f"{one}.getFullYear() == {here}.getFullYear()"
    return {
        "day": f"{one} == {here}",
        "week": f"{_monday(one)} == {_monday(here)}",
        "month": f"{year} && {one}.getMonth() == {here}.getMonth()",
        "year": year,
    }[unit]


def _monday(day: str) -> str:
    """The Monday of a day's week."""
    return f"{day} - days(({day}.getDayOfWeek() + 6) % 7)"


def _since(counted: _Counted, said: str) -> str:
    """That a record lies so far back at most; of what is planned, on either side of the new one."""
    length = span(said)
    if length is None:
        return ""
    kind, other, new = counted.point.kind, counted.of(counted.letter), counted.of("this")
    if not counted.planned:
        back = length.beside("now()", kind, before=True)
        return f"{other} > {back}"
    back, ahead = (length.beside(new, kind, before=before) for before in (True, False))
    return f"{other} > {back} && {other} < {ahead}" if back else ""


def _void(entity: EntityDraft) -> str:
    """That a record still counts: it was not called off."""
    states = [state for state in (entity.states.values if entity.states else ()) if state in _VOID]
    if not states or entity.states is None:
        return ""
    field = f"{entity.snake[0]}.{entity.states.field}"
    listed = ", ".join(f"'{state}'" for state in states)
    return f"{field} != '{states[0]}'" if len(states) == 1 else f"!({field} in [{listed}])"


def _barred(draft: Draft, clause: Clause, found: re.Match[str]) -> None:
    """`A patient with three no-shows in the last 12 months cannot book`."""
    owner = draft.named(tuple(words(singular(found["who"]))))
    act = act_of(draft, clause)
    kept = _failed(draft, owner, found["what"]) if owner else None
    length = span(found["rolling"])
    if owner is None or act is None or act.name != "create" or kept is None or length is None:
        return
    failed, state = kept
    counted, new = _counted(failed, owner), _counted(act.entity, owner)
    if counted is None or new is None or not clause.negated:
        return
    letter = counted.letter
    field = failed.states.field if failed.states else "status"
    when = f"{letter}.{field} == '{state}' && {counted.of(letter)} >= {_ago(counted, found['rolling'])}"
    if found["by"]:
        cleared = _clearing(draft, clause, owner, found)
        if counted.point.kind is not FieldType.DATETIME:
            return
        at = f"this.{new.relation}.{cleared}"
        when += f" && ({at} == null || {counted.of(letter)} > {at})"
    records = f"this.{new.relation}.{entity_names(failed.name).plural}"
    cel = f"{records}.filter({letter}, {when}).size() < {int(number(found['n']))}"
    role = next((who for who, one in draft.roles.items() if one.record == owner.name), "")
    if found["self"] and role:
        cel = f"caller.role != '{role}' || {cel}"
    name = spec_name(f"fewer than {found['n']} {found['what']}")
    add_rule(draft, clause, act.entity, name, Rule(cel=cel, else_=sentence(clause), on=(Moment.CREATE,)))


def _ago(counted: _Counted, said: str) -> str:
    length = span(said)
    return length.beside(counted.point.now, counted.point.kind, before=True) if length else ""


def _failed(draft: Draft, owner: EntityDraft, what: str) -> tuple[EntityDraft, str] | None:
    """The records that are meant by their state alone (`no-shows`), or with it (`cancelled bookings`)."""
    plain = singular(what)
    found = []
    for entity in draft.entities.values():
        if not any(relation.to == owner.name for relation in entity.relations.values()):
            continue
        for state in entity.states.values if entity.states else ():
            said = state.replace("_", " ")
            if spec_name(plain) == state or plain in {f"{said} {entity.title}", f"{said} {plural(entity.title)}"}:
                found.append((entity, state))
    return found[0] if len(found) == 1 else None


def _clearing(draft: Draft, clause: Clause, owner: EntityDraft, found: re.Match[str]) -> str:
    """The operation that forgives what was counted, and the field that says when it last did."""
    name = action_name(f"{found['clears']} {found['what']}")
    field = spec_name(f"{found['what']} cleared at" if found["clears"] == "clear" else f"{found['clears']} at")
    role = add_role(draft, spec_name(found["by"]))
    owner.fields[field] = Field(type=FieldType.DATETIME, optional=True, read_only=True)
    draft.operations[name] = OperationDraft(on=owner.name, by=[role], sets={field: "now()"})
    for address in (f"roles.{role}", f"operations.{name}", f"{owner.address}.fields.{field}"):
        draft.mark(clause, address)
    draft.assume(f"operations.{name}", f"What happened to {owner.one.lower()} before that no longer counts.")
    return field
