"""Prose: what people note in the first person, in relative clauses, over several sentences, and what acts make."""

import pytest

from quantumlayer.qlayer.parser import Requirement, parse
from quantumlayer.spec.model import Entity, FieldType, RelationKind, Spec


def read(text: str) -> Spec:
    return parse([Requirement(name="text.md", text=text)])


def entity(text: str, name: str) -> Entity:
    return read(text).entities[name]


def typed(found: Entity) -> dict[str, str]:
    return {key: str(field.type) for key, field in found.fields.items() if not field.read_only}


@pytest.mark.parametrize(
    ("text", "name", "fields"),
    [
        (
            "Growers are people or companies. I keep the name, a street and a town.",
            "Grower",
            {"name": "string", "street": "string", "town": "string"},
        ),
        (
            "A boat has a name. We also note the weight in kg, the price and the colour.",
            "Boat",
            {"name": "string", "weight": "decimal", "price": "money", "colour": "string"},
        ),
        (
            "Tutors! They have a name and an email address.",
            "Tutor",
            {"name": "string", "email": "email"},
        ),
        (
            "The system shall keep piers with a name, a latitude and a longitude.",
            "Pier",
            {"name": "string", "latitude": "decimal", "longitude": "decimal"},
        ),
    ],
)
def test_what_is_noted_is_of_what_was_spoken_of(text: str, name: str, fields: dict[str, str]) -> None:
    assert typed(entity(text, name)) == fields


def test_what_the_writer_wants_of_the_program_is_no_field() -> None:
    found = entity("A boat has a name. I want to print the list. We need a calendar and a chat.", "Boat")
    assert set(found.fields) == {"name"}


@pytest.mark.parametrize(
    ("said", "name", "choices"),
    [
        (
            "A kiln has a name and a glaze, which is matt, half gloss or gloss.",
            "glaze",
            ("matt", "half gloss", "gloss"),
        ),
        (
            "A ferry has a name and a direction, which is either inbound or outbound.",
            "direction",
            ("inbound", "outbound"),
        ),
        (
            "A guest has a name and a capacity (speaker, listener or helper).",
            "capacity",
            ("speaker", "listener", "helper"),
        ),
    ],
)
def test_choices_in_a_relative_clause(said: str, name: str, choices: tuple[str, ...]) -> None:
    (found,) = read(said).entities.values()
    assert found.fields[name].one_of == choices


@pytest.mark.parametrize(
    ("said", "pattern"),
    [
        ("a capital letter, a dash and one to three digits", "[A-Z]-[0-9]{1,3}"),
        ("two capital letters, a hyphen and six digits", "[A-Z]{2}-[0-9]{6}"),
    ],
)
def test_how_a_value_is_spelled(said: str, pattern: str) -> None:
    found = entity(f"A mooring has a number, that is {said}, and a length in metres.", "Mooring")
    assert found.fields["number"].pattern == pattern
    assert set(found.fields) == {"number", "length"}


@pytest.mark.parametrize(
    "said",
    [
        "a name and, from those who have one, a website",
        "a name and, if they have given us one, a website",
        "a name and perhaps a website",
        "a name and a website (only if there is any, so not mandatory)",
    ],
)
def test_what_may_be_missing_is_optional(said: str) -> None:
    found = entity(f"A florist has {said}.", "Florist")
    assert found.fields["website"].optional
    assert not found.fields["name"].optional


def test_flags_are_told_in_many_ways() -> None:
    text = (
        "A cabin has a name and either a stove or none. Of every cabin we note whether it is open to the public. "
        "Some are heated and some are not."
    )
    found = typed(entity(text, "Cabin"))
    assert {key for key, kind in found.items() if kind == "bool"} == {"stove", "open_to_the_public", "heated"}


@pytest.mark.parametrize(
    ("said", "name", "kind"),
    [
        ("a mark from one to five", "mark", FieldType.INT),
        ("an area in whole square metres", "area", FieldType.INT),
        ("a running time in minutes", "running_time", FieldType.INT),
        ("a poster, which is a JPEG or PNG of up to 8 MB", "poster", FieldType.FILE),
        ("break minutes", "break_minutes", FieldType.INT),
        ("a nickname (3 to 20 characters)", "nickname", FieldType.STRING),
    ],
)
def test_types_that_words_tell(said: str, name: str, kind: FieldType) -> None:
    assert entity(f"A report has a title and {said}.", "Report").fields[name].type is kind


def test_parts_have_what_each_of_them_has() -> None:
    spec = read("A quote has a date. A quote consists of one or more quote lines, each with a text and a price.")
    assert typed(spec.entities["QuoteLine"]) == {"text": "text", "price": "money"}
    assert spec.entities["QuoteLine"].relations["quote"].to == "Quote"


def test_what_is_counted_is_described_elsewhere() -> None:
    spec = read("The parish has three chapels. A chapel has a name and a capacity.")
    assert set(spec.entities) == {"Chapel"}


def test_what_ties_one_to_one_is_a_record() -> None:
    text = (
        "A pupil has a name. A route has a code. "
        "A pass allows one pupil to use one route from a first day to a last day."
    )
    found = entity(text, "Pass")
    assert {relation.to for relation in found.relations.values()} == {"Pupil", "Route"}
    assert typed(found) == {"first_day": "date", "last_day": "date"}


def test_records_of_one_other_and_exactly_one_of_something() -> None:
    spec = read(
        "A coach has a name. A player has a name. Each player has exactly one coach. A match has a day. "
        "A delay has a cause. Coaches can record delays of a match."
    )
    assert spec.entities["Player"].relations["coach"].kind is RelationKind.MANY_TO_ONE
    assert [one.to for one in spec.entities["Delay"].relations.values()] == ["Match"]


def test_some_can_stand_under_others() -> None:
    found = entity("A section has a name. A section can sit under another section.", "Section")
    assert found.relations["parent"].to == "Section"


def test_what_is_worked_out_is_no_field() -> None:
    text = "A rental has a rate and a start. The charge of a rental is the rate times the number of hours."
    assert "charge" not in entity(text, "Rental").fields


def test_lives_with_afterwards_and_moves_named_by_what_people_do() -> None:
    spec = read(
        "A round has a name. A round is planned, then under way, and after that completed. "
        "The crew shall depart and complete the round."
    )
    assert spec.entities["Round"].states is not None
    assert spec.entities["Round"].states.values == ("planned", "under_way", "completed")
    moves = {name: (list(one.by), one.to) for name, one in spec.operations.items()}
    assert moves == {"depart": (["crew"], "under_way"), "complete": (["crew"], "completed")}


def test_what_becomes_of_a_record_when_somebody_acts() -> None:
    spec = read(
        "A sample has a code. Chemists can see samples. A sample is collected, then tested, then released. "
        "It becomes tested when the chemist closes it."
    )
    assert spec.operations["close"].to == "tested"
    assert list(spec.operations["close"].by) == ["chemist"]


def test_what_may_be_done_from_some_states_is_one_more_state() -> None:
    spec = read(
        "A trial has a name. A trial is drafted, then listed, then closed. Clerks close trials. "
        "A trial that has been drafted or listed may be vacated by the clerk."
    )
    assert spec.operations["vacate"].from_ == ("drafted", "listed")
    states = spec.entities["Trial"].states
    assert states is not None
    assert "vacated" in states.values


def test_what_is_written_is_added() -> None:
    spec = read(
        "A plot has a number. An inspection is of one plot and has a date and a mark from 1 to 5. "
        "Wardens write inspections."
    )
    assert "write" not in spec.operations
    assert set(spec.roles) >= {"warden"}
