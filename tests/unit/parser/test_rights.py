"""Who may do what: grants that mean no more than the words do, denials, values that only some see, defaults."""

import pytest

from quantumlayer.qlayer.parser import Requirement, parse
from quantumlayer.spec.model import Action, Entity, Spec
from quantumlayer.spec.validate import validate

ORDERS = "An order has a total. A customer has a name. Clerks manage orders and customers. "
LESSONS = (
    "A lesson has a title. A teacher has a name. A pupil has a name. A lesson belongs to a teacher. An enrolment "
    "belongs to a lesson and a pupil. It has a day. Heads manage lessons, teachers, pupils and enrolments. "
)


def read(text: str) -> Spec:
    spec = parse([Requirement(name="requirements.md", text=text)])
    assert not [problem for problem in validate(spec) if not problem.warning]
    return spec


def may(entity: Entity, who: str) -> dict[str | None, set[str]]:
    """What a role may do, by condition."""
    found: dict[str | None, set[str]] = {}
    for grant in entity.access:
        if who in grant.who:
            found.setdefault(grant.when, set()).update(action.value for action in grant.may)
    return found


def asked(spec: Spec) -> list[str]:
    return [note.text for note in spec.questions]


def test_records_that_somebody_made_are_their_own() -> None:
    spec = read(
        "A sale has a day. A vet has a name. A sale belongs to a vet. Owners manage sales and vets. "
        "Vets see the sales they have made themselves, not those of the others."
    )
    assert may(spec.entities["Sale"], "vet") == {"this.vet == caller.vet": {"read"}}


def test_whose_is_not_told_by_a_relation_is_assumed() -> None:
    spec = read("A report has a title. Chiefs manage reports. Writers see the reports they have written.")
    assert may(spec.entities["Report"], "writer") == {"this.writer == caller.writer": {"read"}}
    assert any(note.about == "entities.Report.relations.writer" for note in spec.assumptions)


@pytest.mark.parametrize(
    ("said", "who", "expected"),
    [
        (
            "Teachers can edit the lessons they teach.",
            "teacher",
            {"this.teacher == caller.teacher": {"read", "update"}},
        ),
        (
            "Teachers see the lessons that are assigned to them.",
            "teacher",
            {"this.teacher == caller.teacher": {"read"}},
        ),
        (
            "Pupils see the lessons they are enrolled in.",
            "pupil",
            {"this.enrolments.exists(link, link.pupil == caller.pupil)": {"read"}},
        ),
    ],
)
def test_what_ties_records_to_callers(said: str, who: str, expected: dict[str | None, set[str]]) -> None:
    assert may(read(LESSONS + said).entities["Lesson"], who) == expected


def test_records_of_their_team() -> None:
    spec = read(
        "A team has a name. An agent has a name. An agent belongs to a team. A ticket has a subject. "
        "A ticket belongs to a team. Leads manage teams and agents. Bosses manage tickets. "
        "Agents can see tickets of their team."
    )
    assert may(spec.entities["Ticket"], "agent") == {"this.team == caller.agent.team": {"read"}}


@pytest.mark.parametrize(
    "said",
    [
        "Drivers can see orders of cancelled customers.",
        "Drivers can see orders placed last week.",
        "Drivers can see orders that they like.",
        "Drivers can see orders of the same customer.",
        "Drivers without a car can see orders.",
        "Drivers can edit orders if they have paid.",
        "Drivers can see orders before they are packed.",
    ],
)
def test_what_is_not_understood_grants_nothing_and_is_asked(said: str) -> None:
    spec = read(ORDERS + said)
    assert not may(spec.entities["Order"], "driver")
    assert any("order" in text for text in asked(spec))


def test_a_plain_place_narrows_nothing() -> None:
    assert may(read(f"{ORDERS}Drivers can see orders in the shop.").entities["Order"], "driver") == {None: {"read"}}


def test_a_state_narrows_a_grant() -> None:
    spec = read(
        "A post has a title. A post is draft, then published. Authors can create posts. "
        "Authors can edit posts while they are drafts. Anyone can read published posts."
    )
    assert may(spec.entities["Post"], "author")["this.status == 'draft'"] == {"read", "update"}
    assert may(spec.entities["Post"], "anyone") == {"this.status == 'published'": {"read"}}
    assert not asked(spec)


def test_who_wrote_it_alone() -> None:
    spec = read(
        "A note has a text. A doctor has a name. A note belongs to a doctor. Doctors can create notes. "
        "Nurses can see notes. Bosses manage doctors. Only the doctor who wrote it can read a note."
    )
    assert may(spec.entities["Note"], "doctor") == {"this.doctor == caller.doctor": {"create", "read"}}
    assert not may(spec.entities["Note"], "nurse")
    assert not asked(spec)


def test_the_author_of_a_record() -> None:
    spec = read(
        "An author has a name. A comment has a text and belongs to an author. Moderators manage authors. "
        "Anyone can read comments. Authors can create comments. The author of a comment can delete it."
    )
    assert may(spec.entities["Comment"], "author") == {"this.author == caller.author": {"create", "delete"}}
    assert Action.DELETE not in {
        action for grant in spec.entities["Author"].access for action in grant.may if "author" in grant.who
    }


def test_others_who_cannot_do_it_either() -> None:
    spec = read(f"{ORDERS}Drivers can see orders; the warehouse cannot. The warehouse manages customers.")
    assert may(spec.entities["Order"], "driver") == {None: {"read"}}
    assert not may(spec.entities["Order"], "warehouse")


def test_everything_and_nothing() -> None:
    spec = read(f"{ORDERS}The director sees everything. The auditor may see all orders and change nothing.")
    assert may(spec.entities["Order"], "director") == may(spec.entities["Order"], "auditor") == {None: {"read"}}
    assert may(spec.entities["Customer"], "director") == {None: {"read"}}
    assert not may(spec.entities["Customer"], "auditor")
    assert not asked(spec)


def test_access_as_a_thing_that_people_have() -> None:
    spec = read(f"{ORDERS}Auditors have read-only access to orders. Owners have full access to customers.")
    assert may(spec.entities["Order"], "auditor") == {None: {"read"}}
    assert may(spec.entities["Customer"], "owner") == {None: {"create", "read", "update", "delete"}}
    assert list(spec.entities) == ["Order", "Customer"]


def test_rights_of_another_role() -> None:
    spec = read(
        f"{ORDERS}An order is open, then paid. Clerks can cancel orders. "
        "Administrators can do everything clerks can. Guests can do everything clerks can except cancel orders."
    )
    assert may(spec.entities["Order"], "administrator") == {None: {"create", "read", "update", "delete"}}
    assert "administrator" in spec.operations["cancel"].by
    assert not may(spec.entities["Order"], "guest")


def test_everybody_who_signed_in_and_those_who_did_not() -> None:
    spec = read(
        f"{ORDERS}A room has a name. Clerks manage rooms. Drivers can see orders. "
        "Everybody who is signed in can see rooms. People who are not logged in can see orders."
    )
    assert may(spec.entities["Room"], "driver") == {None: {"read"}}
    assert not may(spec.entities["Room"], "anyone")
    assert may(spec.entities["Order"], "anyone") == {None: {"read"}}


@pytest.mark.parametrize(
    ("said", "who"),
    [
        ("Orders are public.", "anyone"),
        ("Orders are for everybody to see.", "anyone"),
        ("Orders are visible to drivers.", "driver"),
        ("Orders are shown to drivers and owners.", "driver"),
        ("The driver sees orders and customers.", "driver"),
        ("Everyone shall be able to see customers and orders without signing in.", "anyone"),
    ],
)
def test_other_ways_to_say_who_sees_records(said: str, who: str) -> None:
    spec = read(f"{ORDERS}A car has a plate. An owner has an email. Drivers manage cars and owners. {said}")
    assert may(spec.entities["Order"], who) == {None: {"read"}}
    assert not asked(spec)


def test_stories_call_it_mine() -> None:
    spec = read(
        "A trainee has a name. A trainer has a name. A trainee belongs to a trainer. The office manages trainees and "
        "trainers. As a trainer, I want to see the trainees assigned to me, so that I can help."
    )
    assert may(spec.entities["Trainee"], "trainer") == {"this.trainer == caller.trainer": {"read"}}


def test_whoever_does_everything_with_records() -> None:
    spec = read("A hut has a name. A guest has a name. Wardens do everything with huts. Clerks manage guests.")
    assert may(spec.entities["Hut"], "warden") == {None: {"create", "read", "update", "delete"}}
    assert not may(spec.entities["Guest"], "warden")


def test_anybody_signs_up_as_one() -> None:
    spec = read("A member has a name. Clerks manage members. Anybody can sign up as a member.")
    assert may(spec.entities["Member"], "anyone") == {None: {"create"}}


@pytest.mark.parametrize("said", ["Patients register with a name and an email.", "Patients sign up online."])
def test_who_registers_makes_their_record(said: str) -> None:
    spec = read(f"A patient has a name and an email. Clerks manage patients. {said}")
    assert may(spec.entities["Patient"], "anyone") == {None: {"create"}}
    assert spec.roles["patient"].record == "Patient"


@pytest.mark.parametrize(
    "said", ["Patients register for courses.", "Clerks register patients.", "Patients cannot register online."]
)
def test_who_registers_something_else_does_not(said: str) -> None:
    spec = read(f"A patient has a name and an email. A course has a title. Clerks manage patients and courses. {said}")
    assert not may(spec.entities["Patient"], "anyone")


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("An order is never deleted.", {"create", "read", "update"}),
        ("An order is never deleted and never altered.", {"create", "read"}),
        ("Orders cannot be edited by anyone.", {"create", "read", "delete"}),
        ("Orders are immutable.", {"create", "read", "delete"}),
        ("Clerks cannot delete orders.", {"create", "read", "update"}),
    ],
)
def test_what_is_forbidden_is_granted_to_nobody(said: str, left: set[str]) -> None:
    for text in (ORDERS + said, f"{said} {ORDERS}"):
        spec = read(text)
        assert may(spec.entities["Order"], "clerk") == {None: left}
        assert not asked(spec)
        assert any("does not" in note.text for note in spec.assumptions)


@pytest.mark.parametrize(
    "said",
    [
        "Orders cannot be deleted once they are paid.",
        "Large orders are never deleted.",
        "Orders are never deleted by mistake.",
    ],
)
def test_what_is_forbidden_sometimes_is_asked(said: str) -> None:
    spec = read(ORDERS + said)
    assert "delete" in may(spec.entities["Order"], "clerk")[None]
    assert any(said in text for text in asked(spec))


@pytest.mark.parametrize(
    "said",
    [
        "Only managers see margins.",
        "The margin is visible only to managers.",
        "The margin is hidden from sellers.",
        "Sellers cannot see the margin.",
        "The margin is for managers only.",
        "Margins are visible to managers.",
    ],
)
def test_a_value_that_only_some_see(said: str) -> None:
    spec = read(f"A deal has a number and a margin. Managers manage deals. Sellers can see deals. {said}")
    assert spec.entities["Deal"].fields["margin"].visible_to == ("manager",)
    assert may(spec.entities["Deal"], "seller") == {None: {"read"}}
    assert not asked(spec)


def test_whoever_changes_a_record_is_asked_about() -> None:
    spec = read("A deal has a margin. Clerks manage deals. Only managers see margins.")
    assert spec.entities["Deal"].fields["margin"].visible_to == ("clerk", "manager")
    assert any("May the role clerk" in text for text in asked(spec))


def test_what_the_text_leaves_silent_is_one_question() -> None:
    spec = read("A book has a title. A shelf has a number. A reader has a name. Anyone can see books.")
    assert asked(spec) == ["Who adds and changes books, shelves and readers?"]
    assert [note.about for note in spec.questions] == ["entities.Book.access"]
    assert sum("manages every" in note.text for note in spec.assumptions) == 3


def test_who_adds_a_record_sees_what_it_belongs_to() -> None:
    text = "A desk has a label. A booking has a day and belongs to a desk. Owners manage desks. "
    text += "Members can create bookings."
    spec = read(text)
    assert may(spec.entities["Desk"], "member") == {None: {"read"}}
    assert any("has one as its desk" in note.text for note in spec.assumptions)
    kept = read(f"{text} A guest has an email. A booking belongs to a guest. Owners manage guests.")
    assert not may(kept.entities["Guest"], "member")
    guarded = read(f"{text} Cleaners can see desks while they are dirty. A desk is clean, then dirty.")
    assert not may(guarded.entities["Desk"], "member")


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("with filters for shelf and price range", {"filter": ("shelf",), "range": ("price",)}),
        (", sorted by price or title, 20 per page", {"sort": ("price", "title")}),
        (", newest first", {"order": ("-created_at",)}),
        (", 50 per page", {"page": 50}),
        (", cheapest first", {"order": ("price",)}),
        (", filter by shelf and search by title", {"filter": ("shelf",), "search": ("title",)}),
    ],
)
def test_how_a_list_is_asked_for(said: str, expected: dict[str, object]) -> None:
    spec = read(
        "A shelf has a name. A book has a title and a price. A book belongs to a shelf. "
        "Owners manage books and shelves. "
        f"Anyone can browse books {said}."
    )
    assert spec.entities["Book"].list.model_dump(exclude_defaults=True) == expected


def test_by_priority_the_most_pressing_comes_first() -> None:
    spec = read(
        "A ticket has a subject and a priority (low, high, urgent). Agents manage tickets. "
        "Tickets are sorted by priority and age. Tickets can be searched by subject."
    )
    listing = spec.entities["Ticket"].list
    assert (listing.order, listing.search) == (("-priority", "created_at"), ("subject",))
