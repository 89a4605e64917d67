"""The figures of a report: how many records there are, what their values add up to, and what is usual."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from quantumlayer.kit.identifiers import plural, singular, words
from quantumlayer.qlayer.parser.draft import Draft, EntityDraft
from quantumlayer.qlayer.parser.meaning.described import moment, test_for
from quantumlayer.qlayer.parser.meaning.fields import spec_name
from quantumlayer.qlayer.parser.meaning.lives import ENDS
from quantumlayer.qlayer.parser.meaning.verbs import names_event
from quantumlayer.spec.model import Field, FieldType, RelationKind
from quantumlayer.spec.naming import back_name
from quantumlayer.spec.reports import Value

_COUNT = re.compile(r"^(?:(?:total )?(?:number|count) of|how many) (?:all |the )?(?P<what>[a-z -]+)$")
_TOTAL = re.compile(r"^(?:total(?: of)?|sum of|overall|how much)(?: all| the)? (?P<what>[a-z ]+)$")
_MIDDLE = re.compile(r"^(?P<way>average|mean|median)(?: of)?(?: the)? (?P<what>[a-z ]+)$")
_TAKEN = frozenset({"revenue", "takings", "turnover", "income", "earnings", "proceeds"})
"""What money came in, in any trade."""
_DAYS = re.compile(r"^(?P<verb>[a-z]+?)(?:ed|d) days$")
_ADDED_UP = frozenset({FieldType.INT, FieldType.DECIMAL, FieldType.MONEY})


@dataclass(frozen=True, slots=True)
class Span:
    """The time that a figure is worked out for: a `day`, `week`, `month`, `year` or `period`, or for all of it."""

    unit: str = ""

    @property
    def takes(self) -> dict[str, Field]:
        """What callers give to say which."""
        if self.unit in {"day", "period"}:
            return {"since": Field(type=FieldType.DATE), "until": Field(type=FieldType.DATE)}
        if self.unit == "week":
            return {"monday": Field(type=FieldType.DATE, about="The first day of the week.")}
        years = {"year": Field(type=FieldType.INT, min=1, max=9999)} if self.unit else {}
        return years | ({"month": Field(type=FieldType.INT, min=1, max=12)} if self.unit == "month" else {})

    def test(self, day: str) -> str:
        """Whether a date lies in it, as CEL."""
        return {
            "day": f"{day} == day",
            "period": f"{day} >= takes.since && {day} <= takes.until",
            "week": f"{day} >= takes.monday && {day} < takes.monday + days(7)",
            "month": f"{day}.getFullYear() == takes.year && {day}.getMonth() + 1 == takes.month",
            "year": f"{day}.getFullYear() == takes.year",
        }.get(self.unit, "")


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with its name, the entity whose records it counts, and what was assumed to work it out."""

    name: str
    value: Value
    counted: str
    assumed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Records:
    """Records that can be gone through from a row: directly or, one step further, through others."""

    entity: EntityDraft
    way: str
    through: str = ""

    def worked_out(self, tests: list[str], what: str, end: str) -> str:
        """What is made of those for which the tests hold, as CEL; it must add up where it is a step further."""
        one = self.entity.snake[0]
        test = " && ".join(tests).replace("this.", f"{one}.")
        chosen = f".filter({one}, {test})" if tests else ""
        mapped = f".map({one}, {what.replace('this.', f'{one}.')})" if what else ""
        if not self.through:
            return f"{self.way}{chosen}{mapped}.{end}"
        outer = f"{one}s"
        return f"{self.way}.map({outer}, {outer}.{self.through}{chosen}{mapped}.{end}).sum()"


def figure(draft: Draft, of: EntityDraft | None, said: str, span: Span) -> Figure | None:
    """The figure that words mean, for one row of a report; None where it is not sure."""
    if count := _COUNT.match(said):
        return _count(draft, of, count["what"], span)
    if days := _DAYS.match(said):
        return _days(draft, of, days["verb"], said, span)
    if middle := _MIDDLE.match(said):
        return _of_value(draft, of, middle["what"], span, "median" if middle["way"] == "median" else "average")
    total = _TOTAL.match(said)
    what = total["what"] if total else said
    if what in _TAKEN:
        return _money(draft, of, said, span)
    summed = _of_value(draft, of, what, span, "sum")
    if summed is not None:
        return summed
    if total is None:
        return _count(draft, of, what, span) if plural(singular(what)) == what else None
    named = _named(draft, of, what)
    return _money(draft, of, said, span, named) if named else None


def _reachable(draft: Draft, of: EntityDraft | None) -> Iterator[_Records]:
    """What a row can go through; without rows, all records of every entity."""
    if of is None:
        yield from (_Records(entity, entity.name) for entity in draft.entities.values())
        return
    for entity, back in _children(draft, of):
        yield _Records(entity, f"this.{back}")
        for inner, further in _children(draft, entity):
            if inner is not of:
                yield _Records(inner, f"this.{back}", further)


def _children(draft: Draft, of: EntityDraft) -> Iterator[tuple[EntityDraft, str]]:
    for entity in draft.entities.values():
        for name, relation in entity.relations.items():
            if relation.to == of.name and relation.kind is RelationKind.MANY_TO_ONE and entity is not of:
                yield entity, back_name(entity.name, entity.relations[name])


def _only(found: list[_Records]) -> _Records | None:
    """The one way to records; of a short and a long one, the short one."""
    direct = [one for one in found if not one.through] or found
    return direct[0] if len(direct) == 1 else None


def _named(draft: Draft, of: EntityDraft | None, what: str) -> _Records | None:
    entity = draft.named(tuple(words(singular(what))))
    return _only([one for one in _reachable(draft, of) if one.entity is entity]) if entity else None


def _tests(draft: Draft, entity: EntityDraft, what: str) -> list[str] | None:
    """The tests of the adjectives before a name: `paid bookings`, `late returned loans`; None where one is unknown."""
    said = words(singular(what))
    size = len(words(entity.name))
    tests = [test_for(draft, entity, word) for word in said[:-size]]
    return tests if all(tests) else None


def _timed(records: _Records, span: Span) -> tuple[list[str], tuple[str, ...]]:
    """The test that a record lies in a span of time, and by which date it was decided."""
    if not span.unit:
        return [], ()
    name = moment(records.entity)
    by = name or "created_at"
    plain = name and records.entity.fields[name].type is FieldType.DATE
    day = f"this.{by}" if plain else f"date(this.{by})"
    said = f"{records.entity.one} counts at its {by.replace('_', ' ')}."
    return [span.test(day)], (said,)


def _count(draft: Draft, of: EntityDraft | None, what: str, span: Span) -> Figure | None:
    records = _named(draft, of, what)
    tests = _tests(draft, records.entity, what) if records else None
    if records is None or tests is None:
        return None
    timed, assumed = _timed(records, span)
    cel = records.worked_out([*tests, *timed], "", "size()")
    return Figure(spec_name(plural(singular(what))), Value(type=FieldType.INT, cel=cel), records.entity.name, assumed)


def _days(draft: Draft, of: EntityDraft | None, verb: str, said: str, span: Span) -> Figure | None:
    """`Booked days`: the days of the bookings."""
    records = _only([one for one in _reachable(draft, of) if names_event(verb, one.entity.title)])
    name = moment(records.entity) if records else ""
    if records is None or records.through or not name or records.entity.fields[name].type is not FieldType.DATE:
        return None
    timed, assumed = _timed(records, span)
    tests, left = _still(records.entity)
    cel = records.worked_out([*tests, *timed], f"this.{name}", "distinct().size()")
    return Figure(spec_name(said), Value(type=FieldType.INT, cel=cel), records.entity.name, (*assumed, *left))


def _still(entity: EntityDraft) -> tuple[list[str], tuple[str, ...]]:
    """What is called off counts for nothing."""
    gone = [state for state in entity.states.values if state in ENDS] if entity.states else []
    tests = [f"this.{entity.states.field} != '{state}'" for state in gone] if entity.states else []
    said = f"{entity.one} that is {' or '.join(state.replace('_', ' ') for state in gone)} does not count."
    return tests, (said,) if gone else ()


def _values(entity: EntityDraft) -> dict[str, FieldType]:
    fields = {name: field.type for name, field in entity.fields.items() if not field.optional}
    return fields | {name: one.type for name, one in entity.derived.items() if not one.optional}


def _of_value(draft: Draft, of: EntityDraft | None, what: str, span: Span, way: str) -> Figure | None:
    """What a value adds up to, or its middle: `the seats sold`, `average price`."""
    plain = re.sub(r" (?:[a-z]+ed|sold|paid|taken|given|spent)$", "", what)
    name = spec_name(plain)
    found: list[tuple[_Records, list[str]]] = []
    for one in _reachable(draft, of):
        values = {key for key, kind in _values(one.entity).items() if kind in _ADDED_UP}
        same = [key for key in values if key in {name, spec_name(singular(plain))}]
        ending = sorted(key for key in values if key.endswith((f"_{name}", f"_{spec_name(singular(plain))}")))
        if same or ending:
            found.append((one, same or ending))
    records = _only([way_to for way_to, _ in found])
    fields = next((keys for way_to, keys in found if way_to is records), [])
    if records is None or (way != "sum" and (records.through or len(fields) > 1)):
        return None
    timed, assumed = _timed(records, span)
    tests, left = _still(records.entity)
    types = {_values(records.entity)[key] for key in fields}
    kind = types.pop() if len(types) == 1 else FieldType.DECIMAL
    cel = records.worked_out([*tests, *timed], " + ".join(f"this.{key}" for key in fields), f"{way}()")
    kind = kind if way == "sum" else FieldType.MONEY if kind is FieldType.MONEY else FieldType.DECIMAL
    value = Value(type=kind, cel=cel, optional=way != "sum")
    return Figure(spec_name(what if way == "sum" else f"{way} {what}"), value, records.entity.name, (*assumed, *left))


def _money(draft: Draft, of: EntityDraft | None, said: str, span: Span, named: _Records | None = None) -> Figure | None:
    """What came in: the only money of the records that a row has."""
    choices = [named] if named else list(_reachable(draft, of))
    found = [
        (records, key)
        for records in choices
        for key, kind in _values(records.entity).items()
        if kind is FieldType.MONEY and records.entity is not of
    ]
    if len(found) != 1:
        return None
    records, key = found[0]
    timed, assumed = _timed(records, span)
    tests, left = _still(records.entity)
    cel = records.worked_out([*tests, *timed], f"this.{key}", "sum()")
    told = f"The {said} is what the {key.replace('_', ' ')} of each {records.entity.title} adds up to."
    return Figure(spec_name(said), Value(type=FieldType.MONEY, cel=cel), records.entity.name, (told, *assumed, *left))
