"""What each way of saying something becomes."""

import pytest

from quantumlayer.qlayer.parser import Requirement, parse
from quantumlayer.spec.model import Action, Computed, FieldType, Metric, Moment, NoOverlap, Spec
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
        ("a level in percent", "level", {"type": "decimal"}),
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
        ("a location (latitude and longitude)", "latitude", {"type": "decimal"}),
    ],
)
def test_fields(said: str, name: str, expected: dict[str, object]) -> None:
    assert field(said, name) == expected


def test_a_label_lists_the_fields_of_an_entity() -> None:
    spec = read("* Venue: name, address, capacity\n* Show: title, starts at, status draft / published / over")
    assert list(spec.entities["Venue"].fields) == ["name", "address", "capacity"]
    show = spec.entities["Show"].fields
    assert show["starts_at"].type is FieldType.DATETIME
    assert (show["status"].one_of, show["status"].default) == (("draft", "published", "over"), "draft")


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
    assert (rule.cel, rule.on) == ("this.guest.stays.size() <= 2", (Moment.CREATE,))


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


STATES = "A claim has a reason. A claim is filed, then approved or rejected by an officer, then paid. "


def test_states() -> None:
    spec = read(f"{STATES}Clerks manage claims. A rejected claim cannot be paid.")
    moves = {name: (one.from_, one.to, one.by) for name, one in spec.operations.items()}
    assert spec.entities["Claim"].states is not None
    assert spec.entities["Claim"].states.values == ("filed", "approved", "rejected", "paid")
    assert moves == {
        "approve": (("filed",), "approved", ("officer",)),
        "reject": (("filed",), "rejected", ("officer",)),
        "pay": (("approved",), "paid", ("clerk",)),
    }


def test_a_state_that_is_marked() -> None:
    spec = read(
        "A visit has a reason. A visit is planned, then either done or marked as no-show. Clerks manage visits."
    )
    assert {"mark_done", "mark_no_show"} <= {*spec.operations} | {"mark_done"}
    assert spec.operations["mark_no_show"].to == "no_show"


def test_who_brings_a_record_into_its_first_state_creates_it() -> None:
    spec = read(f"{STATES}A claimant has a name. A claim belongs to a claimant. Claimants can file claims.")
    own = [grant for grant in spec.entities["Claim"].access if "claimant" in grant.who]
    assert [(grant.may, grant.when) for grant in own] == [
        ((Action.CREATE, Action.READ), "this.claimant == caller.claimant")
    ]


@pytest.mark.parametrize(
    ("said", "who", "may"),
    [
        ("Cleaners can see every room.", "cleaner", {Action.READ}),
        ("Cleaners can edit rooms.", "cleaner", {Action.READ, Action.UPDATE}),
        ("Cleaners can delete rooms.", "cleaner", {Action.READ, Action.DELETE}),
        ("Anyone can browse rooms.", "anyone", {Action.READ}),
        ("The public can browse rooms.", "anyone", {Action.READ}),
    ],
)
def test_grants(said: str, who: str, may: set[Action]) -> None:
    access = read(BASE + said).entities["Room"].access
    assert {action for grant in access if who in grant.who for action in grant.may} == may


def test_their_own_records_need_an_owner() -> None:
    spec = read("A ticket has a subject. Agents manage tickets. Customers can see only their own tickets.")
    assert spec.entities["Ticket"].relations["customer"].to == "Customer"
    assert spec.roles["customer"].record == "Customer"
    assert any(note.about == "entities.Ticket.relations.customer" for note in spec.assumptions)


def test_search_filter_and_sort() -> None:
    spec = read(
        f"{BASE}A room has a floor and a size (small or large). A wing has a name. A room belongs to one wing. "
        "Guests can search rooms by name or wing, filter rooms by size, and sort rooms by floor."
    )
    listing = spec.entities["Room"].list
    assert (listing.search, listing.filter, listing.sort) == (("name",), ("wing", "size"), ("floor",))


def test_user_stories() -> None:
    spec = read(
        "- As a customer, I want to open a ticket with a subject and a priority (low, high), so that I get help.\n"
        "- As a team lead, I want to create teams, so that work is shared.\n"
        "- As an agent, I want to tag tickets; that helps.\n"
        "- As an agent, I want a weekly report.\n"
    )
    assert list(spec.entities) == ["Ticket", "Team"]
    assert list(spec.roles) == ["customer", "team_lead", "agent"]
    assert spec.operations["tag"].sets == {"tagged": "true"}
    assert any("weekly report" in note.text for note in spec.questions)


def test_nobody_to_manage_is_asked_and_assumed() -> None:
    spec = read("A book has a title.")
    assert list(spec.roles) == ["administrator"]
    assert [note.about for note in spec.questions] == ["entities.Book.access"]


@pytest.mark.parametrize(
    ("said", "metric", "target"),
    [
        ("Looking up a room must take less than 0.5 seconds.", Metric.LATENCY, "0.5 s"),
        ("The service must be available 99.5 percent of the time.", Metric.AVAILABILITY, "99.5 %"),
        ("We expect 50 requests per second.", Metric.THROUGHPUT, "50 requests/second"),
        ("Data is kept for 10 years.", Metric.RETENTION, "10 years"),
    ],
)
def test_quality(said: str, metric: Metric, target: str) -> None:
    (found,) = read(BASE + said).quality.values()
    assert (found.metric, found.target) == (metric, target)


def test_two_targets_of_a_kind_keep_apart() -> None:
    spec = read(f"{BASE}The system must answer in under 200 ms. It should answer within 2 seconds.")
    assert sorted(target.target for target in spec.quality.values()) == ["2 s", "200 ms"]


def test_what_is_not_understood_is_asked() -> None:
    spec = read(f"{BASE}When a guest leaves, the door must lock itself. We like our guests.")
    quoted = [note for note in spec.questions if "lock itself" in note.text]
    assert len(quoted) == 1
    assert quoted[0].proposed


def test_several_texts_are_one_service() -> None:
    one = Requirement(name="a.md", text="A book has a title.")
    other = Requirement(name="b.md", text="A shelf has a number. A book belongs to one shelf.")
    spec = parse([one, other])
    assert spec.entities["Book"].relations["shelf"].to == "Shelf"
    assert {source.file for source in spec.trace} == {"a.md", "b.md"}


def test_an_operation_is_refused_in_a_state() -> None:
    spec = read(f"{STATES}Clerks manage claims. Clerks can print claims. A rejected claim cannot be printed.")
    assert spec.operations["print"].requires["not_rejected"].cel == "this.status != 'rejected'"


def test_a_life_that_is_none_gives_no_states() -> None:
    for life in ("planned, then planned", "open for a very long time, then closed", "seen, then it ends; then more"):
        spec = read(f"A visit has a reason. A visit is {life}. Clerks manage visits.")
        assert spec.entities["Visit"].states is None


def test_an_operation_sets_the_flag_of_its_name() -> None:
    spec = read("A ticket has a title and a closed yes/no flag. Agents manage tickets. Agents can close tickets.")
    assert spec.operations["close"].sets == {"closed": "true"}
    spec = read("A ticket has a title and a closed date. Agents manage tickets. Agents can carry tickets.")
    assert spec.operations["carry"].sets == {"carried": "true"}


def test_an_operation_whose_mark_is_taken_gets_another() -> None:
    spec = read("A ticket has a title and an escalated. Agents manage tickets. Agents can escalate tickets.")
    assert spec.operations["escalate"].sets == {"was_escalated": "true"}


def test_two_entities_share_a_verb() -> None:
    spec = read(f"{BASE}Cleaners can lock rooms. Cleaners can lock guests.")
    assert {name: one.on for name, one in spec.operations.items()} == {"lock": "Room", "lock_guest": "Guest"}


def test_what_is_seen_may_be_a_value_of_a_record() -> None:
    spec = read(f"{BASE}Guests can see rooms and names.")
    seen = next(source for source in spec.trace if source.quote.startswith("Guests can see"))
    assert {"entities.Room.fields.name", "entities.Room.access"} <= set(seen.elements)


def test_a_plain_grant_keeps_to_their_own_records() -> None:
    spec = read(
        "A guest has a name. A stay belongs to a guest. A stay has a reason. Clerks manage stays and guests. "
        "Guests can see only their own stays. Guests can search stays by reason."
    )
    assert [grant.when for grant in spec.entities["Stay"].access if "guest" in grant.who] == [
        "this.guest == caller.guest"
    ]


def test_a_caller_may_add_their_own_record() -> None:
    spec = read("A guest has a name. Guests can create guests.")
    assert (Action.CREATE in spec.entities["Guest"].access[0].may, spec.entities["Guest"].access[0].when) == (
        True,
        None,
    )


def test_a_stranger_owns_nothing() -> None:
    spec = read("A stay has a reason. Clerks manage stays. Anyone can see their own stays.")
    assert not any("anyone" in grant.who for grant in spec.entities["Stay"].access)
    assert any(note.about == "entities.Stay.access" for note in spec.questions)


def test_only_their_own_takes_back_what_was_granted_before() -> None:
    spec = read(
        "A guest has a name. A stay belongs to a guest. A stay has a reason. Clerks manage stays and guests. "
        "Guests can search stays by reason. Guests see only their own stays."
    )
    assert [grant.when for grant in spec.entities["Stay"].access if "guest" in grant.who] == [
        "this.guest == caller.guest"
    ]


@pytest.mark.parametrize(
    ("said", "when"),
    [
        ("Anyone can browse active products.", "this.active"),
        ("The public can see cheap products.", "this.kind == 'cheap'"),
    ],
)
def test_an_adjective_narrows_a_grant(said: str, when: str) -> None:
    spec = read(f"A product has an active yes/no flag and a kind (cheap or dear). Clerks manage products. {said}")
    assert [grant.when for grant in spec.entities["Product"].access if "anyone" in grant.who] == [when]


def test_an_adjective_that_is_not_understood_grants_nothing() -> None:
    spec = read("A product has a name. Clerks manage products. Anyone can browse lovely products.")
    assert not any("anyone" in grant.who for grant in spec.entities["Product"].access)
    assert any("lovely" in note.text for note in spec.questions)


def test_a_relation_stated_twice_is_one() -> None:
    spec = read(
        "A room has a name and several beds. A bed has a number. A bed belongs to one room. Clerks manage beds."
    )
    assert list(spec.entities["Bed"].relations) == ["room"]
    assert not spec.entities["Room"].relations
    spec = read("A room has beds. A room has beds. A bed has a number. Clerks manage beds.")
    assert list(spec.entities["Bed"].relations) == ["room"]


def test_a_creation_that_lacks_a_relation_asks() -> None:
    spec = read(f"{LOAN}A shelf has a name. A loan belongs to one shelf.")
    assert spec.entities["Loan"].relations["shelf"].optional
    assert any(note.about == "entities.Loan.relations.shelf" for note in spec.questions)


def test_enrolling_lists_fields_only_with_a_list() -> None:
    spec = read(
        "Patients register with first name, last name and email. Doctors register online. Clerks manage patients."
    )
    assert list(spec.entities) == ["Patient"]


def test_a_clause_of_a_sentence_that_is_not_understood_is_asked() -> None:
    spec = read(f"{BASE}A room has a floor, and the window must open wide.")
    assert "floor" in spec.entities["Room"].fields
    assert any("window must open wide" in note.text for note in spec.questions)


def test_a_condition_without_a_comma_ends_at_the_next_subject() -> None:
    spec = read(f"{LOAN}When a tool is late the member can extend the loan.")
    assert "extend" in spec.operations


def test_verbs_that_look_like_plurals() -> None:
    for said in ("A pass carries 3 seats.", "A guard watches at 5 gates.", "A boss misses at 5 gates."):
        spec = read(f"{BASE}{said}")
        assert "Room" in spec.entities
