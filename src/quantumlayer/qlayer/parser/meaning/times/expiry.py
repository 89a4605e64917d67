"""What the service does by itself after some time: `an unpaid order is cancelled after 30 minutes`."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import count

from quantumlayer.kit.identifiers import singular, words
from quantumlayer.qlayer.parser.draft import Draft, EntityDraft
from quantumlayer.qlayer.parser.meaning.conditions import in_state
from quantumlayer.qlayer.parser.meaning.fields import spec_name
from quantumlayer.qlayer.parser.meaning.times.amounts import (
    CLOCK,
    DAYS,
    SPAN,
    Span,
    clock,
    since_midnight,
    span,
    week_days,
)
from quantumlayer.qlayer.parser.meaning.times.lives import begin_life, state_of, waiting_for
from quantumlayer.qlayer.parser.meaning.times.parts import guarded
from quantumlayer.qlayer.parser.meaning.times.points import (
    Point,
    became,
    end,
    event_date,
    find_point,
    keep,
    stamped,
    start,
)
from quantumlayer.qlayer.parser.meaning.times.statements import Statement
from quantumlayer.qlayer.parser.meaning.verbs import happens
from quantumlayer.qlayer.parser.silence import ask_about
from quantumlayer.spec.model import FieldType, Job

_WHAT = r"(?:an?|every|each|any|all|the)? ?(?P<what>[a-z][a-z -]*?)"
_ALONE = r"(?:expires?|lapses?|closes?|ends?|becomes? [a-z]+)"
_DONE = (
    rf"(?:automatically )?(?:(?P<alone>{_ALONE})|(?:is|are|gets?|will be|must be|should be|shall be) (?:then )?"
    r"(?:automatically )?(?:marked as )?(?P<done>[a-z]+))(?: automatically| by the (?:system|service))*"
)
_BE_NOT = r"(?:(?:that|which) )?(?:(?:is|are|was|were|has been|have been|has|have) )?not (?:been )?"
_AFTER = re.compile(rf"^{_WHAT} {_DONE} after (?P<span>{SPAN})(?P<rest>.*)$")
_NOT_WITHIN = re.compile(
    rf"^(?:if |when )?{_WHAT} {_BE_NOT}(?P<undone>[a-z]+)(?: by [a-z ]+)? within (?P<span>{SPAN})"
    rf"(?:,? (?:it|they|the [a-z ]+?))? ?{_DONE}(?P<rest>.*)$"
)
_UNLESS = re.compile(
    rf"^{_WHAT} {_DONE} (?:if (?:it|they) (?:is|are|was|were|has|have) not (?:been )?|unless (?:it|they) (?:is|are) )"
    rf"(?P<undone>[a-z]+) within (?P<span>{SPAN})(?P<rest>.*)$"
)
_STAYS = re.compile(
    rf"^{_WHAT} (?:is|are|stays?|remains?) (?P<state>[a-z-]+) for (?P<span>{SPAN}),? (?:and |but )?(?:then )?"
    rf"(?:it |they )?{_DONE}(?: unless (?:it|they) (?:is|are|was|were|has been|have been) (?P<undone>[a-z]+))?"
    r"(?P<rest>.*)$"
)
_LATER = re.compile(rf"^{_WHAT} {_DONE} (?P<span>{SPAN}) after (?P<point>[a-z][\w ']*)$")
_AT = re.compile(
    rf"^{_WHAT} {_DONE} (?:when|once|as soon as|at|on) (?P<point>[a-z][\w ']*?)"
    r"(?P<passed> (?:has passed|have passed|passes|is reached|is over|is past))?$"
)
_REGULAR = re.compile(
    rf"^(?:every|each) (?P<when>night|day|hour|morning|{DAYS})(?: at (?P<clock>{CLOCK}))?,? {_WHAT} {_DONE}$"
)
_OLDER = re.compile(
    rf"^{_WHAT} (?:(?:that|which) are )?older than (?P<span>{SPAN}) (?:is|are) (?:automatically )?"
    r"(?P<done>deleted|removed|erased|purged)(?P<alone>\b)(?: automatically)?(?P<rest>)$"
)
_KEPT = re.compile(
    rf"^{_WHAT} (?:is|are|must be|should be) (?:kept|stored|retained) for (?P<span>{SPAN}),? (?:and |after which )?"
    r"(?:then )?(?:(?:it|they) (?:is|are) )?(?:automatically )?"
    r"(?P<done>deleted|removed|erased|purged)(?P<alone>\b)(?P<rest>)$"
)
_IDLE = re.compile(
    r"^ (?:without (?:any |an? )?(?:activity|changes?|updates?|being (?:changed|updated))|of inactivity)$"
)
_IF_NOT = re.compile(
    r"^,? (?:if (?:it|they) (?:is|are|was|were|has|have) not (?:been )?|unless (?:(?:it|they) (?:is|are) )?|if not )"
    r"(?P<undone>[a-z]+)$"
)
_BESIDES = re.compile(r"^,? (?:and|,) ?(?P<said>.+)$")
_DELETED = frozenset({"deleted", "removed", "erased", "purged"})
_ENDS_ALONE = {"expire": "expired", "lapse": "lapsed", "close": "closed", "end": "ended"}
_OVER = frozenset({"expired", "ended", "past", "finished"})
_NIGHT_ENDS = 6


@dataclass(frozen=True, slots=True)
class _Waiting:
    """The records that something happens to, as CEL, and since when they wait for it."""

    entity: EntityDraft
    tests: tuple[str, ...]
    since: Point | None
    states: tuple[str, ...]


def find_expiry(draft: Draft, found: Iterable[Statement]) -> None:
    """Jobs from every statement that says what happens by itself, and when."""
    for statement in found:
        text = re.sub(r"^[*\u2022-]\s*", "", statement.text)
        for pattern in (_STAYS, _NOT_WITHIN, _UNLESS, _AFTER, _OLDER, _KEPT):
            match = pattern.match(text)
            if match and _after(draft, statement, match):
                break
        else:
            _at_a_moment(draft, statement, text)


def _after(draft: Draft, statement: Statement, found: re.Match[str]) -> bool:
    """Something that happens a while after a record came to be as it is."""
    said = found.groupdict()
    besides = _BESIDES.match(found["rest"])
    idle, if_not = _IDLE.match(found["rest"]), _IF_NOT.match(found["rest"])
    length = span(found["span"])
    if length is None or (found["rest"] and not (besides or idle or if_not)):
        return False
    undone = said.get("undone") or (if_not["undone"] if if_not else "")
    done, deletes = _end(found)
    named = _named(draft, found["what"])
    if named is None:
        return False
    entity, qualities = named
    stays = said.get("state") or ""
    if not deletes and not begin_life(draft, statement, entity, [*qualities, stays], undone, done):
        return False
    waiting = _waiting(draft, entity, [*qualities, *([stays] if stays else [])], undone)
    if waiting is None or not (deletes or waiting.states or waiting.tests or waiting.since or idle):
        return False
    since = Point("this.updated_at") if idle else waiting.since
    if since is None and deletes:
        since = _known_since(draft, entity)
    bound = length.beside(since.now, since.kind, before=True) if since else ""
    if since is None or not bound:
        return False
    if since.state:
        keep(draft, entity, since, statement.sentence)
    passed = guarded(since, f"{since.cel} <= {bound}", missing=False)
    address = _add(draft, statement, waiting, [passed], (done, deletes), _pace(length))
    if address and besides:
        ask_about(draft, besides["said"], statement.sentence)
    return bool(address)


def _end(found: re.Match[str]) -> tuple[str, bool]:
    """What a record becomes, and whether it is removed."""
    alone = found["alone"]
    if alone and alone.startswith("become"):
        return alone.split(" ")[1], False
    done = _ENDS_ALONE[alone.rstrip("s")] if alone else found["done"]
    return done, done in _DELETED


def _named(draft: Draft, what: str) -> tuple[EntityDraft, list[str]] | None:
    """The entity that words mean with what is said of it; `drafts` are what has the state of that name."""
    parts = words(singular(what))
    for size in range(len(parts), 0, -1):
        entity = draft.named(tuple(parts[-size:]))
        if entity is not None and entity.title == " ".join(parts[-len(entity.title.split()) :]):
            return entity, parts[: -len(entity.title.split())]
    state = spec_name(" ".join(parts))
    owners = [one for one in draft.entities.values() if one.states and state in one.states.values]
    return (owners[0], [state]) if len(owners) == 1 else None


def _waiting(draft: Draft, entity: EntityDraft, qualities: list[str], undone: str) -> _Waiting | None:
    """The records that wait, by their state or by what was not done with them; nothing for a word without meaning."""
    tests: list[str] = []
    states: list[str] = []
    since: Point | None = None
    for word in qualities:
        if entity.states and spec_name(word) in entity.states.values:
            states.append(spec_name(word))
            since = became(draft, entity, spec_name(word))
        elif word.startswith("un") and not undone:
            undone = word.removeprefix("un")
        elif since is None and (dated := event_date(entity, word)) and dated.optional:
            since = dated  # that it is there says that it happened
        elif test := in_state(entity, word) or _is_over(entity, word):
            tests.append(test)
        else:
            return None
    if undone and not states:
        waits = waiting_for(draft, entity, undone)
        if waits is None:
            return None
        states, more = waits
        tests += more
        since = since or Point("this.created_at")
    return _Waiting(entity, tuple(tests), since, tuple(states))


def _is_over(entity: EntityDraft, word: str) -> str:
    """That a record has come to its end, as CEL; empty where the word does not say so, or it has no end."""
    point = end(entity) if word in _OVER else None
    return guarded(point, f"{point.cel} < {point.now}", missing=False) if point else ""


def _known_since(draft: Draft, entity: EntityDraft) -> Point:
    """Since when a record is there: its only moment, else when it was made."""
    point = start(entity) or Point("this.created_at")
    draft.assume(entity.address, f"How old {entity.one.lower()} is counts from {point.cel.removeprefix('this.')} on.")
    return point


def _pace(length: Span) -> str:
    """How often to look: what is counted in days need not be done to the minute."""
    return "1h" if length.months or length.minutes >= 1440 else "1m"


def _add(
    draft: Draft, statement: Statement, waiting: _Waiting, tests: list[str], end_: tuple[str, bool], pace: str
) -> str:
    """The job, and where it stands; empty where it does not fit."""
    entity, (done, deletes) = waiting.entity, end_
    state = "" if deletes else state_of(draft, entity, done)
    if not deletes and (not state or entity.states is None):
        return ""
    where = [*waiting.tests, *tests]
    if waiting.states and entity.states:
        where.insert(0, _among(entity.states.field, waiting.states))
    elif state and entity.states:
        where.insert(0, f"this.{entity.states.field} != '{state}'")
    stamp = entity.fields.get(spec_name(f"{state} at"))
    sets = {spec_name(f"{state} at"): "now()"} if state and stamp and stamp.type is FieldType.DATETIME else {}
    name = _free_name(draft, f"{_verb(statement, state)} {' '.join(waiting.states)} {entity.title}")
    draft.jobs[name] = Job(
        of=entity.name,
        about=statement.told,
        where=" && ".join(f"({one})" if "||" in one else one for one in where),
        every=pace,
        to=state or None,
        sets=sets,
        deletes=deletes,
    )
    statement.forget_operations(draft)
    statement.mark(draft, f"jobs.{name}")
    return f"jobs.{name}"


def _verb(statement: Statement, state: str) -> str:
    """What is done with a record that comes to a state; without one it is deleted."""
    if not state:
        return "delete"
    said = (word.lemma for word in statement.sentence.words if state in {word.lower, _ENDS_ALONE.get(word.lemma)})
    return next((lemma for lemma in said if happens(lemma, state)), f"mark {state}")


def _free_name(draft: Draft, said: str) -> str:
    name = spec_name(said[:40])
    for number in count(2):
        if name not in draft.jobs:
            break
        name = spec_name(f"{said[:40]} {number}")
    return name


def _among(field: str, states: tuple[str, ...]) -> str:
    listed = ", ".join(f"'{state}'" for state in states)
    return f"this.{field} == '{states[0]}'" if len(states) == 1 else f"this.{field} in [{listed}]"


def _at_a_moment(draft: Draft, statement: Statement, text: str) -> None:
    """Something that happens at a moment of a record, or again and again."""
    if found := _LATER.match(text):
        _passed(draft, statement, found, span(found["span"]))
    elif (found := _AT.match(text)) and (found["passed"] or found["alone"] or "automatically" in text):
        _passed(draft, statement, found, None)
    elif found := _REGULAR.match(text):
        _regularly(draft, statement, found)


def _passed(draft: Draft, statement: Statement, found: re.Match[str], length: Span | None) -> None:
    """`Auctions close automatically at the end time`; `a claim is closed 30 days after it was settled`."""
    named = _named(draft, found["what"])
    if named is None or (found.groupdict().get("span") and length is None):
        return
    entity, qualities = named
    done, deletes = _end(found)
    point = find_point(draft, entity, found["point"])
    waiting = _waiting(draft, entity, qualities, "")
    if point is None or waiting is None or not (deletes or state_of(draft, entity, done)):
        return
    if point.state and not point.cel:
        since = stamped(draft, entity, point.state, statement.sentence)
        waiting = _Waiting(entity, waiting.tests, since, waiting.states or (point.state,))
        point = since
    elif not deletes and not waiting.states:
        # What has come to its end by other ways is left as it is.
        waiting = _Waiting(entity, waiting.tests, None, tuple(_open_states(draft, entity, done)))
    moment = point and (point.beside(length, before=False) if length else point)
    if point is None or not moment or point.cel.count(".") > 1:
        return
    sign = "<" if point.kind is FieldType.DATE else "<="
    passed = guarded(point, f"{moment.cel} {sign} {point.now}", missing=False)
    _add(draft, statement, waiting, [passed], (done, deletes), "1m" if point.kind is FieldType.DATETIME else "1h")


def _open_states(draft: Draft, entity: EntityDraft, done: str) -> list[str]:
    """The states from which something still leads on."""
    left = {state for one in draft.operations.values() if one.on == entity.name for state in one.from_}
    target = state_of(draft, entity, done)
    return [state for state in (entity.states.values if entity.states else ()) if state in left and state != target]


def _regularly(draft: Draft, statement: Statement, found: re.Match[str]) -> None:
    """`Every night, expired holds are deleted`; what waits for it is found by its state."""
    named = _named(draft, found["what"])
    done, deletes = _end(found)
    waiting = _waiting(draft, named[0], named[1], "") if named else None
    at = clock(found["clock"]) if found["clock"] else None
    if waiting is None or not (waiting.states or waiting.tests) or (found["clock"] and at is None):
        return
    tests: list[str] = []
    if found["when"] == "night" and at is None:
        tests.append(f"time_of_day(now()) < hours({_NIGHT_ENDS})")
        draft.assume(waiting.entity.address, f"The night is from midnight to {_NIGHT_ENDS} o'clock.")
    elif found["when"] not in {"night", "day", "hour", "morning"}:
        listed = ", ".join(map(str, week_days(found["when"])))
        tests.append(f"now().getDayOfWeek(timezone) in [{listed}]")
    if at is not None:
        tests.append(f"time_of_day(now()) >= {since_midnight(at % 1440)}")
    _add(draft, statement, waiting, tests, (done, deletes), "1h" if at is None else "5m")
