"""What each way of saying something becomes."""

import pytest

from quantumlayer.qlayer.parser import Requirement, parse
from quantumlayer.qlayer.parser.silence import unread
from quantumlayer.spec.model import Computed, FieldType, Moment, NoOverlap, Spec
from quantumlayer.spec.validate import validate

BASE = "A room has a name. A guest has a name and an email address. Managers manage rooms and guests. "
LOAN = (
    "A tool has a name and a number of copies. A member has a name. A member borrows a tool. The loan records the day "
    "it was borrowed, the day it is due and, later, the day the tool came back. Members can borrow and return. "
    "Clerks manage tools and members. "
)
VISIT = (
    "A room has a name. A visit belongs to a room. It has a start time and an end time. "
    "Clerks manage rooms and visits. "
)


def read(text: str) -> Spec:
    spec = parse([Requirement(name="requirements.md", text=text)])
    assert not [problem for problem in validate(spec) if not problem.warning]
    return spec


def field(said: str, name: str) -> dict[str, object]:
    found = read(f"A thing has {said}. Clerks manage things.").entities["Thing"].fields[name]
    return found.model_dump(exclude_defaults=True, exclude={"about"})


@pytest.mark.parametrize(
    ("said", "name", "expected"),
    [
        ("a title", "title", {"type": "string"}),
        ("an email address", "email", {"type": "email", "personal": True}),
        ("an optional phone number", "phone_number", {"type": "string", "optional": True, "personal": True}),
        ("a code of 2 to 4 letters", "code", {"type": "string", "pattern": "[A-Za-z]{2,4}"}),
        ("a code (at most 6 digits)", "code", {"type": "string", "pattern": "[0-9]{1,6}"}),
        ("a code (upper-case letters, digits and dashes)", "code", {"type": "string", "pattern": "[0-9A-Z-]+"}),
        ("a code (unique)", "code", {"type": "string", "unique": True}),
        ("a size (small, medium or large)", "size", {"type": "string", "one_of": ("small", "medium", "large")}),
        ("a length of 30, 45 or 60 minutes", "length", {"type": "int", "one_of": (30, 45, 60)}),
        ("a quantity between 1 and 50", "quantity", {"type": "int", "min": 1, "max": 50}),
        ("a quantity (1-99)", "quantity", {"type": "int", "min": 1, "max": 99}),
        ("a quantity of at least 2", "quantity", {"type": "int", "min": 2}),
        ("a weight in kg", "weight", {"type": "decimal"}),
        ("a balance in EUR (never negative)", "balance", {"type": "money", "min": 0}),
        ("a level in percent", "level", {"type": "decimal", "min": 0, "max": 100}),
        ("a duration in minutes", "duration", {"type": "int"}),
        ("a comment of at most 300 characters", "comment", {"type": "text", "max": 300}),
        ("a note of at most 80 characters", "note", {"type": "string", "max": 80}),
        ("a number of seats", "seats", {"type": "int", "min": 0}),
        ("a date of birth", "date_of_birth", {"type": "date", "personal": True}),
        ("a start time", "start_time", {"type": "datetime"}),
        ("an active yes/no flag", "active", {"type": "bool", "default": False}),
        ("a projector (yes or no)", "projector", {"type": "bool", "default": False}),
        ("the time it was seen", "seen_at", {"type": "datetime"}),
        ("the day it was bought", "bought_on", {"type": "date"}),
        ("a stock on hand", "stock_on_hand", {"type": "int", "min": 0}),
        ("a first and last name", "first_name", {"type": "string"}),
        ("a class", "class_value", {"type": "string"}),
        ("a name and, later, an end date", "end_date", {"type": "date", "optional": True}),
        ("a location (latitude and longitude)", "latitude", {"type": "decimal", "min": -90, "max": 90}),
    ],
)
def test_fields(said: str, name: str, expected: dict[str, object]) -> None:
    assert field(said, name) == expected


def test_a_label_lists_the_fields_of_an_entity() -> None:
    spec = read("* Venue: name, address, capacity\n* Show: title, starts at, status draft / published / over")
    assert list(spec.entities["Venue"].fields) == ["name", "address", "capacity"]
    show = spec.entities["Show"].fields
    assert show["starts_at"].type is FieldType.DATETIME
    assert "status" not in show
    states = spec.entities["Show"].states
    assert states is not None
    assert states.values == ("draft", "published", "over")


def test_limits_in_a_sentence_of_their_own() -> None:
    spec = read(f"{BASE}A room has a number of beds, which can never be below one. Names must be unique.")
    room = spec.entities["Room"].fields
    assert room["beds"].min == 1
    assert room["name"].unique


def test_personal_data_and_logs() -> None:
    spec = read(f"{BASE}Names are personal data and must not appear in logs.")
    assert spec.entities["Guest"].fields["name"].personal
    assert not any("logs" in note.text for note in spec.questions)


def test_a_part_named_with_its_whole_is_a_field() -> None:
    spec = read(f"{BASE}Remarks on a room are optional and have at most 90 characters.")
    remarks = spec.entities["Room"].fields["remarks"]
    assert (remarks.optional, remarks.max) == (True, 90)


@pytest.mark.parametrize(
    ("said", "owner", "relation", "target"),
    [
        ("A bed belongs to one room. A bed has a number.", "Bed", "room", "Room"),
        ("A stay links one guest and one room.", "Stay", "guest", "Guest"),
        ("A stay is for one guest in one room.", "Stay", "room", "Room"),
        ("Each room is cleaned by one guest.", "Room", "guest", "Guest"),
        ("A room has beds. A bed has a number.", "Bed", "room", "Room"),
    ],
)
def test_relations(said: str, owner: str, relation: str, target: str) -> None:
    assert read(BASE + said).entities[owner].relations[relation].to == target


def test_a_loan_of_two_weeks_and_of_a_month() -> None:
    for said, cel in (("2 weeks", "this.borrowed_on + days(2 * 7)"), ("1 month", "add_months(this.borrowed_on, 1)")):
        due = read(f"{LOAN}A loan lasts {said}.").entities["Loan"].fields["due_on"]
        assert due.default == Computed(cel=cel)


def test_an_end_that_the_text_does_not_name_is_assumed() -> None:
    spec = read(
        "A member has a name. A pass has a start date. A pass belongs to a member. A pass is valid for 30 days."
    )
    assert spec.entities["Pass"].fields["due_on"].default == Computed(cel="this.start_date + days(30)")
    assert any(note.about == "entities.Pass.fields.due_on" for note in spec.assumptions)


def test_a_fee_by_the_week_without_a_limit() -> None:
    spec = read(f"{LOAN}A late return costs 2.00 per week late. 2 weeks late costs 4.00.")
    loan = spec.entities["Loan"]
    assert loan.derived["fee"].cel == "(this.days_late + 6) / 7 * 2.00"
    assert len(loan.derived["fee"].examples) == 1


def test_a_fee_without_anything_that_can_be_late_is_a_question() -> None:
    spec = read(f"{BASE}It costs 2.00 per day late.")
    assert any("per day late" in note.text for note in spec.questions)


@pytest.mark.parametrize(
    ("said", "operation", "cel"),
    [
        ("A member can extend a loan twice.", "extend", "this.times_extended < 2"),
        ("A member can extend a loan 3 times.", "extend", "this.times_extended < 3"),
        ("Members can extend loans. An overdue loan cannot be extended.", "extend", "today() <= this.due_on"),
        ("A member cannot borrow a tool if every copy is taken.", "borrow", "this.available > 0"),
        ("Members can extend loans. A returned loan cannot be extended.", "extend", "this.returned_on == null"),
        ("A tool has a broken yes/no flag. Nobody can borrow a tool if it is broken.", "borrow", "!this.broken"),
        ("A member may have at most 2 open loans.", "borrow",
         "caller.member.loans.filter(l, l.returned_on == null).size() < 2"),
    ],
)  # fmt: skip
def test_what_must_hold_before_an_operation(said: str, operation: str, cel: str) -> None:
    requires = read(LOAN + said).operations[operation].requires
    assert cel in {requirement.cel for requirement in requires.values()}


def test_moving_a_date() -> None:
    spec = read(f"{LOAN}Members can extend loans. Extending moves the due date by 1 month.")
    assert spec.operations["extend"].sets == {"due_on": "add_months(this.due_on, 1)"}


def test_a_quota_without_an_operation_is_a_rule() -> None:
    spec = read(f"{BASE}A stay belongs to a guest. A stay has a reason. A guest may have at most 2 stays.")
    (rule,) = spec.entities["Stay"].rules.values()
    assert (rule.cel, rule.on) == ("this.guest.stays.size() < 2", (Moment.CREATE,))


def test_an_order_of_dates_and_an_overlap() -> None:
    spec = read(f"{VISIT}The end time must be later than the start time. Two visits of the same room may not overlap.")
    rules = spec.entities["Visit"].rules
    assert next(rule.cel for rule in rules.values()) == "this.end_time > this.start_time"
    assert rules["no_overlap"].no_overlap == NoOverlap(per="room", start="start_time", end="end_time")


def test_an_overlap_of_records_with_a_length() -> None:
    spec = read(
        "A doctor has a name. A visit links one doctor. It has a start time, lasts 15, 30 or 45 minutes, and a reason. "
        "A doctor cannot have two visits that overlap. Clerks manage doctors and visits."
    )
    visit = spec.entities["Visit"]
    assert visit.fields["duration"].one_of == (15, 30, 45)
    assert list(visit.fields) == ["start_time", "duration", "reason"]
    assert visit.derived["ends_at"].stored


def test_what_only_keeps_things_is_where_the_service_is_at_home() -> None:
    spec = read("A shop keeps products with a name and a price. The shop is in Bremen. Customers can order products.")
    assert list(spec.entities) == ["Product"]
    assert {"name", "price"} <= set(spec.entities["Product"].fields)
    assert spec.entities["Product"].relations == {}
    assert spec.service.name == "shop"


@pytest.mark.parametrize(
    "said",
    [
        "A shop keeps products. A shop has an address.",
        "A shop keeps products. Every clerk belongs to one shop. A clerk has a name.",
        "A shop keeps products. Each shop belongs to one owner. An owner has a name.",
        "Each shop keeps products. A product has a price.",
        "A shop keeps products. Managers can close a shop.",
    ],
)
def test_what_is_said_to_be_more_than_a_place_is_a_record(said: str) -> None:
    assert "Shop" in read(said).entities


@pytest.mark.parametrize(
    "said",
    [
        "Only members without loans may borrow books.",
        "Members who have paid their fee can borrow books.",
        "Members over 18 may borrow books.",
        "Nobody except members who have paid may borrow a book.",
        "Members may borrow books if they have no open loans.",
        "Only members with a card may see books.",
    ],
)
def test_a_condition_on_who_acts_is_asked_about(said: str) -> None:
    spec = read(f"A book has a title. A member has a name. {said}")
    assert f'Which rule does this state: "{said}"?' in [note.text for note in spec.questions]
    assert said in unread(spec)


@pytest.mark.parametrize(
    "said", ["Members of the club may borrow books.", "Only members may borrow books.", "A member can borrow a book."]
)
def test_who_acts_without_a_condition_is_not_asked_about(said: str) -> None:
    spec = read(f"A book has a title. A member has a name. {said}")
    assert not [note for note in spec.questions if said in note.text]


def test_a_sentence_that_stands_twice_is_traced_to_each_of_its_places() -> None:
    said = "A book has a title. "
    spec = read(f"{said * 40}Librarians manage books.")
    starts = [source.start for source in spec.trace if "entities.Book.fields.title" in source.elements]
    assert starts == [len(said) * place for place in range(40)]


def test_thousands_of_words_without_a_point_are_one_sentence() -> None:
    spec = read(f"A book has a title. {'members borrow books and librarians add tools, ' * 500}the end.")
    assert {"borrow"} <= set(spec.operations)
