from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from quantumlayer.qtest.places import Slot
from quantumlayer.qtest.suite import Suite
from quantumlayer.qtest.witness import Pair
from quantumlayer.spec.load import load_spec, parse_spec
from quantumlayer.spec.model import Action, Moment

EXAMPLES = Path(__file__).parents[3] / "examples"


def changed(pair: Pair) -> dict[str, tuple[object, object]]:
    assert pair.accepted is not None
    one, other = pair.refused, pair.accepted

    def value(slot: Slot, choice: dict[Slot, object], held: dict[str, object]) -> object:
        return choice.get(slot, held.get(slot.name))

    return {
        slot.name: (
            value(slot, one.choice, one.built.this.values),
            value(slot, other.choice, other.built.this.values),
        )
        for slot in {**one.choice, **other.choice}
        if one.choice.get(slot) != other.choice.get(slot)
    }


@pytest.fixture(scope="module")
def library() -> Suite:
    return Suite(load_spec(EXAMPLES / "town-library.spec.yaml").spec)


@pytest.fixture(scope="module")
def clinic() -> Suite:
    return Suite(load_spec(EXAMPLES / "clinic.spec.yaml").spec)


@pytest.mark.parametrize(
    ("operation", "requirement", "expected"),
    [
        ("borrow", "copy_available", {"#": (2, 1)}),
        ("borrow", "fewer_than_five_open", {"#": (5, 4)}),
        ("renew", "not_overdue", {"due_on": (date(2026, 3, 3), date(2026, 3, 4))}),
        ("renew", "not_renewed", {"renewed": (True, False)}),
    ],
)
def test_a_requirement_is_shown_at_its_border(
    library: Suite, operation: str, requirement: str, expected: dict[str, tuple[object, object]]
) -> None:
    question = library.operation(operation, "member")
    pair = question.refusal(library.requirements(operation)[requirement])
    assert pair is not None
    assert changed(pair) == expected


def test_each_part_of_a_rule_has_a_border_of_its_own(clinic: Suite) -> None:
    question = clinic.question("Appointment", Action.CREATE, "front_desk")
    rule = clinic.rules("Appointment", Moment.CREATE)["within_opening_hours"]
    early, late = (changed(pair)["starts_at"] for pair in question.refusals(rule) if not pair.clocks_changed)
    assert early == (datetime(2026, 3, 11, 6, 59, tzinfo=UTC), datetime(2026, 3, 11, 7, 0, tzinfo=UTC))
    assert late == (datetime(2026, 3, 11, 16, 46, tzinfo=UTC), datetime(2026, 3, 11, 16, 45, tzinfo=UTC))


def test_a_rule_over_related_records_is_found_through_derived_values(clinic: Suite) -> None:
    question = clinic.question("Appointment", Action.CREATE, "patient")
    pair = question.refusal(clinic.rules("Appointment", Moment.CREATE)["may_book_online"])
    assert pair is not None
    assert changed(pair) == {"#": (3, 2)}


def test_each_way_to_keep_a_rule_is_shown_alone(clinic: Suite) -> None:
    rule = clinic.requirements("cancel")["a_day_ahead"]
    late = list(clinic.operation("cancel", "front_desk").alternatives(rule))
    early = list(clinic.operation("cancel", "patient").alternatives(rule))
    border = datetime(2026, 3, 5, 9, tzinfo=UTC)
    starts = [one.built.this.values["starts_at"] for one in (*late, *early)]
    assert [isinstance(start, datetime) and start >= border for start in starts] == [False, True]


def test_the_search_takes_the_same_way_each_time(clinic: Suite) -> None:
    rule = clinic.rules("Appointment", Moment.CREATE)["on_a_weekday"]
    pairs = [clinic.question("Appointment", Action.CREATE, "front_desk").refusal(rule) for _ in range(2)]
    choices = [pair.refused.choice for pair in pairs if pair is not None]
    assert choices[0] == choices[1]


def test_a_border_that_clocks_decide_is_shown_again_on_a_day_with_clocks_changed(clinic: Suite) -> None:
    rule = clinic.rules("Appointment", Moment.CREATE)["within_opening_hours"]
    question = clinic.question("Appointment", Action.CREATE, "front_desk")
    found = [changed(pair)["starts_at"] for pair in question.refusals(rule) if pair.clocks_changed]
    july = [datetime(2026, 7, 8, hour, minute, tzinfo=UTC) for hour, minute in ((5, 59), (6, 0), (15, 46), (15, 45))]
    assert found == [tuple(july[:2]), tuple(july[2:])]


SHIFTS = """
spec: 1
service: {{name: shifts, timezone: {zone}}}
roles: {{boss: }}
entities:
  Shift:
    fields: {{begins: {{type: datetime}}}}
    rules:
      rest: {{cel: 'this.begins.getDayOfWeek({given}) != 0', else: Sundays are free.}}
    access: [{{who: boss, may: [create]}}]
"""


@pytest.mark.parametrize(
    ("zone", "given", "sundays"),
    [
        ("Europe/Berlin", "timezone", ["2026-03-14T23:00", "2026-07-11T22:00"]),
        ("America/New_York", "timezone", ["2026-03-15T04:00", "2027-01-10T05:00"]),
        ("UTC", '"Australia/Sydney"', ["2026-03-14T13:00", "2026-07-11T14:00"]),
        ("Asia/Tokyo", "timezone", ["2026-03-14T15:00"]),
        ("Europe/Berlin", "", ["2026-03-15T00:00"]),
    ],
)
def test_a_day_begins_where_the_clocks_of_its_place_say(zone: str, given: str, sundays: list[str]) -> None:
    suite = Suite(parse_spec(SHIFTS.format(zone=zone, given=given)).spec)
    pairs = list(suite.question("Shift", Action.CREATE, "boss").refusals(suite.rules("Shift", Moment.CREATE)["rest"]))
    found = [value for pair in pairs for value in changed(pair)["begins"] if isinstance(value, datetime)]
    edges = [datetime.fromisoformat(f"{moment}+00:00") for moment in sundays]
    assert len(found) == 2 * len(edges)
    assert set(edges) <= set(found)
