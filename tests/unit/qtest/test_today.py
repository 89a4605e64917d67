from collections.abc import Callable
from datetime import UTC, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from quantumlayer.qtest.clocks import edges_of_days

LIBRARY = Path(__file__).parents[3] / "examples" / "town-library.spec.yaml"


@pytest.mark.parametrize(
    "place", ["Europe/Berlin", "Europe/London", "America/New_York", "Asia/Kolkata", "Pacific/Auckland", "Etc/GMT+11"]
)
def test_whoever_goes_by_another_offset_takes_another_day_for_today(place: str) -> None:
    edges = edges_of_days(ZoneInfo(place))
    assert all(
        edge.now.astimezone(ZoneInfo(place)).date() != edge.across.astimezone(ZoneInfo(place)).date() for edge in edges
    )
    right = [edge.now.astimezone(ZoneInfo(place)) for edge in edges]
    for wrong in {UTC, *(timezone(timedelta(hours=hours)) for hours in range(-12, 13))}:
        if any(wrong.utcoffset(None) != moment.utcoffset() for moment in right):
            assert any(moment.astimezone(wrong).date() != moment.date() for moment in right)


def test_where_it_is_always_as_late_as_in_utc_no_day_has_another_edge() -> None:
    assert edges_of_days(ZoneInfo("Africa/Abidjan")) == ()


def test_each_use_of_the_day_is_tried_at_both_edges_of_one(written: Callable[[str], dict[str, str]]) -> None:
    tests = written(LIBRARY.read_text(encoding="utf-8"))
    found = {name for name, text in tests.items() if "clock.move_to(" in text}
    assert found == {
        "borrow_gives_borrowed_on_by_the_local_day",
        "days_late_follows_the_local_day_a_minute_before_midnight",
        "days_late_follows_the_local_day_at_midnight",
        "joined_on_of_a_member_follows_the_local_day",
        "renew_is_accepted_when_not_overdue_a_minute_before_midnight",
        "renew_is_refused_unless_not_overdue_at_midnight",
        "return_gives_returned_on_by_the_local_day",
    }


TASKS = """
spec: 1
service: {name: tasks, timezone: America/New_York}
roles: {keeper: }
entities:
  Task:
    fields:
      name: {type: string}
      due_on: {type: date, default: {cel: today() + days(3)}}
    rules:
      not_past: {cel: this.due_on >= today(), on: [create, update], else: That day is past.}
    access: [{who: keeper, may: [create, read, update]}]
"""


def test_a_rule_is_judged_by_the_day_of_the_place(written: Callable[[str], dict[str, str]]) -> None:
    tests = written(TASKS)
    made = tests["a_task_is_made_when_not_past_a_minute_before_midnight"]
    assert "clock.move_to(datetime(2026, 3, 5, 4, 59, tzinfo=UTC))" in made
    assert '"due_on": "2026-03-04"' in made
    refused = tests["a_task_is_not_changed_unless_not_past_at_midnight"]
    assert "clock.move_to(datetime(2026, 7, 2, 4, 0, tzinfo=UTC))" in refused
    assert '"due_on": "2026-07-01"' in refused
    assert not any("midnight" in name for name in written(TASKS.replace("America/New_York", "UTC")))
