"""Checks, events and errors are values that keep what they were given."""

from datetime import UTC, datetime
from typing import ClassVar

import pytest
from pydantic import ValidationError

from quantumlayer.core.checks import Check, Finding, Status, TestCase
from quantumlayer.core.errors import DomainError, Kind
from quantumlayer.core.events import Event, EventKind


class Wrong(DomainError):
    """For these tests."""

    code: ClassVar[str] = "QL0000"
    kind: ClassVar[Kind] = Kind.INVALID
    hint = "Do it right."


def test_an_error_says_what_why_and_the_next_step() -> None:
    error = Wrong("It broke.", why="Nobody knows.")
    assert (str(error), error.what, error.why, error.hint) == (
        "It broke.",
        "It broke.",
        "Nobody knows.",
        "Do it right.",
    )


def test_an_error_may_know_a_better_next_step() -> None:
    assert Wrong("It broke.", hint="Try again.").hint == "Try again."
    assert Wrong("It broke.").hint == "Do it right."


def test_a_check_survives_json() -> None:
    check = Check(
        name="tests",
        title="Tests",
        status=Status.FAILED,
        seconds=1.5,
        findings=(Finding(message="m", element="entities.A"),),
        tests=(TestCase(name="t", passed=False, proves=("entities.A",)),),
        figures={"coverage_percent": 97.2},
    )
    assert Check.model_validate_json(check.model_dump_json()) == check


def test_an_event_survives_json_and_cannot_change() -> None:
    event = Event(run="r", seq=1, at=datetime(2026, 1, 1, tzinfo=UTC), kind=EventKind.RUN_STARTED, data={"a": [1]})
    assert Event.model_validate_json(event.model_dump_json()) == event
    with pytest.raises(ValidationError):
        event.seq = 2  # type: ignore[misc]


def test_an_event_has_no_unknown_parts() -> None:
    with pytest.raises(ValidationError):
        Event.model_validate({"run": "r", "seq": 1, "at": "2026-01-01T00:00:00Z", "kind": "run.started", "extra": 1})
