"""Layout that speaks: tables of records, moves and rights, lines that name a thing, remarks, and scenarios."""

import pytest

from quantumlayer.qlayer.parser import Requirement, parse
from quantumlayer.qlayer.parser.text.document import Kind
from quantumlayer.qlayer.parser.text.sentences import sentences
from quantumlayer.spec.model import Action, FieldType, RelationKind, Spec


def read(text: str) -> Spec:
    return parse([Requirement(name="a.md", text=text)])


def said(text: str) -> list[str]:
    """The sentences that a text gives; together their quotes leave nothing of it out."""
    found = sentences(Requirement(name="a.md", text=text))
    covered = {index for sentence in found for index in range(sentence.start, sentence.end)}
    assert not any(char.isalnum() for index, char in enumerate(text) if index not in covered)
    return [sentence.text for sentence in found if sentence.kind in {Kind.PROSE, Kind.ITEM}]


def test_a_table_names_each_record_once() -> None:
    spec = read(
        "# Orchard\n\n| Record | Field | Notes |\n|---|---|---|\n| Tree | label | unique |\n| | planted on | date |\n"
        "| | rows | 1 to 12 |\n| Grower | full name | |\n| | email | personal data |\n\n"
        "A tree belongs to one grower. Growers manage trees.\n"
    )
    tree = spec.entities["Tree"].fields
    assert {name: field.type for name, field in tree.items()} == {
        "label": FieldType.STRING,
        "planted_on": FieldType.DATE,
        "rows": FieldType.INT,
    }
    assert (tree["label"].unique, tree["rows"].min, tree["rows"].max) == (True, 1, 12)
    assert spec.entities["Grower"].fields["email"].type is FieldType.EMAIL


MOVES = (
    "# Repairs\n\nA repair has a title. A tool has a name. A repair is for one tool. Clerks manage tools.\n\n"
    "## Steps\n\nA repair is quoted when it comes in.\n\n"
)


def test_a_table_of_moves_is_a_life() -> None:
    spec = read(
        f"{MOVES}| From | To | Who |\n|---|---|---|\n| quoted | accepted | the clerk |\n"
        "| accepted | finished | the fitter |\n| quoted | refused | the clerk |\n"
    )
    repair = spec.entities["Repair"]
    assert repair.states is not None
    assert set(repair.states.values) == {"quoted", "accepted", "finished", "refused"}
    moves = {name: (one.on, one.by, one.from_, one.to) for name, one in spec.operations.items()}
    assert moves["finish"] == ("Repair", ("fitter",), ("accepted",), "finished")
    assert moves["accept"] == ("Repair", ("clerk",), ("quoted",), "accepted")


def test_what_a_move_needs_is_not_lost() -> None:
    text = (
        f"{MOVES}| From | To | Who | Condition |\n|---|---|---|---|\n| quoted | paid | the clerk | not on Sundays |\n"
    )
    found = sentences(Requirement(name="a.md", text=text))
    assert ("not on Sundays", Kind.ROW) in [(sentence.text, sentence.kind) for sentence in found]


def test_from_and_to_of_a_journey_are_no_states() -> None:
    text = "Vans have a plate.\n\n| From | To |\n|---|---|\n| 8:00 | 12:30 |\n| 13:00 | 17:00 |\n"
    assert not any("\u2192" in sentence for sentence in said(text))


def test_rights_in_words_are_read_from_a_matrix() -> None:
    spec = read(
        "# Studio\n\nA kiln has a name. A firing has a date and belongs to one potter. "
        "A potter has a name and an email.\n\n"
        "| | Kilns | Firings |\n|---|---|---|\n| manager | everything | see |\n| potter | see | own only |\n"
        "| auditor | - | see |\n"
    )
    assert set(spec.roles) == {"manager", "potter", "auditor"}
    kiln = {who: set(grant.may) for grant in spec.entities["Kiln"].access for who in grant.who}
    assert kiln["manager"] == {Action.CREATE, Action.READ, Action.UPDATE, Action.DELETE}
    assert kiln["potter"] == {Action.READ}
    assert "auditor" not in kiln
    own = [grant for grant in spec.entities["Firing"].access if "potter" in grant.who]
    assert [grant.when for grant in own] == ["this.potter == caller.potter"]


def test_numbers_between_edges_are_no_rights() -> None:
    text = "Halls have a name.\n\n| | Summer | Winter |\n|---|---|---|\n| Hall A | 12 | 40 |\n| Hall B | 8 | 35 |\n"
    assert not any(" can " in sentence for sentence in said(text))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("**Riders** ride and pay: name, email (unique)", "A rider has a name, an email (unique)."),
        ("Breed = name + code (three capital letters)", "A breed has a name, a code (three capital letters)."),
        ("**Stalls**: name, size - never more than nine", "A stall has a name, a size (never more than nine)."),
        ("**Outings**: rider + horse, saddle yes/no", "An outing has a rider, a horse, a saddle (yes/no)."),
        ("Load = what came in of one crop, lies in one shed", "A load belongs to one crop. | A load lies in one shed."),
    ],
)
def test_a_line_names_a_thing_and_what_it_has(line: str, expected: str) -> None:
    assert " | ".join(said(f"# Stable\n\nNotes.\n\n- {line}\n- Riders can be shown\n")).startswith(
        f"Notes. | {expected}"
    )


@pytest.mark.parametrize(
    "line",
    ["**Colours**: red, green, blue", "**Languages**: English, German", "**Goals**: speed, date of launch", "x = 3"],
)
def test_values_and_goals_are_nothing_that_a_thing_has(line: str) -> None:
    assert not any(" has " in sentence for sentence in said(f"# Stable\n\nNotes.\n\n- {line}\n- Riders can be shown\n"))


@pytest.mark.parametrize(
    ("remark", "expected"),
    [
        ("not in the past", "A ride cannot be in the past."),
        ("at most 30 days ahead", "A ride cannot be more than 30 days ahead."),
        ("not before 9:00 and over by 16:30", "A ride must not begin before 9:00. | A ride must be over by 16:30."),
        ("one horse only once per outing", "There is one ride per horse and outing."),
        ("not when the horse is lame", "A ride is refused when the horse is lame."),
        ("no two rides on the same day with the same number", "No two rides on the same day have the same number."),
    ],
)
def test_a_remark_below_a_thing_gets_its_subject(remark: str, expected: str) -> None:
    assert " | ".join(said(f"# Stable\n\n- Ride\n  - number, date\n  - {remark}\n")).endswith(expected)


def test_remarks_become_rules() -> None:
    spec = read(
        "# Pool\n\n- Lane\n  - number (1 to 8), name\n- Session\n  - one lane, one date\n"
        "  - one lane only once per date\n  - not in the past\n\nCoaches manage lanes and sessions.\n"
    )
    session = spec.entities["Session"]
    assert [rule.unique.of for rule in session.rules.values() if rule.unique] == [("lane", "date")]
    assert [rule.cel for rule in session.rules.values() if rule.cel] == ["this.date >= today()"]


def test_any_number_of_what_is_just_a_name_are_several_of_several() -> None:
    spec = read(
        "# Kitchen\n\n- Dish\n  - label, any number of tags (a tag is just a name)\n"
        "  - price per person\n\nCooks manage dishes.\n"
    )
    assert set(spec.entities["Tag"].fields) == {"name"}
    assert [(one.to, one.kind) for one in spec.entities["Dish"].relations.values()] == [
        ("Tag", RelationKind.MANY_TO_MANY)
    ]
    assert spec.entities["Dish"].fields["price_per_person"].type is FieldType.MONEY


def test_a_chain_below_a_thing_is_its_life() -> None:
    spec = read(
        "# Yard\n\n- **Boats**: name, length\n- **Jobs**: a job is for one boat. Title, date\n"
        "  - planned \u2192 running \u2192 finished. The fitter finishes a job\n\nFitters see boats.\n"
    )
    assert spec.entities["Boat"].states is None
    job = spec.entities["Job"].states
    assert job is not None
    assert job.values == ("planned", "running", "finished")


def test_a_move_is_called_by_what_somebody_does() -> None:
    spec = read(
        "# Ferry\n\nA ticket has a number. A trip has a date. A ticket is for one trip. Pursers see tickets.\n\n"
        "- sold -> boarded, when the purser checks it in\n- sold -> refunded by the clerk\n"
    )
    moves = {name: (one.by, one.from_, one.to) for name, one in spec.operations.items()}
    assert moves["check_in"] == (("purser",), ("sold",), "boarded")
    assert moves["refund"] == (("clerk",), ("sold",), "refunded")


def test_a_heading_of_two_words_is_a_thing_above_its_fields() -> None:
    spec = read(
        "# Lab\n\n## Data\n\n**Assay method**\n\n| Field | Type |\n|---|---|\n| title | text |\n"
        "| volume | ml, whole number |\n"
    )
    fields = spec.entities["AssayMethod"].fields
    assert {name: field.type for name, field in fields.items()} == {
        "title": FieldType.STRING,
        "volume": FieldType.INT,
    }


GRANT = "A grant has an amount. Officers see grants.\n\n```gherkin\nFeature: Grants\n\n"


def test_it_in_a_scenario_is_what_was_given() -> None:
    spec = read(
        f"{GRANT}  Background:\n    Given the officer is signed in\n\n"
        "  Scenario: New\n    When she records a grant of 50.00\n    Then the grant is pending\n\n"
        "  Scenario: Yes\n    Given a pending grant\n"
        "    When the officer approves it\n    Then the grant is approved\n```\n"
    )
    states = spec.entities["Grant"].states
    assert states is not None
    assert states.values == ("pending", "approved")
    approve = spec.operations["approve"]
    assert (approve.on, approve.by, approve.from_, approve.to) == ("Grant", ("officer",), ("pending",), "approved")


def test_who_is_not_signed_in_is_anyone() -> None:
    spec = read(
        f"{GRANT}  Scenario: Open\n    Given a visitor who is not signed in\n    Then they can see the grants\n```\n"
    )
    assert any("anyone" in grant.who and Action.READ in grant.may for grant in spec.entities["Grant"].access)
    assert "visitor" not in spec.roles


def test_who_does_it_is_not_it() -> None:
    text = (
        f"{GRANT}  Scenario: Twice\n    Given an applicant with an entry in the round\n"
        "    When the applicant enters it again\n    Then the entry is refused\n```\n"
    )
    assert any(sentence.startswith("An applicant cannot enter the round again") for sentence in said(text))


@pytest.mark.parametrize(
    ("words", "name", "kind"),
    [
        ("an indication whether it is urgent", "urgent", FieldType.BOOL),
        ("an indication whether it has a secure door", "secure_door", FieldType.BOOL),
        ("seats (2 to 9)", "seats", FieldType.INT),
        ("a storey (-2 to 40)", "storey", FieldType.INT),
        ("a site plan (PNG or PDF, max 5 MB)", "site_plan", FieldType.FILE),
        ("a price per hour", "price_per_hour", FieldType.MONEY),
        ("a length (60, 90 or 120 minutes)", "length", FieldType.INT),
        ("a grade (low, middle, high)", "grade", FieldType.STRING),
    ],
)
def test_fields_by_how_they_are_written(words: str, name: str, kind: FieldType) -> None:
    assert read(f"A barn has a label and {words}. Clerks manage barns.").entities["Barn"].fields[name].type is kind


def test_a_question_whether_something_holds_is_no_field() -> None:
    text = "A barn has a label. Clerks want to see whether it is full."
    assert said(text) == ["A barn has a label.", "Clerks want to see whether it is full."]


@pytest.mark.parametrize(
    ("said_so", "search", "filtered", "ranged", "sort"),
    [
        ("Cases can be searched by code and title.", ("code", "title"), (), (), ()),
        ("Cases can be filtered by court, weight or colour.", (), ("court",), ("weight",), ()),
        ("Case list: filter by court, heaviest first.", (), ("court",), (), ()),
        ("Cases are sorted by weight.", (), (), (), ("weight",)),
        ("Water is filtered by sand.", (), (), (), ()),
    ],
)
def test_lists_are_narrowed_by_what_is_kept(
    said_so: str,
    search: tuple[str, ...],
    filtered: tuple[str, ...],
    ranged: tuple[str, ...],
    sort: tuple[str, ...],
) -> None:
    spec = read(f"A court has a name. A case has a code, a title and a weight in kg. A case is in one court. {said_so}")
    listing = spec.entities["Case"].list
    assert (listing.search, listing.filter, listing.range, listing.sort) == (search, filtered, ranged, sort)


def test_how_a_value_is_written_is_part_of_it() -> None:
    spec = read(
        "A receipt has a number of the year, a dash and five digits, such as 2026-00017, a photo (optional; JPEG, 5 MB "
        "at most) and a seal (11 characters, personal data). Clerks manage receipts."
    )
    fields = spec.entities["Receipt"].fields
    assert list(fields) == ["number", "photo", "seal"]
    assert fields["number"].pattern == "[0-9]{4}-[0-9]{5}"
    assert (fields["photo"].media, fields["photo"].optional, fields["photo"].max) == (("image/jpeg",), True, 5_000_000)
    assert (fields["seal"].min, fields["seal"].max, fields["seal"].personal) == (11, 11, True)


def test_a_start_with_a_length_is_a_moment() -> None:
    text = "A class has a title, a start and a length (60 or 90 minutes). Coaches manage classes."
    fields = read(f"{text} A class must not begin before 9:00.").entities["Class"].fields
    assert fields["start"].type is FieldType.DATETIME
    assert (
        read("A road has a name and a start. Open at 9:00.").entities["Road"].fields["start"].type is FieldType.STRING
    )
