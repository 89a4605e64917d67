"""What a text says by its layout: lists, formal style, roles and what is out of scope."""

import pytest

from quantumlayer.qlayer.parser import Requirement, parse
from quantumlayer.qlayer.parser.text.document import Kind
from quantumlayer.qlayer.parser.text.sentences import Sentence, sentences
from quantumlayer.spec.model import Action, FieldType, Spec
from quantumlayer.spec.validate import checked_spec

DESKS = "# Desks\n\nA desk has a number. A room has a name. Clerks manage desks and rooms.\n\n"
PARCELS = (
    "A parcel has a weight in kg. A parcel is registered, then sent, then delivered or lost. Clerks manage parcels.\n\n"
)


def read(text: str) -> Spec:
    return checked_spec(parse([Requirement(name="a.md", text=text)]))


def said(text: str) -> list[str]:
    """The sentences that are read."""
    return [found.text for found in spoken(text) if found.kind in {Kind.PROSE, Kind.ITEM}]


def spoken(text: str) -> list[Sentence]:
    found = sentences(Requirement(name="a.md", text=text))
    assert all(text[sentence.start : sentence.end] == sentence.quote for sentence in found)
    covered = {index for sentence in found for index in range(sentence.start, sentence.end)}
    left = "".join(" " if index in covered else char for index, char in enumerate(text)).replace("gherkin", "")
    assert not any(char.isalnum() for char in left), left
    return found


def granted(spec: Spec, entity: str, who: str) -> set[Action]:
    return {action for grant in spec.entities[entity].access if who in grant.who for action in grant.may}


# Lists


@pytest.mark.parametrize(
    "layout",
    [
        "- Desk\n  - number (unique)\n  - floor (1 to 40)\n  - price in EUR\n",
        "A desk has:\n\n* number - unique\n* floor: 1 to 40\n* price in EUR\n",
        "Each desk has the following fields:\n1. number, unique\n2. a floor, 1 to 40\n3. price: in EUR\n",
        "# Offices\n\n## Desk\n\n- **number** \u2013 unique\n- **floor** \u2013 1 to 40\n- **price** \u2013 in EUR\n",
        "# Offices\n\n## Desks\n\n### Fields\n\n- Number: unique.\n- Floor: 1 to 40.\n- Price: in EUR.\n",
        "# Offices\n\n### Fields of a desk\n- number (unique)\n- floor (1 to 40)\n- price (in EUR)\n",
        "For each desk the system shall record:\n- a number, unique\n- a floor (1 to 40)\n- a price in EUR\n",
    ],
)
def test_a_list_says_what_a_thing_has(layout: str) -> None:
    spec = read(f"{layout}\nClerks manage desks.\n")
    fields = spec.entities["Desk"].fields
    assert list(spec.entities) == ["Desk"]
    assert list(fields) == ["number", "floor", "price"]
    assert fields["number"].unique
    assert (fields["floor"].type, fields["floor"].min, fields["floor"].max) == (FieldType.INT, 1, 40)
    assert fields["price"].type is FieldType.MONEY
    assert not [question for question in spec.questions if "Desk" not in question.about and "desk" in question.text]


def test_each_field_is_traced_to_its_item() -> None:
    spec = read("- Desk\n  - number (unique)\n  - the day it was bought\n\nClerks manage desks.")
    quotes = {element: source.quote for source in spec.trace for element in source.elements}
    assert quotes["entities.Desk.fields.number"] == "number (unique)"
    assert quotes["entities.Desk.fields.bought_on"] == "the day it was bought"


def test_items_complete_the_sentence_above_them() -> None:
    spec = read(f"{DESKS}Employees can:\n- search desks\n- create rooms\n\nClerks are allowed to:\n- delete desks\n")
    assert granted(spec, "Desk", "employee") == {Action.READ}
    assert Action.CREATE in granted(spec, "Room", "employee")
    assert said("Members may not\n- delete books\n- see fines\n") == [
        "Members may not delete books",
        "Members may not see fines",
    ]


def test_an_item_without_a_subject_has_that_of_its_heading() -> None:
    text = (
        "# Offices\n\n## Desk\n\n- number\n- must belong to a room\n- can be lent\n\n### Rules\n\n- must be checked\n"
    )
    assert said(text) == [
        "A desk has a number.",
        "A desk belongs to a room",
        "A desk can be lent",
        "A desk must be checked",
    ]


def test_an_item_that_is_a_sentence_stays_one() -> None:
    text = "# Offices\n\n## Desk\n\n- number\n- Nobody may book two desks.\n- Clerks manage desks.\n"
    assert said(text)[1:] == ["Nobody may book two desks.", "Clerks manage desks."]


def test_what_stands_below_a_field_is_said_about_it() -> None:
    spec = read(
        "A lamp has:\n- finish\n  - matt\n  - glossy\n- code\n  - unique\n  - at most 8 characters\n"
        "\nClerks manage lamps."
    )
    fields = spec.entities["Lamp"].fields
    assert fields["finish"].one_of == ("matt", "glossy")
    assert (fields["code"].unique, fields["code"].max) == (True, 8)


def test_what_a_field_must_do_is_a_sentence_of_its_own() -> None:
    spec = read("Each stay has:\n- start time\n- end time. Must be after the start time.\n\nClerks manage stays.")
    assert [rule.cel for rule in spec.entities["Stay"].rules.values()] == ["this.end_time > this.start_time"]


@pytest.mark.parametrize(
    "heading", ["Overview", "Rules", "Business rules", "Payment methods", "Goals", "Open questions"]
)
def test_a_heading_about_the_text_names_no_thing(heading: str) -> None:
    spec = read(f"{DESKS}## {heading}\n\n- speed\n- comfort\n")
    assert set(spec.entities) == {"Desk", "Room"}


def test_the_title_of_the_whole_names_no_thing() -> None:
    assert said("# Town library\n\n- books\n- members\n") == ["books", "members"]


def test_notes_of_somebody_in_a_hurry() -> None:
    text = (
        "# Boats (v2)\n\n- Boat\n  - belongs to one harbour\n  - kind: sail / motor\n  - berths, at most 8\n"
        "  - Members: max 5 trips per month\n- Harbour\n  - name, town\n- Who\n"
        "  - harbour master: manages boats and harbours\n  - not logged in: may see boats\n- Not in v2: regattas\n"
    )
    assert said(text) == [
        "A boat belongs to one harbour",
        "A boat has a kind (sail / motor).",
        "A boat has berths (at most 8).",
        "Members: max 5 trips per month",
        "A harbour has a name, town.",
        "A harbour master manages boats and harbours",
        "Anyone may see boats",
    ]
    spec = read(text)
    assert (list(spec.entities), list(spec.roles)) == (["Boat", "Harbour"], ["harbour_master"])
    assert spec.entities["Boat"].fields["kind"].one_of == ("sail", "motor")
    assert granted(spec, "Boat", "anyone") == {Action.READ}


def test_labels_with_lists_stay_entities() -> None:
    spec = read("# Halls\n\n## Library\n\n- Book: title, author, year\n- Reader: name, email, phone\n")
    assert {"Book", "Reader"} <= spec.entities.keys()
    assert "Library" not in spec.entities


def test_a_list_may_be_as_deep_as_it_likes() -> None:
    assert spoken("A desk has a number.\n\n" + "".join(f"{' ' * depth}- depth\n" for depth in range(400)))


# Roles and scope


@pytest.mark.parametrize(
    "text",
    [
        "Roles: front desk clerk, keeper",
        "There are two roles: front desk clerk and keeper.",
        "## Roles\n\n- Front desk clerk\n- keeper\n",
        "## Users and roles\n\n- Front desk clerks: manage rooms\n- Keeper \u2013 sees every room\n",
        "| Role | Permissions |\n|---|---|\n| Front desk clerk | manage rooms |\n| Keeper | see rooms |\n",
    ],
)
def test_roles_may_be_listed(text: str) -> None:
    spec = read(f"# Halls\n\nA room has a name.\n\n{text}")
    assert {"front_desk_clerk", "keeper"} <= spec.roles.keys()
    assert set(spec.entities) == {"Room"}


@pytest.mark.parametrize(
    "text",
    [
        "## Out of scope\n\nMembers pay fines online.\n",
        "## Non-goals\n\n- Members pay fines online.\n",
        "Not part of this version:\n- Members pay fines online.\n",
        "Later:\n* Members pay fines online.\n",
        "Out of scope: members pay fines online.\n",
        "Paying fines online is out of scope.\n",
        "Fines are not needed for now.\n",
        "Fines come later.\n",
    ],
)
def test_what_is_out_of_scope_is_an_assumption(text: str) -> None:
    spec = read(f"{DESKS}{text}\n")
    assert [note.text for note in spec.assumptions if note.text.startswith("Out of scope, as the text says: ")]
    assert "member" not in spec.roles
    assert not [note for note in spec.questions if "fine" in note.text.lower()]


@pytest.mark.parametrize(
    "text", ["A deposit is not needed when a desk is free.", "A desk is later moved.", "Desks come later than rooms."]
)
def test_a_rule_is_not_out_of_scope(text: str) -> None:
    assert not [found for found in spoken(text) if found.kind is Kind.OUTSIDE]


def test_a_section_behind_what_is_out_of_scope_counts_again() -> None:
    spec = read(f"{DESKS}## Later\n\n### Money\n\n- fines\n\n## Lamps\n\n- code (unique)\n")
    assert spec.entities["Lamp"].fields["code"].unique
    assert "Money" not in spec.entities


# Formal style and numbers


@pytest.mark.parametrize(
    ("formal", "plain"),
    [
        ("REQ-12: The system shall allow members to borrow books.", "Members can borrow books."),
        ("[R4] The application must let a member renew loans.", "A member can renew loans."),
        ("FR-3 - It must be possible for members to cancel loans.", "Members can cancel loans."),
        ("1.2.3 Members shall be able to return books.", "Members can return books."),
        ("(a) The system shall not allow members to delete books.", "Members cannot delete books."),
        ("**NFR_1** The system must prevent members from deleting books.", "Members cannot delete books."),
        ("b) The system shall reject a loan when it is late.", "A loan is not allowed when it is late."),
        ("For each book, the system shall store a title and a year.", "Each book has a title and a year."),
        ("The system shall keep for every book a title and a year.", "Each book has a title and a year."),
        ("The system shall store a title and a year for each book.", "Each book has a title and a year."),
        ("A loan shall belong to one book.", "A loan belongs to one book."),
    ],
)
def test_formal_style_is_plain_speech(formal: str, plain: str) -> None:
    assert said(f"A book has a name.\n\n{formal}\n")[1:] == [plain]


@pytest.mark.parametrize(
    "text",
    [
        "The fee is never more than\n10.00. For example, 3 days cost 0.75.",
        "The system shall answer within 200 ms.",
        "It is possible to be late.",
        "A load of\n1.5 tons is too much.",
    ],
)
def test_what_only_looks_formal_is_left_alone(text: str) -> None:
    assert " ".join(said(text)) == " ".join(text.split())


def test_numbered_sections_are_headings_and_numbered_items_are_not() -> None:
    text = "1 Scope\n\nA desk has a number.\n\n1.1 Lamps\n\n- code (unique)\n- colour\n\n"
    text += "1. Clerks manage desks.\n2. Clerks manage lamps.\n"
    kinds = [(found.kind, found.text) for found in spoken(text)]
    assert kinds[0] == (Kind.HEADING, "Scope")
    assert kinds[2] == (Kind.HEADING, "Lamps")
    assert read(text).entities["Lamp"].fields["code"].unique


# Stories


def test_criteria_are_about_the_thing_of_their_story() -> None:
    text = (
        "As a clerk, I want to open a ticket with a title.\n\n**Acceptance criteria:**\n\n- must have a priority\n"
        "- It has a due date.\n- Clerks see every ticket.\n"
    )
    assert said(text)[1:] == [
        "The ticket must have a priority",
        "The ticket has a due date.",
        "Clerks see every ticket.",
    ]
    assert {"title", "priority", "due_date"} <= read(text).entities["Ticket"].fields.keys()


def test_a_story_may_end_in_a_list_and_stand_in_lines() -> None:
    assert said("- As a courier, I want to:\n  - view parcels\n  - add notes\n") == [
        "As a courier, I want to view parcels",
        "As a courier, I want to add notes",
    ]
    spec = read(f"{PARCELS}As a courier\nI want to view parcels\nSo that I can plan\n")
    assert granted(spec, "Parcel", "courier") == {Action.READ}
