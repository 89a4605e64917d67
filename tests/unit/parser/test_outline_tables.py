"""What a text says in tables and scenarios."""

import pytest

from quantumlayer.qlayer.parser import Requirement, parse
from quantumlayer.qlayer.parser.text.document import Kind
from quantumlayer.qlayer.parser.text.sentences import sentences
from quantumlayer.spec.model import Action, FieldType, RelationKind, Spec
from quantumlayer.spec.validate import checked_spec

DESKS = "# Desks\n\nA desk has a number. A room has a name. Clerks manage desks and rooms.\n\n"
PARCELS = (
    "A parcel has a weight in kg. A parcel is registered, then sent, then delivered or lost. Clerks manage parcels.\n\n"
)


def read(text: str) -> Spec:
    return checked_spec(parse([Requirement(name="a.md", text=text)]))


def said(text: str) -> list[str]:
    """The sentences that are read."""
    found = sentences(Requirement(name="a.md", text=text))
    return [sentence.text for sentence in found if sentence.kind in {Kind.PROSE, Kind.ITEM}]


def granted(spec: Spec, entity: str, who: str) -> set[Action]:
    return {action for grant in spec.entities[entity].access if who in grant.who for action in grant.may}


# Tables

SAMPLE = """# Laboratory

A rack has a code. Heads manage samples and racks.

## Sample

| Field | Type | Required | Unique | Notes |
|-------|:----:|----------|--------|-------|
| barcode | text | yes | yes | 8 digits |
| takenOn | date | yes | no | |
| weight | number | no | no | in grams, never negative |
| frozen | yes/no | yes | | |
| price | money | no | no | |
| kind | blood / soil | yes | | |
| depth | integer (1-6) | yes | | default 2 |
| rack | Rack | no | no | |
| seen at | date and time | no | | must be after the taken on |
"""


def test_a_table_of_fields() -> None:
    entity = read(SAMPLE).entities["Sample"]
    fields = entity.fields
    kinds = {name: (field.type, field.optional) for name, field in fields.items()}
    assert kinds == {
        "barcode": (FieldType.STRING, False),
        "taken_on": (FieldType.DATE, False),
        "weight": (FieldType.DECIMAL, True),
        "frozen": (FieldType.BOOL, False),
        "price": (FieldType.MONEY, True),
        "kind": (FieldType.STRING, False),
        "depth": (FieldType.INT, False),
        "seen_at": (FieldType.DATETIME, True),
    }
    assert (fields["barcode"].unique, fields["barcode"].pattern) == (True, "[0-9]{8}")
    assert (fields["weight"].min, fields["kind"].one_of) == (0, ("blood", "soil"))
    assert (fields["depth"].min, fields["depth"].max, fields["depth"].default) == (1, 6, 2)
    assert (entity.relations["rack"].to, entity.relations["rack"].optional) == ("Rack", True)
    assert entity.relations["rack"].kind is RelationKind.MANY_TO_ONE


@pytest.mark.parametrize("lead", ["The data of a boat:", "A boat has these fields:", "## Boats", "## Table: Boat"])
def test_a_table_without_outer_bars_below_what_names_the_thing(lead: str) -> None:
    spec = read(
        f"# Harbour\n\nClerks manage boats.\n\n{lead}\n\nName | Description\n---|---\n"
        "length | in m\nflag code | 2 letters\n"
    )
    fields = spec.entities["Boat"].fields
    assert (fields["length"].type, fields["flag_code"].pattern) == (FieldType.DECIMAL, "[A-Za-z]{2}")


def test_a_table_of_entities_and_one_of_rights() -> None:
    spec = read(
        "| Entity | Fields |\n|---|---|\n| Rack | code (unique), depth |\n| Sample | label |\n\n"
        "| Action | Head | Guide |\n|---|---|---|\n| Create racks | x | - |\n| View samples | \u2713 | yes |\n\n"
        "| Role | Racks | Samples |\n|---|---|---|\n| Keeper | read | all |\n| Porter | RU | none |\n"
    )
    assert spec.entities["Rack"].fields["code"].unique
    assert Action.CREATE in granted(spec, "Rack", "head")
    assert granted(spec, "Rack", "guide") == set()
    assert granted(spec, "Sample", "guide") == {Action.READ}
    assert granted(spec, "Sample", "keeper") == set(Action)
    assert granted(spec, "Rack", "porter") == {Action.READ, Action.UPDATE}
    assert granted(spec, "Sample", "porter") == set()


def test_a_right_with_a_limit_is_asked_about_and_not_given() -> None:
    text = f"{DESKS}| Action | Employee |\n|---|---|\n| Delete desks | with approval |\n"
    text += "| Edit desks | no |\n| View rooms | yes |\n"
    spec = read(text)
    assert granted(spec, "Desk", "employee") == set()
    assert [note for note in spec.questions if "with approval" in note.text]


def test_a_row_of_any_other_table_is_asked_about() -> None:
    spec = read(f"{DESKS}| Temperature | Time |\n|---|---|\n| -20 \\| less | 3 days |\n")
    assert [note for note in spec.questions if '"Temperature: -20 | less; Time: 3 days"' in note.text]


def test_a_table_of_stories() -> None:
    text = f"{DESKS}| As a | I want to | So that |\n|---|---|---|\n| keeper | view desks | I find one |\n"
    assert said(text)[-1] == "As a keeper, I want to view desks, so that I find one."
    assert granted(read(text), "Desk", "keeper") == {Action.READ}


# Scenarios

SCENARIO = """Feature: Sending parcels
  As a courier
  I want to view parcels
  So that I can plan my tour

  Background:
    Given I am logged in as a courier

  Scenario: Sending
    Given a registered parcel
    When I send the parcel
    Then the status of the parcel is sent
    And the customer gets a photo

  Scenario Outline: Too late
    Given a <state> parcel
    When I try to send the parcel
    Then the request is refused

    Examples:
      | state     |
      | delivered |
      | lost      |
"""


@pytest.mark.parametrize("form", ["{}", "```gherkin\n{}```\n"])
def test_scenarios(form: str) -> None:
    spec = read(f"# Parcels\n\n{PARCELS}{form.format(SCENARIO)}")
    send = spec.operations["send"]
    assert (send.on, send.by, send.from_, send.to) == ("Parcel", ("courier",), ("registered",), "sent")
    assert "Feature" not in spec.entities
    assert [note for note in spec.questions if "the customer gets a photo" in note.text]


def test_a_scenario_that_is_refused_is_a_prohibition() -> None:
    assert "A courier cannot send the parcel when there is a lost parcel." in said(SCENARIO)
    loan = "A loan has a date and a renewed yes/no flag. Members can renew loans. Clerks manage loans.\n\n"
    spec = read(f"{loan}Given a loan that is renewed\nWhen a member renews the loan\nThen it is rejected\n")
    assert [found.cel for found in spec.operations["renew"].requires.values()] == ["!this.renewed"]


def test_a_scenario_in_one_sentence() -> None:
    text = f"{PARCELS}- Given a sent parcel, when the courier delivers the parcel, then the parcel is delivered.\n"
    assert read(text).operations["deliver"].by == ("courier",)


def test_lines_in_bold_head_their_tables() -> None:
    spec = read(
        "# Lakes\n\nHeads manage lakes and probes.\n\n## 1. Data\n\n**Lake**\n\n"
        "| Field | Type | Remarks |\n|---|---|---|\n"
        "| name | text, max 120 | required |\n\n**Probe** - taken at one lake\n\n"
        "| Field | Type | Remarks |\n|---|---|---|\n"
        "| code | text, max 12 | unique |\n| kind | water, mud or ice | required |\n"
    )
    assert list(spec.entities["Lake"].fields) == ["name"]
    assert spec.entities["Lake"].fields["name"].max == 120
    probe = spec.entities["Probe"].fields
    assert (probe["code"].unique, probe["code"].max, probe["kind"].one_of) == (True, 12, ("water", "mud", "ice"))
