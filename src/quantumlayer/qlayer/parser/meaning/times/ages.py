"""How old something may be: data that comes in late, and people."""

import re
from collections.abc import Sequence

from quantumlayer.kit.identifiers import singular, words
from quantumlayer.qlayer.parser.draft import Draft, EntityDraft
from quantumlayer.qlayer.parser.meaning.people import actors
from quantumlayer.qlayer.parser.meaning.times.acts import Act, act_of, add_rule, is_object, means_all, sentence
from quantumlayer.qlayer.parser.meaning.times.amounts import SPAN, span
from quantumlayer.qlayer.parser.meaning.times.points import Point, start
from quantumlayer.qlayer.parser.text.clauses import Clause
from quantumlayer.qlayer.parser.text.numbers import NUMBER, number
from quantumlayer.spec.model import Field, FieldType, Moment, Requirement, Rule

_AHEAD = r"(?:in the future|ahead)"
_BOUND = rf"(?:older than {SPAN}|(?:more|further|later) than {SPAN} {_AHEAD}|(?:from|in) the future)"
_BOUNDS = rf"(?P<bounds>{_BOUND}(?:,? (?:or|nor|and) (?:that are |which are )?{_BOUND})?)"
_OLD = re.compile(rf"older than (?P<span>{SPAN})")
_NEW = re.compile(rf"(?:more|further|later) than (?P<span>{SPAN}) {_AHEAD}|(?:from|in) the future")
_DATA = re.compile(
    rf"^(?P<what>[a-z][a-z -]*?) (?:(?:that|which) (?:are|is) )?{_BOUNDS}"
    r" (?:are|is|must be|shall be|will be|should be|get) (?:rejected|refused|not accepted|declined|turned away)"
)
_MAY_NOT = re.compile(rf"^(?P<what>[a-z][a-z -]*?) (?:(?:must|may|can|should|shall) not|cannot) (?:be|lie) {_BOUNDS}$")
_ADULT = re.compile(
    rf"^(?:must|should|has to|have to|shall) be (?:at least (?P<years>{NUMBER}) (?:years? )?(?:old|of age)"
    rf"|(?P<more>{NUMBER})(?: years)?(?: old| of age)? or (?:older|over))$"
)
_AGED = re.compile(
    rf"\b(?:aged |(?:who|that) are )(?:at least )?(?P<years>{NUMBER})(?: years?)?(?: old| of age)?"
    r"(?: or (?:older|over))?$"
)


def find_ages(draft: Draft, clauses: Sequence[Clause]) -> None:
    """Rules about the age of what comes in, and of people."""
    seen = None
    for clause in clauses:
        if clause.sentence is not seen:
            seen = clause.sentence
            lowered = " ".join(seen.text.lower().rstrip(".").split())
            if found := _DATA.match(lowered) or _MAY_NOT.match(lowered):
                _data(draft, clause, found)
        _people(draft, clause)


def _data(draft: Draft, clause: Clause, found: re.Match[str]) -> None:
    """`Readings older than 24 hours or more than 5 minutes in the future are rejected`."""
    if id(clause) in draft.whole:
        return
    act = act_of(draft, clause)
    if act is not None and act.point is not None:
        entity: EntityDraft | None = act.entity
        point: Point | None = act.point
    else:
        entity = draft.named(tuple(words(singular(found["what"]))))
        point = _taken(entity) if entity else None
    if entity is None or point is None or point.optional:
        return
    for pattern, old in ((_OLD, True), (_NEW, False)):
        said = pattern.search(found["bounds"])
        bound = _beside_now(point, said["span"], old=old) if said else ""
        if bound:
            cel = f"{point.cel} {'>=' if old else '<='} {bound}"
            rule = Rule(cel=cel, else_=sentence(clause), on=(Moment.CREATE,))
            add_rule(draft, clause, entity, "not_too_old" if old else "not_in_the_future", rule)


def _beside_now(point: Point, said: str | None, *, old: bool) -> str:
    """The moment so long ago or ahead; now itself where no length is said."""
    length = span(said) if said else None
    if said is None:
        return point.now
    return length.beside(point.now, point.kind, before=old) if length else ""


def _taken(entity: EntityDraft) -> Point | None:
    """The moment that a record tells of."""
    point = start(entity)
    return None if point is None or point.optional else point


def _people(draft: Draft, clause: Clause) -> None:
    """`A driver must be at least 18 years old`; `only members aged 16 or over may rent a boat`."""
    if not clause.subject or clause.condition or clause.negated or clause.passive:
        return
    phrase = clause.subject[0]
    entity = draft.entity(phrase)
    if entity is None:
        return
    found = _ADULT.match(clause.text) if clause.verb == "be" and means_all(entity, phrase) else None
    if found and (birth := _birth(draft, clause, entity)):
        cel = f"this.{birth} <= {_years_ago(int(number(found['years'] or found['more'])))}"
        add_rule(draft, clause, entity, "old_enough", Rule(cel=cel, else_=sentence(clause)))
    elif clause.only and (aged := _AGED.search(phrase.text)):
        _only_aged(draft, clause, entity, int(number(aged["years"])))


def _years_ago(years: int) -> str:
    return f"add_months(today(), -{years * 12})"


def _only_aged(draft: Draft, clause: Clause, entity: EntityDraft, years: int) -> None:
    """Who alone may do something is old enough: the caller's own record says so."""
    act = act_of(draft, clause)
    roles = [who for who in actors(draft, clause) if who in draft.roles and draft.roles[who].record == entity.name]
    said = " ".join(token.lower for token in clause.tail)
    if act is None or len(roles) != 1 or not is_object(draft, act, said):
        return
    operation = act.operation or act.makes
    birth = _birth(draft, clause, entity) if operation and operation.by == roles else ""
    if operation is None or not birth:
        return
    cel = f"caller.{roles[0]}.{birth} <= {_years_ago(years)}"
    name = _name_of(draft, act)
    operation.requires["old_enough"] = Requirement(cel=cel, else_=sentence(clause))
    draft.mark(clause, f"operations.{name}.requires.old_enough")


def _name_of(draft: Draft, act: Act) -> str:
    operation = act.operation or act.makes
    return next(name for name, one in draft.operations.items() if one is operation)


def _birth(draft: Draft, clause: Clause, entity: EntityDraft) -> str:
    """The field that says when somebody was born; made where nothing tells how old they are."""
    known = [name for name, one in entity.fields.items() if {"birth", "birthday", "birthdate"} & set(name.split("_"))]
    if known:
        return known[0] if entity.fields[known[0]].type is FieldType.DATE else ""
    if "age" in entity.fields:
        return ""
    entity.fields["date_of_birth"] = Field(type=FieldType.DATE, personal=True)
    address = f"{entity.address}.fields.date_of_birth"
    draft.mark(clause, address)
    draft.assume(address, f"{entity.one} has a date of birth, which says how old they are.")
    return "date_of_birth"
