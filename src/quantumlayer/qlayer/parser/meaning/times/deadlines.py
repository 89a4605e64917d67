"""Until when something can be done, and from when on: `up to 24 hours before the start`, `within 7 days`."""

import re

from quantumlayer.qlayer.parser.meaning.fields import spec_name
from quantumlayer.qlayer.parser.meaning.times.acts import Test
from quantumlayer.qlayer.parser.meaning.times.amounts import SPAN, span
from quantumlayer.qlayer.parser.meaning.times.parts import Meaning, Part, guarded
from quantumlayer.qlayer.parser.meaning.times.points import Point, became, find_point, later_states
from quantumlayer.spec.model import FieldType

_LAST = r"(?: at the (?:latest|earliest))?"
_POINT = rf"(?P<point>[a-z][\w '\u2019]*?)(?={_LAST}(?:$| ?,| and | or | but )){_LAST}"
_NOT = "(?:no|not)"
_UNTIL_BEFORE = re.compile(
    rf"(?P<way>up to|until|till|at least|{_NOT} (?:later|less) than|by|at the latest) (?P<span>{SPAN}) before {_POINT}"
)
_CLOSE_BEFORE = re.compile(
    rf"(?P<way>less than|later than|within|in the last|during the last) (?P<span>{SPAN}) (?:before|prior to) {_POINT}"
)
_FROM_BEFORE = re.compile(
    rf"(?P<way>from|{_NOT} (?:earlier|more) than|at most|at the earliest) (?P<span>{SPAN}) before {_POINT}"
)
_FAR_BEFORE = re.compile(rf"(?P<way>more than|earlier than) (?P<span>{SPAN}) before {_POINT}")
_SOON_AFTER = re.compile(
    rf"(?P<way>within|up to|until|till|{_NOT} (?:later|more) than|at most|at the latest)"
    rf" (?P<span>{SPAN}) (?P<side>of|after|from|following|since) {_POINT}"
)
_LATE_AFTER = re.compile(rf"(?P<way>more than|later than) (?P<span>{SPAN}) (?:after|since|from) {_POINT}")
_FROM_AFTER = re.compile(
    rf"(?P<way>from|{_NOT} (?:earlier|sooner|less) than|not before|at least|at the earliest)"
    rf" (?P<span>{SPAN}) after {_POINT}"
)
_EARLY_AFTER = re.compile(rf"(?P<way>earlier than|sooner than|less than|before) (?P<span>{SPAN}) after {_POINT}")
_WITHIN = re.compile(rf"(?:within|for up to) (?P<span>{SPAN})(?=$| ?,| and | or | but )")
_BEFORE = re.compile(rf"(?P<way>before|until|till|up to|{_NOT} later than|not after|by) {_POINT}")
_AFTER = re.compile(
    rf"(?P<way>after|once|as soon as|from|since|when|later than|not before|{_NOT} earlier than|not until) {_POINT}"
)
_OVER = re.compile(r"(?:expired|ended|finished|closed|is over|are over)$")


def deadlines() -> tuple[Meaning, ...]:
    """The ways to bound an act by a moment."""
    return (
        (_UNTIL_BEFORE, _until_before),
        (_CLOSE_BEFORE, _close_before),
        (_FROM_BEFORE, _from_before),
        (_FAR_BEFORE, _far_before),
        (_SOON_AFTER, _soon_after),
        (_LATE_AFTER, _late_after),
        (_FROM_AFTER, _from_after),
        (_EARLY_AFTER, _early_after),
        (_WITHIN, _within),
        (_BEFORE, _before),
        (_AFTER, _after),
    )


def _permits(part: Part) -> bool:
    """Whether the clause lets or forbids: what must be done within a while is a duty, and may still be done late."""
    only = re.search(r"\bonly\b", part.clause.text) is not None
    return part.negated or only or part.act.operation is None or part.clause.modal in {"can", "may", "could"}


def _until_before(part: Part) -> Test | None:
    """`Up to 24 hours before the start`; `not until a day before the start` is its contrary."""
    if part.negated:
        return _bound(part, ">=", before=True) if part.found["way"] in {"until", "till"} else None
    return _bound(part, "<=", before=True)


def _close_before(part: Part) -> Test | None:
    """`Not less than 24 hours before the start`; `within two hours before the start` ends with the start."""
    if part.negated:
        return _bound(part, "<=", before=True)
    opens, point = _bound(part, ">=", before=True), _point(part)
    if part.found["way"] in {"less than", "later than"} or opens is None or point is None or point.optional:
        return None
    return Test(opens.name, f"{opens.cel} && {point.now} <= {point.cel}")


def _from_before(part: Part) -> Test | None:
    return None if part.negated else _bound(part, ">=", before=True)


def _far_before(part: Part) -> Test | None:
    return _bound(part, ">=", before=True) if part.negated else None


def _soon_after(part: Part) -> Test | None:
    """`Within 14 days of the delivery`; what is said of something planned may mean either side of it."""
    point = _point(part)
    if point is None or not _permits(part):
        return None
    if part.found["side"] == "of" and not point.past:
        # What must not be done within a day of the start is too late then; else either side may be meant.
        return _bound(part, "<=", before=True) if part.negated and part.found["way"] == "within" else None
    if part.negated:
        return _bound(part, ">=", before=False) if part.found["way"] in {"within", "until", "till"} else None
    return _bound(part, "<=", before=False)


def _late_after(part: Part) -> Test | None:
    return _bound(part, "<=", before=False) if part.negated else None


def _from_after(part: Part) -> Test | None:
    return None if part.negated else _bound(part, ">=", before=False)


def _early_after(part: Part) -> Test | None:
    return _bound(part, ">=", before=False) if part.negated else None


def _within(part: Part) -> Test | None:
    """`Reopen a resolved ticket within 7 days`: of when it came into the state that it is in."""
    states = part.act.entity.states
    said = [word.lemma for word in part.clause.sentence.words] + [word.lower for word in part.clause.sentence.words]
    named = [state for state in (states.values if states else ()) if state in map(spec_name, said)]
    named = [state for state in named if part.act.operation is None or state != part.act.operation.to]
    length = span(part.found["span"])
    if len(named) != 1 or length is None or part.negated or part.act.operation is None or not _permits(part):
        return None
    point = became(part.draft, part.act.entity, named[0])
    closes = point.beside(length, before=False) if point else None
    if point is None or closes is None:
        return None
    cel = guarded(point, f"{point.now} <= {closes.cel}", missing=False)
    return Test("in_time", cel, since=point, within=True)


def _bound(part: Part, sign: str, *, before: bool) -> Test | None:
    """Now compared with a moment so long before or after the point."""
    length, point = span(part.found["span"]), _point(part)
    if length is None or point is None:
        return None
    moment = point.beside(length, before=before)
    if moment is None:
        return None
    cel = guarded(point, f"{point.now} {sign} {moment.cel}", missing=sign == "<=" and not point.past)
    return Test("not_too_early" if sign == ">=" else "in_time", cel, since=point if point.state else None)


def _point(part: Part) -> Point | None:
    """The moment that a part names; where it is that of a state, it is to be kept."""
    point = find_point(part.draft, part.act.entity, part.found["point"])
    if point is not None and not point.cel:
        point = became(part.draft, part.act.entity, point.state)
    # What is made has no moment of its own yet, but those that its maker gives it.
    if point is not None and part.act.name == "create" and point.past and point.cel.count(".") == 1:
        return None
    return point


def _before(part: Part) -> Test | None:
    """`Only before the start`, `until it is paid`, `not before sales start`."""
    way = part.found["way"]
    if not _permits(part):
        return None
    if part.negated:
        return _compare(part, ">=") if way in {"before", "until", "till"} else None
    return _compare(part, "<" if way in {"before", "until", "till"} else "<=")


def _after(part: Part) -> Test | None:
    """`Only after the end`, `not once it has started`."""
    way = part.found["way"]
    if way.startswith(("not ", "no ")):
        return None if part.negated else _compare(part, ">=")
    if part.negated:
        return _compare(part, "<=" if way in {"after", "later than"} else "<")
    return _compare(part, ">" if way in {"after", "later than"} else ">=") if way != "later than" else None


def _compare(part: Part, sign: str) -> Test | None:
    """Now compared with a moment, or the state of the record with those from a state on."""
    point = find_point(part.draft, part.act.entity, part.found["point"])
    if point is None:
        return None
    if point.state:
        return _in_states(part, point.state, reached=sign.startswith(">"))
    if part.act.name == "create" and point.past and point.cel.count(".") == 1:
        return None
    sign = _sign(part, point, sign)
    name = spec_name(f"{'before' if sign.startswith('<') else 'not before'} {part.found['point']}")
    cel = f"{point.now} {sign} {point.cel}"
    return Test(name, guarded(point, cel, missing=sign.startswith("<")))


def _sign(part: Part, point: Point, sign: str) -> str:
    """The comparison as it is meant of an instant, which has no length, and of a day, which has one."""
    said, way = part.found["point"], part.found["way"]
    if point.kind is FieldType.DATETIME:
        return {"<=": "<", ">": ">="}.get(sign, sign)
    if _OVER.search(said):  # what ends on a day is over on the next one
        return {"<": "<=", ">=": ">"}.get(sign, sign)
    lasts = way in {"until", "till"} and not re.search(r"(?:starts|begins)$", said)
    return "<=" if sign == "<" and lasts else sign


def _in_states(part: Part, state: str, *, reached: bool) -> Test | None:
    """That a record has come to a state, or has not yet."""
    entity = part.act.entity
    if entity.states is None or part.act.name in {"create", "lie"}:
        return None
    later = later_states(part.draft, entity, state)
    values = [value for value in entity.states.values if (value in later) == reached]
    if not values:
        return None
    name = spec_name(f"{'' if reached else 'not '}{state}{'' if reached else ' yet'}")
    listed = ", ".join(f"'{value}'" for value in values)
    field = f"this.{entity.states.field}"
    return Test(name, f"{field} == '{values[0]}'" if len(values) == 1 else f"{field} in [{listed}]")
