"""How old, how long, how often, and what happens by itself after some time."""

import pytest

from quantumlayer.qlayer.parser import Requirement, parse
from quantumlayer.spec.model import FieldType, Moment, Rule, Spec
from quantumlayer.spec.validate import validate

COURT = (
    "A court has a name. A player has a name and an email. A booking belongs to a court and a player. It has a start "
    "time and an end time. Players can book courts. Players can cancel bookings. Managers manage courts, players and "
    "bookings. "
)
LOAN = (
    "A book has a title. A member has a name. A loan belongs to a book and a member. It records the day it was "
    "borrowed, the day it is due and, later, the day it was returned. Members can borrow and return books. Members can "
    "renew loans. Librarians manage books and members. "
)
PROPOSAL = (
    "A call has a title and a closing date. A candidate has a name and an email. A proposal belongs to a call and a "
    "candidate. It has a letter. A proposal is submitted, then reviewed by a referee, then accepted or rejected by a "
    "referee. Candidates can withdraw proposals. Referees manage calls. "
)
SENSOR = (
    "A sensor has a serial number. A measurement belongs to a sensor. It has a time and a value. Operators manage "
    "sensors and measurements. "
)
ORDER = (
    "A product has a name. A customer has a name. An order belongs to a customer. It has a total. "
    "Customers can cancel orders. Staff manage customers and products. "
)
TICKET = (
    "A ticket has a subject. An author has a name. A ticket belongs to an author. A ticket is open, then resolved by "
    "an agent, then closed by an agent. Authors can reopen tickets. Agents manage authors. "
)
WEEK = "- days((date({0}.start_time).getDayOfWeek() + 6) % 7)"


def read(text: str) -> Spec:
    spec = parse([Requirement(name="requirements.md", text=text)])
    assert not [problem for problem in validate(spec) if not problem.warning]
    return spec


def rules(text: str, entity: str) -> dict[str, Rule]:
    return read(text).entities[entity].rules


def cels(text: str, entity: str) -> list[str | None]:
    return [rule.cel for rule in rules(text, entity).values()]


def asked(text: str) -> str:
    return "\n".join(note.text for note in read(text).questions)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("Measurements older than 24 hours are rejected.", ["this.time >= now() - hours(24)"]),
        (
            "Measurements older than a day or more than 5 minutes in the future are refused.",
            ["this.time >= now() - days(1)", "this.time <= now() + minutes(5)"],
        ),
        ("Measurements must not be older than 90 minutes.", ["this.time >= now() - minutes(90)"]),
        ("Measurements from the future are rejected.", ["this.time <= now()"]),
    ],
)
def test_how_old_data_may_be(said: str, expected: list[str]) -> None:
    found = rules(SENSOR + said, "Measurement")
    assert [rule.cel for rule in found.values()] == expected
    assert all(rule.on == (Moment.CREATE,) for rule in found.values())


def test_how_old_people_must_be() -> None:
    spec = read(f"{COURT}Players must be at least 16 years old.")
    player = spec.entities["Player"]
    assert player.fields["date_of_birth"].personal
    assert player.rules["old_enough"].cel == "this.date_of_birth <= add_months(today(), -192)"
    assert any(note.about == "entities.Player.fields.date_of_birth" for note in spec.assumptions)
    known = read("A driver has a name and a birthday. A driver must be 18 or older. Clerks manage drivers.")
    assert list(known.entities["Driver"].fields) == ["name", "birthday"]
    assert known.entities["Driver"].rules["old_enough"].cel == "this.birthday <= add_months(today(), -216)"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("A booking may last at most 90 minutes.", ["this.end_time <= this.start_time + minutes(90)"]),
        ("A booking must be at least 2 hours long.", ["this.end_time >= this.start_time + hours(2)"]),
        ("Bookings must not last longer than a day.", ["this.end_time <= this.start_time + days(1)"]),
        ("A booking can't be longer than 45 min.", ["this.end_time <= this.start_time + minutes(45)"]),
        ("A booking may not exceed 3 hours.", ["this.end_time <= this.start_time + hours(3)"]),
        (
            "A booking lasts between 30 minutes and 2 hours.",
            ["this.end_time >= this.start_time + minutes(30)", "this.end_time <= this.start_time + hours(2)"],
        ),
    ],
)
def test_how_long_something_lasts(said: str, expected: list[str]) -> None:
    assert cels(COURT + said, "Booking") == expected


def test_a_length_that_is_counted_is_bounded_itself() -> None:
    text = "A lesson has a title and a duration in minutes. Teachers manage lessons. A lesson lasts at most 2 hours."
    assert read(text).entities["Lesson"].fields["duration"].max == 120


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (
            "The end date must not be more than 14 days after the start date.",
            "this.end_date <= this.start_date + days(14)",
        ),
        ("The end date must be at least one day after the start date.", "this.end_date >= this.start_date + days(1)"),
        (
            "The end date must be no later than a month after the start.",
            "this.end_date <= add_months(this.start_date, 1)",
        ),
        ("The end date must not be before the start date.", "this.end_date >= this.start_date"),
        ("The start date must be at least 2 days before the end date.", "this.end_date >= this.start_date + days(2)"),
    ],
)
def test_how_far_two_dates_lie_apart(said: str, expected: str) -> None:
    base = "A trip has a title, a start date and an end date. Guides manage trips. "
    assert cels(base + said, "Trip") == [expected]


def test_a_life_that_ends_by_itself() -> None:
    spec = read(
        f"{ORDER}An order is pending for 15 minutes, then expires unless it is paid; only paid ones get a code."
    )
    states, job = spec.entities["Order"].states, spec.jobs["expire_pending_order"]
    assert states is not None
    assert states.values == ("pending", "paid", "expired", "cancelled")
    assert spec.operations["pay"].to == "paid"
    assert job.where == "this.status == 'pending' && this.created_at <= now() - minutes(15)"
    assert (job.every, job.to) == ("1m", "expired")
    assert any("only paid ones get a code" in note.text for note in spec.questions)


def test_what_is_not_done_in_time_ends() -> None:
    spec = read(f"{ORDER}An unpaid order is cancelled after 30 minutes and its stock released.")
    job = spec.jobs["cancel_unpaid_order"]
    assert job.where == "this.status == 'unpaid' && this.created_at <= now() - minutes(30)"
    assert job.to == spec.operations["cancel"].to == "cancelled"
    assert any("its stock released" in note.text for note in spec.questions)
    late = read(f"{PROPOSAL}Proposals that are not reviewed within 30 days are rejected automatically.")
    assert [(one.where, one.to) for one in late.jobs.values()] == [
        ("this.status == 'submitted' && this.created_at <= now() - days(30)", "rejected")
    ]


@pytest.mark.parametrize(
    ("text", "where"),
    [
        (f"{SENSOR}Measurements older than 90 days are deleted.", "this.time <= now() - days(90)"),
        (f"{SENSOR}Measurements are kept for 2 years and then deleted.", "this.time <= add_months(now(), -24)"),
        (
            f"{PROPOSAL}Rejected proposals are deleted after 6 months.",
            "this.status == 'rejected' && this.rejected_at != null && this.rejected_at <= add_months(now(), -6)",
        ),
        (
            f"{LOAN}Loans are deleted two years after they were returned.",
            "this.returned_on != null && add_months(this.returned_on, 24) < today()",
        ),
        (f"{COURT}Bookings are deleted 30 days after they end.", "this.end_time + days(30) <= now()"),
        (
            f"{TICKET}Every night at 02:00, closed tickets are deleted.",
            "this.status == 'closed' && time_of_day(now()) >= hours(2)",
        ),
    ],
)
def test_what_is_deleted_by_itself(text: str, where: str) -> None:
    jobs = read(text).jobs
    assert [(job.where, job.deletes) for job in jobs.values()] == [(where, True)]


def test_what_nobody_touches_is_closed() -> None:
    spec = read(f"{TICKET}Resolved tickets are closed automatically after 14 days without any activity.")
    assert [(job.where, job.to) for job in spec.jobs.values()] == [
        ("this.status == 'resolved' && this.updated_at <= now() - days(14)", "closed")
    ]


@pytest.mark.parametrize(
    "said",
    [
        "Tickets are closed after 14 days.",
        "Urgent tickets are closed after 2 days.",
        "Resolved tickets are closed after 14 days without an answer of the author.",
        "The author is reminded 2 days before the ticket is closed.",
    ],
)
def test_no_job_where_it_is_not_sure(said: str) -> None:
    assert not read(TICKET + said).jobs


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("A player may make at most two bookings per day.", "date(b.start_time) == date(this.start_time)).size() < 2"),
        ("A player can book a court only once per day.", "date(b.start_time) == date(this.start_time)).size() < 1"),
        (
            "No player may have more than 5 bookings a week.",
            f"date(b.start_time) {WEEK.format('b')} == date(this.start_time) {WEEK.format('this')}).size() < 5",
        ),
        (
            "A player may have up to 3 bookings within 30 days.",
            "b.start_time > this.start_time - days(30) && b.start_time < this.start_time + days(30)).size() < 3",
        ),
    ],
)
def test_how_often_somebody_may(said: str, expected: str) -> None:
    found = rules(COURT + said, "Booking")
    assert [rule.cel for rule in found.values()] == [f"this.player.bookings.filter(b, {expected}"]
    assert all(rule.on == (Moment.CREATE,) for rule in found.values())


def test_what_has_no_date_counts_when_it_is_made() -> None:
    found = cels(f"{ORDER}Customers can place orders. Customers may place at most 3 orders per day.", "Order")
    assert found == [
        "this.customer.orders.filter(o, o.status != 'cancelled' && date(o.created_at) == today()).size() < 3"
    ]


def test_hours_are_not_counted_as_records() -> None:
    text = f"{COURT}Players can book no more than 2 hours per day."
    assert not rules(text, "Booking")
    assert "no more than 2 hours per day" in asked(text)


def test_who_failed_too_often_is_barred_until_somebody_clears_it() -> None:
    spec = read(
        "A stall has a name. A trader has a name. A slot belongs to a stall and a trader. It has a start time. A slot "
        "is reserved, then used or marked as no-show by a warden. Traders can reserve slots. A trader with two "
        "no-shows in the last 6 months cannot reserve a slot until the warden clears them."
    )
    (rule,) = spec.entities["Slot"].rules.values()
    assert rule.cel == (
        "this.trader.slots.filter(s, s.status == 'no_show' && s.start_time >= add_months(now(), -6)"
        " && (this.trader.no_shows_cleared_at == null || s.start_time > this.trader.no_shows_cleared_at)).size() < 2"
    )
    assert spec.operations["clear_no_shows"].sets == {"no_shows_cleared_at": "now()"}
    assert spec.operations["clear_no_shows"].by == ("warden",)


def test_a_start_and_an_end_are_moments_where_the_text_tells_of_hours() -> None:
    shift = (
        "A nurse has a name. A shift belongs to a nurse. It has a start and an end. Managers manage nurses and shifts. "
    )
    timed = read(f"{shift}A shift must not be longer than 12 hours.").entities["Shift"]
    assert [timed.fields[name].type for name in ("start", "end")] == [FieldType.DATETIME] * 2
    assert [rule.cel for rule in timed.rules.values()] == ["this.end <= this.start + hours(12)"]
    road = read("A road has a name, a start and an end. Clerks manage roads.").entities["Road"]
    assert road.fields["start"].type is FieldType.STRING
