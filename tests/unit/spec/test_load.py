"""Reading a Spec: values as written, places known, and nothing dangerous let in."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from quantumlayer.core.errors import Kind
from quantumlayer.spec.errors import SpecError, UnreadableSpecError
from quantumlayer.spec.load import MAX_BYTES, LoadedSpec, load_spec, parse_spec


def test_numbers_with_a_point_stay_as_written(shop: str) -> None:
    default = parse_spec(shop).spec.operations["pay"].inputs["tip"].default
    assert isinstance(default, Decimal)
    assert str(default) == "0.50"


def test_dates_and_decimals_of_examples(library: LoadedSpec) -> None:
    example = library.spec.entities["Loan"].derived["fee"].examples[0]
    assert example.given["due_on"] == date(2026, 3, 1)
    assert str(example.then["fee"]) == "0.75"


def test_a_byte_order_mark_is_accepted(tmp_path: Path, shop: str) -> None:
    path = tmp_path / "spec.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + shop.encode())
    assert load_spec(path).spec.service.name == "shop"


@pytest.mark.parametrize(
    ("address", "text"),
    [
        ("entities.Book.fields.isbn", "isbn: {type"),
        ("entities.Book.fields.isbn.pattern", "pattern:"),
        ("entities.Book.access.1", "{who: member, may: [read]}"),
        ("entities.Book.access.1.may", "may: [read]}"),
        ("entities.Book.fields.isbn.max", "isbn: {type"),
        ("operations.renew.sets.renewed", "renewed: 'true'"),
        ("", "spec: 1"),
    ],
)
def test_an_address_has_a_place(library: LoadedSpec, address: str, text: str) -> None:
    line, column = library.position(address)
    assert library.text.splitlines()[line - 1][column - 1 :].startswith(text)


@pytest.mark.parametrize(
    ("written", "word"),
    [
        ("this.number > 0", "number"),
        ("'this.note != ''x'' && this.number > 0'", "number"),
        ('"this.note != \\"\\u0041\\n\\x41\\" && this.number > 0"', "number"),
        (">-\n          this.number\n          > 0 &&   this.note != null\n", "note"),
        ("|\n          this.number > 0\n          && this.note != null\n", "note"),
    ],
)
def test_a_place_inside_an_expression_is_found_however_it_is_written(shop: str, written: str, word: str) -> None:
    text = shop.replace("{cel: this.number > 0, else: Positive only.}", f"\n        cel: {written}\n        else: X.")
    loaded = parse_spec(text)
    address = "entities.Order.rules.positive.cel"
    cel = loaded.spec.entities["Order"].rules["positive"].cel
    assert cel is not None
    offset = cel.index(word)
    line, column = loaded.position(address, offset)
    assert text.splitlines()[line - 1][column - 1 :].startswith(word)


def test_the_place_after_the_last_character(shop: str) -> None:
    loaded = parse_spec(shop)
    cel = loaded.spec.entities["Order"].rules["positive"].cel
    assert cel is not None
    line, column = loaded.position("entities.Order.rules.positive.cel", len(cel))
    assert shop.splitlines()[line - 1][: column - 1].endswith(cel)


@pytest.mark.parametrize(
    ("content", "place", "what", "hint"),
    [
        (b"", "1:1", "empty", "spec: 1"),
        (b"# only a comment\n", "1:1", "empty", "spec: 1"),
        (b"\x00\x01\x02", "1:1", "binary", "UTF-8"),
        ("spec: 1\n".encode("utf-16"), "1:4", "binary", "UTF-8"),
        (b"spec: 1\nservice: caf\xe9", "2:13", "not UTF-8: byte 20 is 0xe9", "UTF-8"),
        (b"a: \x07", "1:4", "control character", "Remove"),
        (b"spec: 1\n---\nspec: 1\n", "2:1", "several documents", "one file"),
        (b"- a\n- b\n", "1:1", "mapping", "spec: 1"),
        (b"just text\n", "1:1", "mapping", "spec: 1"),
        (b"a: [1, 2\n", "2:1", "no YAML", "quote"),
        (b"a: b: c\n", "1:5", "no YAML", "quote"),
        (b"a: 1\nb: 2\na: 3\n", "3:1", "'a' stands here and on line 1", "one of the two"),
        (b"? [a, b]\n: c\n", "1:3", "key must be a word", "name"),
        (b"a: &x [1]\nb: *x\n", "1:4", "Anchors and aliases", "Write the value out"),
        (b"a: *x\n", "1:4", "Anchors and aliases", "Write the value out"),
        (b"a: !!python/object:os.system x\n", "1:4", "Tags", "Remove the tag"),
        (b"a: !local x\n", "1:4", "Tags", "Remove the tag"),
        (b"a: " + b"[" * 5000, "1:44", "deeper than 40", "Flatten"),
        (rb'a: "so \ud83d\ude00"', "1:4", "holds '\\ud83d'", "one escape"),
        (rb'"\udc00": 1', "1:1", "holds '\\udc00'", "Leave it out"),
        (rb'a: "so \0"', "1:4", "holds '\\x00'", "Leave it out"),
        (b"a: 2026-02-31\n", "1:4", "no date of the calendar", "quote"),
        (b"a: " + b"9" * 41, "1:4", "40 digits", "quote"),
        (b"a: " + b"x" * MAX_BYTES, "", "larger than 1,000,000 bytes", "split"),
    ],
)
def test_what_is_no_spec_is_refused_with_place_and_remedy(
    tmp_path: Path, content: bytes, place: str, what: str, hint: str
) -> None:
    path = tmp_path / "spec.yaml"
    path.write_bytes(content)
    with pytest.raises(UnreadableSpecError) as caught:
        load_spec(path)
    assert caught.value.kind is Kind.INVALID
    assert caught.value.what.startswith(f"{path}:{place}")
    assert what in caught.value.what
    assert hint in caught.value.hint


def test_a_bomb_of_aliases_costs_nothing() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)]
    with pytest.raises(UnreadableSpecError, match="Anchors and aliases"):
        parse_spec("\n".join(lines))


def test_a_text_that_is_too_large_is_refused() -> None:
    with pytest.raises(UnreadableSpecError, match="larger than"):
        parse_spec("#" * (MAX_BYTES + 1))


@pytest.mark.parametrize(
    ("name", "reason"), [("missing.yaml", "No such file"), (".", "not a file"), ("a\0b", "null byte")]
)
def test_a_path_that_cannot_be_read(tmp_path: Path, name: str, reason: str) -> None:
    with pytest.raises(UnreadableSpecError, match=reason):
        load_spec(tmp_path / name)


def test_words_that_old_yaml_took_for_booleans_are_words(shop: str) -> None:
    spec = parse_spec(shop.replace("values: [open, paid]", "values: [open, paid, on, off, yes, no, y]")).spec
    states = spec.entities["Order"].states
    assert states is not None
    assert states.values == ("open", "paid", "on", "off", "yes", "no", "y")


def test_every_problem_of_a_file_is_said_at_once(shop: str) -> None:
    text = shop.replace("type: string", "type: strng").replace("spec: 1", "spec: 2").replace("on: Order", "onn: Order")
    with pytest.raises(SpecError) as caught:
        parse_spec(text, "my.yaml")
    assert [problem.element for problem in caught.value.problems] == [
        "spec",
        "entities.Buyer.fields.name.type",
        "entities.Order.fields.secret.type",
        "operations.pay.on",
        "operations.pay.onn",
    ]
    assert caught.value.what.startswith("my.yaml:1:7: spec: 2 is not one of 1.")
    assert "my.yaml:10:20: entities.Buyer.fields.name.type:" in caught.value.why
