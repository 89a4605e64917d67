"""What a sentence says beside what was read of it is asked about."""

import pytest

from quantumlayer.qlayer.parser import Requirement, parse
from quantumlayer.spec.model import Spec


def read(text: str) -> Spec:
    return parse([Requirement(name="a.md", text=text)])


def test_an_aside_orders_two_values() -> None:
    spec = read("An event has a title, a start time and an end time (after the start time). Clerks manage events.")
    (rule,) = spec.entities["Event"].rules.values()
    assert rule.cel == "this.end_time > this.start_time"


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("Sending the same parcel twice must not store it twice.", "same parcel"),
        ("Clerks see parcels and a sales report (sold, per day).", "sales report"),
    ],
)
def test_what_is_forbidden_or_reported_is_not_lost_among_names(text: str, asked: str) -> None:
    spec = read(f"A parcel has a weight in kg and a town. {text}")
    assert any(asked in question.text for question in spec.questions)


def test_moments_beside_a_state_are_asked_about() -> None:
    spec = read(
        "* Fair: title, status draft / published\n* Stall: belongs to a fair; name, sales start, sales end\n"
        "* Booking: one fair, a code\n"
        "* can't book before sales start, after sales end, or for a fair that isn't published"
    )
    assert any("sales start" in question.text for question in spec.questions)


@pytest.mark.parametrize("fact", ["A loan belongs to a member.", "The status is one of open or closed."])
def test_facts_about_what_is_not_known_are_asked_about(fact: str) -> None:
    assert any(fact in question.text for question in read(f"A book has a title. {fact}").questions)
