"""When a record may lie, and until when something may be done."""

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
TICKET = (
    "A ticket has a subject. An author has a name. A ticket belongs to an author. A ticket is open, then resolved by "
    "an agent, then closed by an agent. Authors can reopen tickets. Agents manage authors. "
)
ONE_DAY = "date(this.start_time) == date(this.end_time)"
NOT_ACCEPTED = "this.status in ['submitted', 'reviewed', 'rejected']"
HOUR = "time_of_day(this.start_time)"


def read(text: str) -> Spec:
    spec = parse([Requirement(name="requirements.md", text=text)])
    assert not [problem for problem in validate(spec) if not problem.warning]
    return spec


def rules(text: str, entity: str) -> dict[str, Rule]:
    return read(text).entities[entity].rules


def cels(text: str, entity: str) -> list[str | None]:
    return [rule.cel for rule in rules(text, entity).values()]


def required(text: str, operation: str) -> list[str]:
    return [one.cel for one in read(text).operations[operation].requires.values()]


def asked(text: str) -> str:
    return "\n".join(note.text for note in read(text).questions)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("A booking must start between 8:00 and 20:00.", [f"{HOUR} >= hours(8) && {HOUR} <= hours(20)"]),
        ("The start time must be between 9 and 11 am.", [f"{HOUR} >= hours(9) && {HOUR} <= hours(11)"]),
        ("No booking may start before 7:30 am.", [f"{HOUR} >= hours(7) + minutes(30)"]),
        ("Bookings must not start after 22:00.", [f"{HOUR} <= hours(22)"]),
        (
            "Players can book courts from 9 am to 5:30pm.",
            [f"{ONE_DAY} && {HOUR} >= hours(9) && time_of_day(this.end_time) <= hours(17) + minutes(30)"],
        ),
        ("Courts can be booked Mon-Fri.", ["this.start_time.getDayOfWeek(timezone) in [1, 2, 3, 4, 5]"]),
        ("Bookings start on weekdays only.", ["this.start_time.getDayOfWeek(timezone) in [1, 2, 3, 4, 5]"]),
        ("Bookings cannot be made on Sundays.", ["this.start_time.getDayOfWeek(timezone) != 0"]),
        ("Bookings are not allowed on weekends.", ["!(this.start_time.getDayOfWeek(timezone) in [6, 0])"]),
        ("Courts can be booked at most 14 days in advance.", ["this.start_time <= now() + days(14)"]),
        ("Nobody can book a court more than a month in advance.", ["this.start_time <= add_months(now(), 1)"]),
        ("Courts must be booked at least half an hour in advance.", ["this.start_time >= now() + minutes(30)"]),
        ("Bookings must not be in the past.", ["this.start_time >= now()"]),
        ("The start time must be in the future.", ["this.start_time > now()"]),
        ("The start time must not be in the past.", ["this.start_time >= now()"]),
        (
            "A booking must start between 8 and 11 am or between 2 and 5 pm.",
            [f"({HOUR} >= hours(8) && {HOUR} <= hours(11)) || ({HOUR} >= hours(14) && {HOUR} <= hours(17))"],
        ),
        ("Bookings cannot be made for the same day.", ["date(this.start_time) != today()"]),
        ("Bookings must be made at least 2 hours before the start.", ["now() <= this.start_time - hours(2)"]),
    ],
)
def test_when_a_record_may_lie(said: str, expected: list[str]) -> None:
    assert cels(COURT + said, "Booking") == expected
    assert said not in asked(COURT + said)


def test_a_window_of_several_parts_is_several_rules() -> None:
    found = rules(
        "A doctor has a name. A visit belongs to a doctor. It has a start time, lasts 15 or 30 minutes, and a reason. "
        "Clerks manage doctors and visits. Visits can only be booked between 08:00 and 18:00, Monday to Friday, and at "
        "least one hour in advance.",
        "Visit",
    )
    assert {name: rule.cel for name, rule in found.items()} == {
        "within_hours": f"{HOUR} >= hours(8) && {HOUR} + minutes(this.duration) <= hours(18)",
        "on_weekdays": "this.start_time.getDayOfWeek(timezone) in [1, 2, 3, 4, 5]",
        "far_enough_ahead": "this.start_time >= now() + hours(1)",
    }
    assert all(rule.on == (Moment.CREATE, Moment.UPDATE) for rule in found.values())


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("Players may cancel up to 24 hours before the start.", "now() <= this.start_time - hours(24)"),
        ("Players cannot cancel a booking less than 2 days before it starts.", "now() <= this.start_time - days(2)"),
        ("Bookings cannot be cancelled within 24 hours of the start time.", "now() <= this.start_time - hours(24)"),
        ("A booking can be cancelled until one hour before it begins.", "now() <= this.start_time - hours(1)"),
        ("Bookings may be cancelled 3 days before the start at the latest.", None),
        ("Bookings can only be cancelled before they start.", "now() < this.start_time"),
        ("A booking cannot be cancelled once it has started.", "now() < this.start_time"),
    ],
)
def test_until_when_an_operation_is_possible(said: str, expected: str | None) -> None:
    assert required(COURT + said, "cancel") == ([expected] if expected else [])
    assert (said.rstrip(".").lower() in asked(COURT + said).lower()) == (expected is None)


def test_who_alone_may_do_it_later() -> None:
    spec = read(
        f"{COURT}Players may cancel a booking up to 24 hours before the start; after that only the front desk can."
    )
    cancel = spec.operations["cancel"]
    assert cancel.by == ("player", "front_desk")
    assert [one.cel for one in cancel.requires.values()] == [
        "caller.role == 'front_desk' || now() <= this.start_time - hours(24)"
    ]


def test_a_deadline_of_one_role_leaves_the_others_free() -> None:
    text = f"{COURT}Managers can cancel bookings. Players cannot cancel a booking less than 24 hours before it starts."
    assert required(text, "cancel") == ["caller.role == 'manager' || now() <= this.start_time - hours(24)"]


def test_changing_and_deleting_have_deadlines_too() -> None:
    found = rules(
        f"{COURT}A booking cannot be changed once it has started. Bookings can only be deleted after they have ended.",
        "Booking",
    )
    assert {(rule.cel, rule.on) for rule in found.values()} == {
        ("now() < this.start_time", (Moment.UPDATE,)),
        ("now() >= this.end_time", (Moment.DELETE,)),
    }


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("A loan can be renewed until the due date.", "today() <= this.due_on"),
        ("A loan can only be renewed before it is due.", "today() < this.due_on"),
        ("A loan cannot be renewed more than 3 days after the due date.", "today() <= this.due_on + days(3)"),
        ("Members can renew a loan no earlier than 3 days before the due date.", "today() >= this.due_on - days(3)"),
    ],
)
def test_days_are_compared_with_today(said: str, expected: str) -> None:
    assert expected in required(LOAN + said, "renew")


def test_a_deadline_may_be_that_of_what_a_record_belongs_to() -> None:
    found = rules(f"{PROPOSAL}Proposals can only be submitted before the closing date of the call.", "Proposal")
    assert [(rule.cel, rule.on) for rule in found.values()] == [("today() < this.call.closing_date", (Moment.CREATE,))]


def test_what_ends_on_a_day_is_over_on_the_next() -> None:
    text = "A permit has a number, an issue date and an expiry date. Clerks manage permits. "
    assert cels(f"{text}A permit cannot be changed once it has expired.", "Permit") == ["today() <= this.expiry_date"]


def test_what_is_done_has_hours_of_its_own() -> None:
    assert "now().getDayOfWeek(timezone) != 0" in required(f"{LOAN}A loan cannot be renewed on Sundays.", "renew")


def test_before_one_moment_and_after_another() -> None:
    found = cels(
        "* Event: title, sales start and sales end\n* Visitor: name, email\n* Booking: event, visitor, seats\n"
        "* Visitors can book events.\n* Visitors can't book before the sales start or after the sales end.",
        "Booking",
    )
    assert found == ["now() >= this.event.sales_start", "now() < this.event.sales_end"]


def test_a_deadline_of_hours_does_not_move_a_date() -> None:
    text = f"{LOAN}Loans can be renewed up to 5 hours before the due date."
    assert not any("due_on -" in cel for cel in required(text, "renew"))
    assert "up to 5 hours before the due date" in asked(text)


def test_within_a_while_of_a_state_that_is_kept() -> None:
    spec = read(f"{TICKET}Authors can reopen a resolved ticket within 7 days.")
    assert spec.entities["Ticket"].fields["resolved_at"].type is FieldType.DATETIME
    assert spec.operations["resolve"].sets["resolved_at"] == "now()"
    reopen = spec.operations["reopen"]
    assert reopen.from_ == ("resolved",)
    assert reopen.requires["in_time"].cel == "this.resolved_at != null && now() <= this.resolved_at + days(7)"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (
            "Candidates can withdraw a proposal within 48 hours of submitting it.",
            "now() <= this.created_at + hours(48)",
        ),
        ("A proposal can be withdrawn until it is reviewed.", "this.status == 'submitted'"),
        (
            "A proposal cannot be withdrawn after it was accepted.",
            "this.status in ['submitted', 'reviewed', 'rejected']",
        ),
    ],
)
def test_deadlines_from_states(said: str, expected: str) -> None:
    assert required(PROPOSAL + said, "withdraw") == [expected]


def test_what_is_free_of_charge_until_a_moment_is_not_refused_later() -> None:
    spec = read(f"{COURT}Bookings can be cancelled free of charge until 24 hours before the start.")
    assert not spec.operations["cancel"].requires
    assert spec.entities["Booking"].derived["free_to_cancel"].cel == "now() <= this.start_time - hours(24)"
    assert any("cost to cancel later" in note.text for note in spec.questions)


@pytest.mark.parametrize(
    "said",
    [
        "Agents must resolve an open ticket within 2 days.",
        "Authors can reopen a resolved ticket within 5 working days.",
        "Authors can reopen tickets within 7 days.",
        "Authors can reopen a resolved ticket within 7 days unless it was escalated.",
    ],
)
def test_what_is_not_sure_is_asked(said: str) -> None:
    spec = read(TICKET + said)
    assert "resolved_at" not in spec.entities["Ticket"].fields
    assert not any("days" in one.cel for operation in spec.operations.values() for one in operation.requires.values())
    assert said.rstrip(".").lower() in "\n".join(note.text for note in spec.questions).lower()


@pytest.mark.parametrize(
    "said",
    [
        "Players can cancel up to 48 hours before the start unless a manager agrees.",
        "Courts can be booked between 08:00 and 18:00 and by telephone.",
        "Courts can be booked on public holidays only.",
        "Bookings between 18:00 and 22:00 cost more.",
        "Premium players may cancel up to one hour before the start.",
        "Bookings of more than two hours must be made at least 2 days in advance.",
    ],
)
def test_a_clause_is_understood_to_its_end_or_not_at_all(said: str) -> None:
    spec = read(COURT + said)
    assert not spec.entities["Booking"].rules
    assert not spec.operations["cancel"].requires
    assert said.rstrip(".").lower() in asked(COURT + said).lower()


def test_no_guess_which_of_two_moments_is_meant() -> None:
    text = (
        "A table has a number. A visit belongs to a table. It has a date and a time. Hosts manage tables and visits. "
        "Visits can be booked from Tuesday to Sunday only."
    )
    assert not rules(text, "Visit")
    assert "Tuesday to Sunday" in asked(text)
