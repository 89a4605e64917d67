"""A Spec is written in one stable style, and into a document without losing its comments."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quantumlayer.spec.load import LoadedSpec, load_spec, parse_spec
from quantumlayer.spec.model import (
    Answer,
    Entity,
    Field,
    FieldType,
    Literal_,
    Note,
    Operation,
    Quality,
    Service,
    Source,
    Spec,
)
from quantumlayer.spec.write import dump_spec

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"
EDITS = [
    ("min: 1, max: 9", "min: 0, max: 10"),
    ("type: int, min: 1, max: 9", "type: money, min: 1.50, max: 9.00, default: 2.00"),
    ("buyer: {to: Buyer}", "buyer: {to: Buyer, optional: true}\n      payer: {to: Buyer, back: paid}"),
    ("      note: {type: text", "      day: {type: date, default: 2026-01-31}\n      note: {type: text"),
    ("values: [open, paid]", "values: [open, paid, lost]"),
    ("by: clerk", "by: [clerk, buyer]"),
    ("who: [clerk, buyer], may: [create, read], when: this.number > 0", "who: clerk, may: [create, read]"),
    ("access:\n      - {who: clerk", "access:\n      - {who: buyer, may: [read]}\n      - {who: clerk"),
    ("  clerk:\n", "  clerk: {about: Works here.}\n  boss:\n"),
    ("      tip: {type: money, default: 0.50}", "      tip: {type: money, default: 0.75}"),
    ("operations:", "assumptions: [{text: 'A: b'}]\noperations:"),
    ("operations:", "trace: [{quote: 'The, shop', elements: {entities.Order: 0.5}}]\noperations:"),
    ("    takes:\n      tip: {type: money, default: 0.50}\n", ""),
]


def with_comments(text: str) -> str:
    """The text with a comment at the end of each fifth line."""
    lines = text.splitlines()
    return "\n".join(f"{line}  # remark {n}" if n % 5 == 0 else line for n, line in enumerate(lines)) + "\n"


def test_the_examples_are_read_back_as_they_are(library: LoadedSpec, clinic: LoadedSpec) -> None:
    for loaded in (library, clinic):
        written = dump_spec(loaded.spec)
        assert parse_spec(written).spec == loaded.spec
        assert dump_spec(parse_spec(written).spec) == written
        assert max(map(len, written.splitlines())) <= 120


def test_the_style_is_the_one_of_the_examples(library: LoadedSpec) -> None:
    written = set(dump_spec(library.spec).splitlines())
    kept = [line for line in library.text.splitlines() if line in written]
    assert len(kept) / len(library.text.splitlines()) > 0.9


def test_writing_nothing_new_keeps_every_byte(clinic: LoadedSpec) -> None:
    assert clinic.update(clinic.spec) == clinic.text


def test_a_change_touches_its_own_line_only(clinic: LoadedSpec) -> None:
    service = clinic.spec.service.model_copy(update={"summary": "Changed: now."})
    text = clinic.update(clinic.spec.model_copy(update={"service": service}))
    assert text == clinic.text.replace("Appointments and visit notes of a group practice.", "'Changed: now.'")


@pytest.mark.parametrize(("old", "new"), EDITS)
def test_every_edit_arrives_and_comments_stay(shop: str, old: str, new: str) -> None:
    assert old in shop
    target = parse_spec(shop.replace(old, new, 1)).spec
    loaded = parse_spec(with_comments(shop))
    written = loaded.update(target)
    assert parse_spec(written).spec == target
    lost = [n for n in range(5, len(shop.splitlines()), 5) if f"# remark {n}\n" not in written]
    assert len(lost) <= 1, written


@pytest.mark.parametrize(("old", "new"), EDITS)
def test_every_edit_can_be_undone(shop: str, old: str, new: str) -> None:
    loaded = parse_spec(shop.replace(old, new, 1))
    assert parse_spec(loaded.update(parse_spec(shop).spec)).spec == parse_spec(shop).spec


def spec_with(about: str, default: Literal_ | None = None) -> Spec:
    field = Field(type=FieldType.STRING, about=about, default=default)
    return Spec(
        spec=1,
        service=Service(name="a", summary=about),
        entities={"A": Entity(about=about, fields={"f": field}, relations={})},
        operations={"o": Operation(on="A", by=("r",), from_=("x", "y"), sets={"f": "this.f"})},
        quality={"q": Quality(metric="latency", target="100 ms")},
        assumptions=(Note(text=about, about="entities.A"),),
        trace=(Source(quote=about, elements={about: 0.5}),),
    )


printable = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))


@settings(deadline=None)
@given(printable)
def test_any_text_survives(text: str) -> None:
    spec = spec_with(text)
    assert parse_spec(dump_spec(spec)).spec == spec


@pytest.mark.parametrize(
    "text",
    [
        "yes",
        "null",
        "~",
        "1",
        "1.5",
        "2026-01-01",
        "2026-02-31",
        "9" * 50,
        "a: b",
        "a #b",
        "- a",
        "'",
        '"',
        "a, b",
        "{a}",
        " a",
        "a ",
        "a\nb",
        "\t",
        "x" * 300,
        "word " * 60,
        "True",
        "a:",
        ":a",
        "#",
        "\u2028",
        "\x1b[31m",
        "{{ 7*7 }}",
        "\\",
    ],
)
def test_difficult_texts_survive(text: str) -> None:
    spec = spec_with(text)
    assert parse_spec(dump_spec(spec)).spec == spec
    before = spec_with("before")
    assert parse_spec(parse_spec(dump_spec(before)).update(spec)).spec == spec


@pytest.mark.parametrize(
    "value", [True, 0, -3, Decimal("0.10"), Decimal(5), date(2026, 1, 2), "2026-01-02", "true", "0.10"]
)
def test_plain_values_keep_their_type(value: Literal_) -> None:
    spec = spec_with("x", value)
    found = parse_spec(dump_spec(spec)).spec.entities["A"].fields["f"].default
    assert found == value
    assert type(found) is type(value)
    again = parse_spec(parse_spec(dump_spec(spec_with("x"))).update(spec)).spec.entities["A"].fields["f"].default
    assert (again, type(again)) == (value, type(value))


def test_the_same_value_in_two_places_is_written_out_in_both() -> None:
    loaded = load_spec(EXAMPLES / "clinic.spec.yaml")
    doctor, patient = (loaded.spec.entities[name] for name in ("Doctor", "Patient"))
    access = (*patient.access, patient.access[0], patient.access[0])
    entities = {**loaded.spec.entities, "Doctor": doctor, "Patient": patient.model_copy(update={"access": access})}
    text = loaded.update(loaded.spec.model_copy(update={"entities": entities}))
    assert ("&id" in text, parse_spec(text).spec.entities["Patient"].access) == (False, access)


def test_lists_at_the_end_are_written_anew_and_the_rest_stays_to_the_letter() -> None:
    loaded = load_spec(EXAMPLES / "clinic.spec.yaml")
    answered = loaded.spec.model_copy(update={"questions": (), "answers": (Answer(question="Who?", text="accept"),)})
    text = loaded.update(answered)
    begin = loaded.text.index("questions:")
    assert text.startswith(loaded.text[:begin])
    assert "\nanswers:\n  - {question: Who?, text: accept}\n\ntrace:\n" in text
    assert loaded.text[loaded.text.index("trace:") :] in text
    assert parse_spec(text).spec == answered


def test_a_comment_in_a_list_at_the_end_stays() -> None:
    text = dump_spec(load_spec(EXAMPLES / "clinic.spec.yaml").spec)
    commented = parse_spec(text.replace("\nassumptions:\n", "\nassumptions:\n  # asked twice\n"))
    notes = (*commented.spec.assumptions, Note(text="More."))
    written = commented.update(commented.spec.model_copy(update={"assumptions": notes}))
    assert ("# asked twice" in written, "{text: More.}" in written) == (True, True)


def test_a_document_in_braces_is_changed_too() -> None:
    loaded = parse_spec(
        '{"spec": 1, "service": {"name": "a"}, "entities": {"B": {"fields": {"c": {"type": "int"}}}},'
        ' "questions": [{"text": "Why?"}]}\n'
    )
    written = loaded.update(loaded.spec.model_copy(update={"questions": ()}))
    assert parse_spec(written).spec.questions == ()
