"""Contracts, schemas, texts and Specs read together: what becomes one, and what is asked."""

from pathlib import Path

import pytest

from quantumlayer.factory.inputs import Input
from quantumlayer.factory.understand import Understood, understand
from quantumlayer.qlayer.parser import Requirement
from quantumlayer.qlayer.parser.together import parse_texts
from quantumlayer.spec.load import parse_spec
from quantumlayer.spec.model import FieldType, Note, OnDelete, Spec
from quantumlayer.spec.validate import validate

ROOT = Path(__file__).resolve().parents[3]

PLOTS = """
CREATE TABLE plots (
  id serial PRIMARY KEY,
  label varchar(12) NOT NULL UNIQUE,
  area numeric(6,2) NOT NULL,
  soil varchar(20) CHECK (soil IN ('clay', 'sand'))
);
CREATE TABLE gardeners (
  id serial PRIMARY KEY,
  name varchar(80) NOT NULL,
  phone varchar(30),
  email varchar(120) NOT NULL
);
CREATE TABLE leases (
  id serial PRIMARY KEY,
  plot_id integer NOT NULL REFERENCES plots(id),
  gardener_id integer NOT NULL REFERENCES gardeners(id) ON DELETE CASCADE,
  starts_on date NOT NULL,
  ends_on date
);
"""
GARDEN = """# Allotment garden

A plot has a label, an area and a soil. The label of a plot has at most 8 characters.
A gardener has a name, a phone and an email address that must be unique. Every gardener must have a phone.
Wardens manage plots and gardeners. Gardeners can see plots.
"""
CONTRACT = """openapi: 3.0.3
info: {title: Plots, version: '1'}
servers: [{url: 'https://x.example/v1'}]
components:
  schemas:
    Plot:
      type: object
      required: [id, label]
      properties:
        id: {type: integer}
        label:
          type: string
          maxLength: 10
        area: {type: number}
        note: {type: string}
    PlotInput:
      type: object
      required: [label]
      properties:
        label: {type: string, maxLength: 10}
        area: {type: number}
        note: {type: string}
paths:
  /plots:
    get:
      operationId: listPlots
      responses:
        '200':
          description: All.
          content: {application/json: {schema: {type: array, items: {$ref: '#/components/schemas/Plot'}}}}
    post:
      operationId: addPlot
      requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/PlotInput'}}}}
      responses:
        '201': {description: Made., content: {application/json: {schema: {$ref: '#/components/schemas/Plot'}}}}
        '422': {description: Wrong.}
"""


def read(**texts: str) -> Understood:
    """What the files say together; a name tells the kind: `a_sql`, `b_api`, `c_spec`, else prose."""
    inputs = []
    for name, text in texts.items():
        stem, _, kind = name.partition("_")
        inputs.append(
            Input(
                Path(f"{stem}.{kind or 'md'}"),
                text,
                is_spec=kind == "spec",
                is_contract=kind == "api",
                is_schema=kind == "sql",
            )
        )
    found = understand(inputs)
    assert [problem for problem in validate(found.spec) if not problem.warning] == []
    assert parse_spec(found.yaml).spec == found.spec
    return found


def asked(spec: Spec, about: str) -> Note:
    """The only question about an element."""
    (note,) = [note for note in spec.questions if note.about == about]
    return note


def test_a_schema_and_a_text_become_one() -> None:
    spec = read(garden=GARDEN, plots_sql=PLOTS).spec
    assert list(spec.entities) == ["Plot", "Gardener", "Lease"]
    plot, lease = spec.entities["Plot"], spec.entities["Lease"]
    assert (plot.fields["area"].type, plot.fields["soil"].one_of) == (FieldType.DECIMAL, ("clay", "sand"))
    assert lease.relations["gardener"].on_delete is OnDelete.CASCADE
    assert (plot.access[0].who, plot.access[0].may[0]) == (("warden",), "create")
    assert "user" not in spec.roles
    assert {source.file for source in spec.trace} == {"garden.md", "plots.sql"}


def test_who_may_is_no_question_where_a_text_says_it() -> None:
    lone = read(plots_sql=PLOTS).spec
    assert any("Who may do what?" in note.text for note in lone.questions)
    lease = read(garden=GARDEN, plots_sql=PLOTS).spec.entities["Lease"]
    assert {who for grant in lease.access for who in grant.who} == {"warden", "gardener"}


def test_limits_that_contradict_are_asked_with_both_sources() -> None:
    spec = read(garden=GARDEN, plots_sql=PLOTS).spec
    note = asked(spec, "entities.Plot.fields.label.max")
    assert 'plots.sql: "label varchar(12) NOT NULL UNIQUE,"' in note.text
    assert 'garden.md: "The label of a plot has at most 8 characters."' in note.text
    assert note.proposed == "8: the stricter of the two."
    assert spec.entities["Plot"].fields["label"].max == 8


def test_what_must_be_given_is_asked_only_where_both_say_it() -> None:
    spec = read(garden=GARDEN, plots_sql=PLOTS).spec
    phone = next(note for note in spec.questions if "phone of Gardener" in note.text)
    assert "required" in phone.proposed
    assert not spec.entities["Gardener"].fields["phone"].optional
    assert spec.entities["Plot"].fields["soil"].optional  # the text names it and leaves open whether it must be given
    assert not any("soil of Plot" in note.text for note in spec.questions)


def test_a_schema_without_a_key_contradicts_unique() -> None:
    spec = read(garden=GARDEN, plots_sql=PLOTS).spec
    assert spec.entities["Gardener"].fields["email"].unique
    assert "not unique (plots.sql" in asked(spec, "entities.Gardener.fields.email.unique").text


def test_a_contract_decides_paths_and_keeps_its_shapes() -> None:
    spec = read(plots_api=CONTRACT, garden=GARDEN, plots_sql=PLOTS).spec
    assert spec.interface is not None
    assert spec.interface.base == "/v1"
    assert list(spec.interface.endpoints) == ["list_plots", "add_plot"]
    assert {"note", "soil"} <= spec.entities["Plot"].fields.keys()
    assert spec.entities["Plot"].fields["label"].max == 8


def test_an_open_door_is_closed_where_a_text_names_roles() -> None:
    spec = read(plots_api=CONTRACT, garden=GARDEN).spec
    note = asked(spec, "entities.Plot.access")
    assert "anyone may create, read (plots.api" in note.text
    assert note.proposed.startswith("warden may create, read, update, delete")
    assert all("anyone" not in grant.who for grant in spec.entities["Plot"].access)


def test_what_no_endpoint_has_room_for_is_left_out_and_asked() -> None:
    text = GARDEN.replace("an area and a soil", "an area, an address and a soil")
    spec = read(plots_api=CONTRACT, garden=text).spec
    assert "address" not in spec.entities["Plot"].fields
    note = next(note for note in spec.questions if "entities.Plot.fields.address" in note.text)
    assert (note.proposed, "garden.md" in note.text) == ("It is left out.", True)


def test_types_that_contradict_go_with_the_rules() -> None:
    text = (ROOT / "tests/cases/library/requirements.md").read_text()
    stored = "CREATE TABLE loans (id serial PRIMARY KEY, borrowed_on date NOT NULL, due_on timestamp NOT NULL);"
    spec = read(text=text, loans_sql=stored).spec
    assert spec.entities["Loan"].fields["due_on"].type is FieldType.DATE
    assert "fee" in spec.entities["Loan"].derived
    note = asked(spec, "entities.Loan.fields.due_on.type")
    assert 'datetime (loans.sql: "' in note.text
    assert note.proposed == "date: the rules fit this one only."


def test_names_without_underscores_mean_the_same() -> None:
    text = "A hire has a start date and a return date. Clerks manage hires. Guests can see hires."
    stored = "CREATE TABLE hires (id serial PRIMARY KEY, startdate date NOT NULL, returndate date);"
    spec = read(text=text, hires_sql=stored).spec
    assert list(spec.entities["Hire"].fields) == ["startdate", "returndate"]
    assert any("entities.Hire.fields.startdate" in source.elements for source in spec.trace if source.file == "text.md")


def test_a_name_that_nobody_said_does_not_join_a_table() -> None:
    text = "A visitor may borrow an umbrella. Clerks manage umbrellas and visitors."
    stored = "CREATE TABLE umbrellas (id serial PRIMARY KEY, colour varchar(20) NOT NULL);"
    spec = read(text=text, umbrellas_sql=stored).spec
    assert "name" not in spec.entities["Umbrella"].fields
    assert "colour" in spec.entities["Umbrella"].fields


def test_a_text_that_keeps_nothing_is_read_beside_a_schema() -> None:
    text = "Only wardens may delete a plot. The council decides on everything that must be decided."
    spec = read(rules=text, plots_sql=PLOTS).spec
    may = {who: set(grant.may) for grant in spec.entities["Plot"].access for who in grant.who}
    assert ("delete" in may["warden"], "delete" in may["user"]) == (True, False)
    assert any("The council decides" in note.text for note in spec.questions)


def test_texts_that_contradict_each_other_are_asked() -> None:
    base = "A boat has a name and a length. A member has a name. A member books a boat. "
    base += "The booking records the day it starts. Stewards manage boats. "
    first = base + "A member may not have more than 5 open bookings. The name of a boat has at most 40 characters."
    second = "A member may not have more than 7 open bookings. The name of a boat has at most 60 characters."
    spec = read(first=first, second=second).spec
    rules = spec.operations["book"].requires
    assert [key for key in rules if "open_bookings" in key] == ["fewer_than_5_open_bookings"]
    rule = asked(spec, "operations.book.requires.fewer_than_5_open_bookings")
    assert 'first.md: "A member may not have more than 5 open bookings."' in rule.text
    assert 'second.md: "A member may not have more than 7 open bookings."' in rule.text
    assert spec.entities["Boat"].fields["name"].max == 40
    assert "60 (second.md" in asked(spec, "entities.Boat.fields.name.max").text


def test_one_text_says_must_and_the_other_may() -> None:
    first = "A parcel has a weight and a label. The label of a parcel is optional. Clerks manage parcels."
    spec = read(first=first, second="Every parcel must have a label.").spec
    note = next(note for note in spec.questions if "label of Parcel" in note.text)
    assert 'required (second.md: "Every parcel must have a label.")' in note.text
    assert 'optional (first.md: "The label of a parcel is optional.")' in note.text


@pytest.mark.parametrize(
    ("first", "second", "asks"),
    [
        ("The weight of a crate is required.", "The weight of a crate is optional.", True),
        ("A crate must have a weight.", "A crate may have a weight.", True),
        ("A crate must have a weight.", "A guest may change the weight of a crate.", False),
        ("Every crate has a weight.", "A crate may have a weight.", False),
    ],
)
def test_must_and_may_are_told_by_their_words(first: str, second: str, *, asks: bool) -> None:
    base = "A crate has a label and a weight. A guest has a name. Clerks manage crates and guests. "
    spec = read(first=base + first, second=second).spec
    found = [note for note in spec.questions if "weight of Crate" in note.text]
    assert [note.proposed for note in found] == ["required: the stricter of the two."] * asks


def test_lists_of_values_in_two_texts_are_asked_with_their_own_sentences() -> None:
    first = "A crate has a label and a size (small, large). Clerks manage crates."
    spec = read(first=first, second="A crate has a size (small, medium, large).").spec
    note = asked(spec, "entities.Crate.fields.size.one_of")
    assert "small, large (first.md" in note.text
    assert "small, medium, large (second.md" in note.text
    assert spec.entities["Crate"].fields["size"].one_of == ("small", "large")


def test_durations_in_two_texts_are_asked() -> None:
    first = "A loan has a start date. A loan runs for 21 days. Clerks manage loans."
    spec = read(first=first, second="A loan runs for 14 days.").spec
    note = next(note for note in spec.questions if note.text.startswith("Which holds"))
    assert "days(14) (second.md" in note.text
    assert "days(21) (first.md" in note.text


def test_texts_that_agree_ask_nothing_new() -> None:
    first = "A parcel has a weight and a label. The label of a parcel has at most 20 characters. Clerks manage parcels."
    again = "A parcel has a label with at most 20 characters. Clerks can see parcels."
    spec = read(first=first, second=again).spec
    assert not [note for note in spec.questions if note.text.startswith("Which holds")]


def test_two_numbers_in_one_text_are_no_contradiction_of_sources() -> None:
    one = "A boat has a name. A member has a name. A member books a boat. "
    one += "The booking records the day it starts. Stewards manage boats. "
    one += "A member may not have more than 5 open bookings. A member may not have more than 7 open bookings."
    other = "A boat has a colour."
    spec = read(one=one, other=other).spec
    assert not [note for note in spec.questions if note.text.startswith("Which holds for the rule")]


def test_a_spec_comes_first_and_keeps_what_it_says() -> None:
    spec_text = """spec: 1
service: {name: plots}
roles: {warden: }
entities:
  Plot:
    fields:
      label: {type: string, max: 5}
    access:
      - {who: warden, may: [create, read, update]}
"""
    spec = read(plots_spec=spec_text, garden=GARDEN).spec
    assert (spec.service.name, spec.entities["Plot"].fields["label"].max) == ("plots", 5)
    note = asked(spec, "entities.Plot.access")
    assert note.proposed == "warden may create, read, update: the Spec was there first."
    assert "Gardener" in spec.entities


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("tests/cases/clinic/requirements.md", "tests/cases/petclinic/openapi.yml"),
        ("tests/cases/openapi/tracker.json", "tests/cases/sql/ferries.sql"),
        ("tests/cases/openapi/orchard.yaml", "tests/cases/openapi/bookshop.yaml"),
        ("tests/cases/texts/kennel.md", "tests/cases/petclinic/openapi.yml"),
        ("tests/cases/helpdesk/requirements.md", "examples/helpdesk.spec.yaml"),
    ],
)
def test_whatever_stands_together_validates(first: str, second: str) -> None:
    paths = [ROOT / first, ROOT / second]
    texts = [path.read_text() for path in paths]
    inputs = [
        Input(
            path,
            text,
            is_spec=path.name.endswith(".spec.yaml"),
            is_contract="openapi" in str(path) or path.suffix == ".json",
            is_schema=path.suffix == ".sql",
        )
        for path, text in zip(paths, texts, strict=True)
    ]
    found = understand(inputs)
    assert [problem for problem in validate(found.spec) if not problem.warning] == []
    assert parse_spec(found.yaml).spec == found.spec


def test_one_text_is_read_once() -> None:
    text = Requirement(name="a.md", text="A parcel has a weight. Clerks manage parcels.")
    assert parse_texts([text]).questions == ()
