"""When a record may lie: hours of the day, days of the week, how far ahead."""

import re
from itertools import pairwise

from quantumlayer.qlayer.parser.meaning.times.acts import Test
from quantumlayer.qlayer.parser.meaning.times.amounts import (
    CLOCK,
    DAYS,
    SPAN,
    clock,
    clock_range,
    since_midnight,
    span,
    week_days,
)
from quantumlayer.qlayer.parser.meaning.times.parts import Meaning, Part, guarded
from quantumlayer.qlayer.parser.meaning.times.points import TIMES, Point, end, length_of, start
from quantumlayer.spec.model import FieldType

_HOUR = rf"(?:{CLOCK}|\d{{1,2}})"
_AHEAD = r"(?:in advance|ahead(?: of time)?|beforehand|in the future|from now|from today)"
_HOURS = re.compile(
    rf"(?:between|from) (?P<first>{_HOUR}) ?(?:and|to|until|till|-|\u2013) ?(?P<last>{CLOCK})"
    rf"|between (?P<joined>\d{{1,2}}:\d{{2}}[-\u2013]\d{{1,2}}:\d{{2}})"
)
_CLOCK = re.compile(
    rf"(?P<way>(?:no |not )?(?:before|after|earlier than|later than|until|till)|by|from) (?P<at>{CLOCK})"
    rf"(?! ?(?:and|to|until|till|-) ?{CLOCK})"
)
_DAYS = re.compile(rf"(?:(?:on|from|during) )?(?:an? )?(?P<days>{DAYS})(?: only)?")
_AT_LEAST = re.compile(
    rf"(?:at least|(?:no|not) (?:later|less) than|a minimum of) (?P<span>{SPAN}) {_AHEAD}|(?P<bare>{SPAN}) in advance"
)
_AT_MOST = re.compile(
    rf"(?:at most|up to|(?:no|not) (?:more|earlier|further) than|a maximum of) (?P<span>{SPAN}) {_AHEAD}"
)
_MORE = re.compile(rf"(?P<way>more|earlier|further|less|later) than (?P<span>{SPAN}) {_AHEAD}")
_PAST = re.compile(r"(?:in|for) the (?P<when>past|future)")
_SAME_DAY = re.compile(r"(?:for|on) the same day")
_MOMENTARY = frozenset({"start", "begin", "end", "finish"})
_DAY_NAMES = ("sundays", "mondays", "tuesdays", "wednesdays", "thursdays", "fridays", "saturdays")


def windows() -> tuple[Meaning, ...]:
    """The ways to say when a record may lie."""
    return (
        (_HOURS, _hours),
        (_CLOCK, _at_clock),
        (_DAYS, _on_days),
        (_AT_LEAST, _ahead),
        (_AT_MOST, _at_most_ahead),
        (_MORE, _more_ahead),
        (_PAST, _past),
        (_SAME_DAY, _same_day),
    )


def _moment(part: Part) -> Point | None:
    """What the window is about: the start, or the end where the clause says when a record ends."""
    if part.act.point or part.act.operation or part.act.name in {"update", "delete"}:
        return part.act.point
    return end(part.act.entity) if part.clause.verb in {"end", "finish"} else start(part.act.entity)


def _in_the_week(part: Part) -> Point | None:
    """What hours and days are said of: the moment of the record, else that at which something is done."""
    own = _moment(part)
    made = part.act.name == "create" and any(known.type in TIMES for known in part.act.entity.fields.values())
    return Point("now()") if own is None and part.act.name != "lie" and not made else own


def _hours(part: Part) -> Test | None:
    """`Between 08:00 and 18:00`: where the clause does not only say when a record starts, all of it lies there."""
    first, last = part.found["first"], part.found["last"]
    if part.found["joined"]:
        first, last = re.split(r"[-\u2013]", part.found["joined"])
    hours, point = clock_range(first, last), _in_the_week(part)
    if hours is None or point is None or point.kind is not FieldType.DATETIME or part.negated:
        return None
    opens, closes = map(since_midnight, hours)
    said = f"time_of_day({point.cel})"
    cel = f"{said} >= {opens} && {said} <= {closes}"
    moment_only = part.clause.verb in _MOMENTARY and not part.clause.passive
    if point == start(part.act.entity) and not part.act.point and not moment_only:
        cel = _whole(part, point, opens, closes) or cel
    return Test("within_hours", guarded(point, cel), always=point.cel != "now()")


def _whole(part: Part, begins: Point, opens: str, closes: str) -> str:
    """That a record lies within hours of one day from its start to its end; empty where its end is not known."""
    length, ends = length_of(part.act.entity), end(part.act.entity)
    said = f"time_of_day({begins.cel})"
    if length:
        return f"{said} >= {opens} && {said} + {length} <= {closes}"
    if ends is None or ends.cel == begins.cel or ends.kind is not FieldType.DATETIME or ends.optional:
        return ""
    same_day = f"date({begins.cel}) == date({ends.cel})"
    return f"{same_day} && {said} >= {opens} && time_of_day({ends.cel}) <= {closes}"


def _at_clock(part: Part) -> Test | None:
    """`Before 18:00`, `not after 22:00`, `no earlier than 7 am`."""
    minutes, point = clock(part.found["at"]), _moment(part)
    if minutes is None or point is None or point.kind is not FieldType.DATETIME or part.act.name != "lie":
        return None
    way = part.found["way"]
    flipped = part.negated != way.startswith(("no ", "not "))
    word = way.removeprefix("no ").removeprefix("not ")
    signs = {"before": "<", "earlier than": "<", "until": "<=", "till": "<=", "by": "<=", "from": ">="}
    sign = signs.get(word, ">")
    sign = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}[sign] if flipped else sign
    name = f"{'not_before' if sign.startswith('>') else 'not_after'}_{minutes // 60}_{minutes % 60:02}"
    return Test(name, guarded(point, f"time_of_day({point.cel}) {sign} {since_midnight(minutes)}"), always=True)


def _on_days(part: Part) -> Test | None:
    """`Monday to Friday`, `not on Sundays`."""
    point = _in_the_week(part)
    if point is None:
        return None
    days = week_days(part.found["days"])
    weekday = f"{point.cel}.getDayOfWeek({'timezone' if point.kind is FieldType.DATETIME else ''})"
    listed = ", ".join(map(str, days))
    cel = f"!({weekday} in [{listed}])" if part.negated else f"{weekday} in [{listed}]"
    if len(days) == 1:
        cel = f"{weekday} {'!=' if part.negated else '=='} {days[0]}"
    names = {(1, 2, 3, 4, 5): "weekdays", (6, 0): "weekends"}
    run = len(days) > 2 and all((one + 1) % 7 == other for one, other in pairwise(days))
    named = [_DAY_NAMES[day] for day in days]
    said = names.get(days) or (f"{named[0]}_to_{named[-1]}" if run else "_".join(named))
    return Test(
        f"{'not_' if part.negated else ''}on_{said}"[:50].rstrip("_"), guarded(point, cel), always=point.cel != "now()"
    )


def _ahead(part: Part) -> Test | None:
    return None if part.negated else _distance(part, part.found["span"] or part.found["bare"], least=True)


def _at_most_ahead(part: Part) -> Test | None:
    return None if part.negated else _distance(part, part.found["span"], least=False)


def _more_ahead(part: Part) -> Test | None:
    """`Not more than 30 days in advance`, `not less than an hour in advance`."""
    more = part.found["way"] in {"more", "earlier", "further"}
    return _distance(part, part.found["span"], least=not more) if part.negated else None


def _distance(part: Part, said: str, *, least: bool) -> Test | None:
    """How far ahead of now a record begins at least, or at most."""
    point, length = _moment(part), span(said)
    if point is None or length is None:
        return None
    bound = length.beside(point.now, point.kind, before=False)
    if not bound:
        return None
    cel = f"{point.cel} {'>=' if least else '<='} {bound}"
    return Test("far_enough_ahead" if least else "not_too_far_ahead", guarded(point, cel), always=True)


def _past(part: Part) -> Test | None:
    """`In the future`, `not in the past`."""
    point = _moment(part)
    if point is None:
        return None
    later = (part.found["when"] == "future") != part.negated
    # What is not in the past may be now, or today; what is in the future is not.
    sign = (">=" if part.negated else ">") if later else ("<=" if part.negated else "<")
    name = "not_in_the_past" if later else "not_in_the_future"
    return Test(name, guarded(point, f"{point.cel} {sign} {point.now}"), always=True)


def _same_day(part: Part) -> Test | None:
    """`Not for the same day`, `only for the same day`."""
    point = _moment(part)
    if point is None or part.act.name != "create" or not (part.negated or re.search(r"\bonly\b", part.clause.text)):
        return None
    day = point.cel if point.kind is FieldType.DATE else f"date({point.cel})"
    sign = "!=" if part.negated else "=="
    return Test("not_the_same_day" if part.negated else "the_same_day", guarded(point, f"{day} {sign} today()"))
