"""Slugs and codes: what they are, and where they may stand."""

import pytest

from quantumlayer.spec.cel.made import ALPHABET, code, slug
from quantumlayer.spec.load import parse_spec
from quantumlayer.spec.validate import validate

SLUG = "slug: {type: string, unique: true, default: {cel: slug(this.note)}}"


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("Hello, World!", "hello-world"),
        ("  Grüße aus Łódź ", "grusse-aus-odz"),
        ("2 of 3", "2-of-3"),
        ("日本語", "untitled"),
        ("a_b--c", "a-b-c"),
    ],
)
def test_a_slug_is_made_of_the_words_of_a_text(text: str, made: str) -> None:
    assert slug(text) == made


def test_a_code_has_its_length_and_no_letters_that_look_alike() -> None:
    assert [len(code(length)) for length in (6, 31, 64)] == [6, 31, 64]
    assert not {"0", "1", "i", "l", "o"} & set(ALPHABET)


@pytest.fixture
def made(shop: str) -> str:
    return shop.replace("note: {type: text, optional: true}", f"note: {{type: text}}\n      {SLUG}")


def test_a_default_may_be_a_slug_or_a_code(made: str) -> None:
    assert validate(parse_spec(made).spec) == ()
    assert validate(parse_spec(made.replace("slug(this.note)", "code(12)")).spec) == ()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("unique: true, ", "", "a text of its own for each record"),
        ("slug(this.note)", "slug(this.note) + 'x'", "a text of its own for each record"),
        ("slug: {type: string", "slug: {type: text", "a text of its own for each record"),
        ("unique: true, ", "unique: true, max: 10, ", "room for 20 characters"),
        ("unique: true, ", "unique: true, pattern: '[a-z]+', ", "would break the limits"),
        ("unique: true, ", "unique: true, min: 5, ", "would break the limits"),
        ("slug(this.note)", "code(5)", "6 to 64 characters"),
        ("slug(this.note)", "code(this.number)", "6 to 64 characters"),
        ("this.number * 2", "slug(this.note).size()", "a text of its own for each record"),
    ],
)
def test_what_makes_up_a_text_elsewhere_is_told(made: str, old: str, new: str, message: str) -> None:
    assert old in made
    problems = validate(parse_spec(made.replace(old, new, 1)).spec)
    assert [message in problem.message for problem in problems] == [True]
    assert all(problem.hint for problem in problems)
