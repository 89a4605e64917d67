"""How states, grants, targets and questions are read from sentences."""

import pytest

from quantumlayer.qlayer.parser import Requirement, parse, unread
from quantumlayer.spec.model import Action, Metric, RelationKind, Spec
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
    assert list(spec.entities) == ["Ticket", "Team", "Tag"]
    assert list(spec.roles) == ["customer", "team_lead", "agent"]
    assert spec.entities["Ticket"].relations["tags"].kind is RelationKind.MANY_TO_MANY
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


KEPT = (
    "A customer has a name. A bike has a brand and belongs to a customer. Clerks manage customers and bikes. "
    "Managers manage bikes. "
)


@pytest.mark.parametrize(
    "said",
    [
        "Only the manager may delete customers.",
        "Only managers can delete customers or edit bikes.",
        "Only managers are allowed to delete customers.",
        "Managers only may delete customers.",
        "The manager alone may delete customers.",
        "No one but the manager may delete customers.",
        "Nobody except the manager can delete customers.",
        "No-one other than a manager is permitted to delete customers.",
        "No role other than the manager can delete customers.",
        "None but managers may delete customers.",
        "Customers may be deleted only by the manager.",
        "A customer can only be deleted by a manager.",
        "Customers are deleted by managers only.",
        "Customers may be removed by no one but the manager.",
        "Customers must not be deleted by anyone except the manager.",
        "Clerks may create customers, but only the manager may delete them.",
    ],
)
def test_what_only_some_may_do_is_taken_from_everybody_else(said: str) -> None:
    for text in (KEPT + said, f"{said} {KEPT}"):
        spec = read(text)
        access = spec.entities["Customer"].access
        who = {role for grant in access if Action.DELETE in grant.may for role in grant.who}
        assert who == {"manager"}, access
        kept = {action for grant in access if "clerk" in grant.who for action in grant.may}
        assert kept == {Action.CREATE, Action.READ, Action.UPDATE}
        assert not spec.questions
        assert any("does not delete a customer: only manager may" in note.text for note in spec.assumptions)


def test_several_may_be_the_only_ones() -> None:
    access = read(f"{KEPT}Nobody except managers and auditors can delete customers.").entities["Customer"].access
    assert {role for grant in access if Action.DELETE in grant.may for role in grant.who} == {"manager", "auditor"}


def test_nobody_gets_by_default_what_is_reserved() -> None:
    spec = read(
        "A customer has a name. A mechanic can finish a bike. A bike has a brand. Only bosses may see customers."
    )
    assert [(grant.who, Action.READ in grant.may) for grant in spec.entities["Customer"].access] == [
        (("boss",), True),
        (("mechanic",), False),
    ]


def test_who_alone_manages_is_not_alone_in_reading() -> None:
    access = read("A room has a name. Only managers manage rooms. Cleaners can browse rooms.").entities["Room"].access
    assert {role for grant in access if Action.READ in grant.may for role in grant.who} == {"manager", "cleaner"}


def test_an_operation_that_is_reserved_is_for_nobody_else() -> None:
    spec = read(f"{STATES}Clerks manage claims. Clerks reject claims. Only managers may reject claims.")
    assert {name: one.by for name, one in spec.operations.items()} == {
        "approve": ("officer",),
        "reject": ("manager",),
        "pay": ("clerk",),
    }


@pytest.mark.parametrize(
    "said",
    ["Bikes can be found only by brand.", "A bike can be deleted only by card.", "Managers only see their bikes."],
)
def test_what_limits_no_person_reserves_nothing(said: str) -> None:
    spec = read(KEPT + said)
    assert {"clerk", "manager"} == set(spec.roles)
    who = {role for grant in spec.entities["Bike"].access if Action.DELETE in grant.may for role in grant.who}
    assert who == {"clerk", "manager"}


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("The due date must not be in the past.", "Which rule does this state"),
        ("A bike can have at most one open ticket.", "Which rule does this state"),
        ("Bikes stay locked until the deposit is there.", "Which rule does this state"),
        ("Bikes can wobble.", "What should the service do about this"),
    ],
)
def test_a_rule_that_is_not_understood_is_no_background(said: str, asked: str) -> None:
    spec = read(KEPT + said)
    note = spec.questions[0]
    assert note.text == f'{asked}: "{said}"?'
    assert "background" not in note.proposed
    assert unread(spec) == (said,)


def test_background_is_not_counted_as_unread() -> None:
    spec = read(f"{KEPT}Bikes are fun for every child.")
    assert [note.proposed for note in spec.questions] == ["Nothing: it is background."]
    assert unread(spec) == ()
