"""What texts keep: parts, trees, links, lists behind colons, enrolments, kinds and how values are written."""

import pytest

from quantumlayer.qlayer.parser import Requirement, parse
from quantumlayer.qlayer.parser.meaning.spelling import spelled
from quantumlayer.spec.model import FieldType, OnDelete, Proof, RelationKind, Spec
from quantumlayer.spec.validate import validate


def read(text: str) -> Spec:
    spec = parse([Requirement(name="requirements.md", text=text)])
    assert not [problem for problem in validate(spec) if not problem.warning]
    return spec


def test_several_of_a_thing_with_its_own_values_are_parts_of_a_record() -> None:
    spec = read(
        "A parishioner has a name and keeps several pledges (amount, first day, last day). Clerks manage parishioners."
    )
    pledge = spec.entities["Pledge"]
    assert list(pledge.fields) == ["amount", "first_day", "last_day"]
    assert pledge.relations["parishioner"].on_delete is OnDelete.CASCADE
    assert "pledge" not in spec.entities["Parishioner"].fields


def test_a_colon_lists_what_a_part_has_and_a_plain_word_is_named_after_its_whole() -> None:
    spec = read("A song has a title. A setlist has a name and holds entries: song and position between 1 and 40.")
    entry = spec.entities["SetlistEntry"]
    assert {name: one.to for name, one in entry.relations.items()} == {"song": "Song", "setlist": "Setlist"}
    assert (entry.fields["position"].min, entry.fields["position"].max) == (1, 40)


def test_an_aside_of_one_thing_gives_the_record_more_fields() -> None:
    farm = read("A farm has a name and an address (street, postcode, town). Clerks manage farms.").entities["Farm"]
    assert list(farm.fields) == ["name", "street", "postcode", "town"]


def test_choices_and_limits_in_an_aside_are_no_parts() -> None:
    farm = read("A farm has several colours (red, green, blue) and a code (2 letters, unique). Clerks manage farms.")
    assert list(farm.entities) == ["Farm"]
    assert farm.entities["Farm"].fields["code"].unique


def test_belonging_to_several_is_a_relation_to_many_and_makes_what_is_belonged_to() -> None:
    spec = read("A recipe has a title. A recipe belongs to one or more cuisines. Cuisines form a tree.")
    cuisines = spec.entities["Recipe"].relations["cuisines"]
    assert (cuisines.to, cuisines.kind, cuisines.min) == ("Cuisine", RelationKind.MANY_TO_MANY, 1)
    parent = spec.entities["Cuisine"].relations["parent"]
    assert (parent.to, parent.acyclic, parent.optional) == ("Cuisine", True, True)
    assert "name" in spec.entities["Cuisine"].fields


def test_each_has_several_of_the_other() -> None:
    spec = read(
        "A choir has a name. A concert has a title. A concert invites several choirs, and a choir is invited to many "
        "concerts."
    )
    assert spec.entities["Concert"].relations["choirs"].kind is RelationKind.MANY_TO_MANY
    assert not spec.entities["Choir"].relations


def test_something_that_is_done_ties_two_records() -> None:
    spec = read("A nurse has a name. A ward has a number. A posting puts a nurse into a ward. It has a first day.")
    assert {one.to for one in spec.entities["Posting"].relations.values()} == {"Nurse", "Ward"}
    assert "first_day" in spec.entities["Posting"].fields
    assert "posting" not in spec.roles


def test_only_one_of_the_parts_is_the_main_one() -> None:
    spec = read("A farmer has a name and keeps several fields (name, area in hectares). One field is the main.")
    rule = spec.entities["Field"].rules["one_main"]
    assert rule.unique is not None
    assert rule.unique.when == "this.main"


def test_who_sends_records_makes_them_and_proves_it_by_a_key() -> None:
    spec = read("Every buoy has an API key and sends measurements: time, temperature and wave height in m.")
    assert spec.roles["buoy"].proves is Proof.API_KEY
    measurement = spec.entities["Measurement"]
    assert list(measurement.fields) == ["time", "temperature", "wave_height"]
    assert measurement.relations["buoy"].to == "Buoy"
    assert any("buoy" in grant.who and "create" in grant.may for grant in measurement.access)


@pytest.mark.parametrize(
    ("text", "entity", "fields"),
    [
        ("A holder is registered with a surname, a phone number and, where known, an email.", "Holder",
         {"surname": False, "phone_number": False, "email": True}),
        ("A tenant leaves a name, an email and a phone number.", "Tenant",
         {"name": False, "email": False, "phone_number": False}),
        ("Anybody can sign up as a walker, with a nickname, an email and a city.", "Walker",
         {"nickname": False, "email": False, "city": False}),
        ("Guests reserve with a name and an email. A reservation has a date.", "Reservation",
         {"name": False, "email": False, "date": False}),
        ("A part has a name and a minimum age, if the script demands one.", "Part",
         {"name": False, "minimum_age": True}),
        ("Our vets (name and licence number) treat animals. A vet has a phone number.", "Vet",
         {"name": False, "licence_number": False, "phone_number": False}),
    ],
)  # fmt: skip
def test_what_has_values_in_whatever_words(text: str, entity: str, fields: dict[str, bool]) -> None:
    found = read(text).entities[entity].fields
    assert {name: found[name].optional for name in fields} == fields


def test_kinds_that_a_text_enumerates_are_choices() -> None:
    spec = read("There are three fuel kinds: petrol, diesel and gas. A pump has a number. A pump is for one fuel kind.")
    assert spec.entities["Pump"].fields["fuel_kind"].one_of == ("petrol", "diesel", "gas")


def test_relations_that_are_said_with_any_verb_of_place_and_dates_beside_them() -> None:
    spec = read(
        "A guest has a name. A hut has a name. A stay is booked by one guest for one hut, from an arrival day to a "
        "departure day. A hut stands in one valley. A valley has a name."
    )
    stay = spec.entities["Stay"]
    assert {one.to for one in stay.relations.values()} == {"Guest", "Hut"}
    assert {name: one.type for name, one in stay.fields.items()} == {
        "arrival_day": FieldType.DATE, "departure_day": FieldType.DATE,
    }  # fmt: skip
    assert spec.entities["Hut"].relations["valley"].to == "Valley"


def test_what_has_to_be_done_is_not_what_something_has() -> None:
    spec = read("A sample has a code. One from a lake has to be received within 24 hours. Clerks manage samples.")
    assert list(spec.entities) == ["Sample"]


@pytest.mark.parametrize(
    ("said", "pattern"),
    [
        ("P, a dash, five digits; unique", "P-[0-9]{5}"),
        ("four digits, a slash, two digits", "[0-9]{4}/[0-9]{2}"),
        ("K followed by 4 digits", "K[0-9]{4}"),
        ("letter and two digits, unique", "[A-Za-z][0-9]{2}"),
        ("10 characters, A-Z and 0-9", "[A-Z0-9]{10}"),
        ("one capital letter + two digits, e.g. B07", "[A-Z][0-9]{2}"),
        ("the year, a dash and five digits", "[0-9]{4}-[0-9]{5}"),
        ("upper-case letters, digits and dashes", ""),
        ("red, green or blue", ""),
        ("a letter", ""),
    ],
)
def test_how_a_value_is_written(said: str, pattern: str) -> None:
    assert spelled(said) == pattern


def test_personal_data_said_of_all_or_of_those_before() -> None:
    spec = read("A keeper has a name, a city and a phone number. All data of keepers other than the name are personal.")
    fields = spec.entities["Keeper"].fields
    assert [name for name, field in fields.items() if field.personal] == ["city", "phone_number"]
    fields = read("A keeper has a name, a street and a city. These two are personal data.").entities["Keeper"].fields
    assert [name for name, field in fields.items() if field.personal] == ["street", "city"]
