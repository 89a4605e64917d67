"""Foreign text becomes identifiers that Python takes, and nouns find their plural and the way back."""

import keyword

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quantumlayer.kit.identifiers import MAX_LENGTH, class_name, identifier, plural, safe, singular, words


@settings(deadline=None)
@given(st.text())
def test_any_text_becomes_an_identifier_that_is_no_keyword(text: str) -> None:
    for name in (identifier(text), class_name(text)):
        assert name.isidentifier()
        assert name.isascii()
        assert not keyword.iskeyword(name)
        assert not keyword.issoftkeyword(name)
        assert len(name) <= MAX_LENGTH


@settings(deadline=None)
@given(st.text())
def test_an_identifier_stays_what_it_is(text: str) -> None:
    name = identifier(text)
    assert safe("_".join(words(name))) == name


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("VisitNote", "visit_note"),
        ("HTTPServer", "http_server"),
        ("Größe", "grosse"),
        ("Ærø's naïve café", "aeros_naive_cafe"),
        ("../../etc/passwd\n", "etc_passwd"),
        ("'; DROP TABLE users; --", "drop_table_users"),
        ("{{ 7*7 }}", "n_7_7"),
        ("2fa code", "n_2fa_code"),
        ("class", "class_"),
        ("match", "match_"),
        ("List", "list_"),
        ("x" * 100, "x" * (MAX_LENGTH - 1)),
    ],
)
def test_identifiers_of_difficult_texts(text: str, expected: str) -> None:
    assert identifier(text) == expected


def test_texts_without_a_latin_letter_stay_apart() -> None:
    names = {identifier("日本"), identifier("日本語"), identifier(""), identifier("!!")}
    assert len(names) == 4
    assert all(name.startswith("name_") for name in names)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("visit note", "VisitNote"), ("none", "None_"), ("value error", "ValueError_"), ("2fa", "N2fa")],
)
def test_class_names(text: str, expected: str) -> None:
    assert class_name(text) == expected


@pytest.mark.parametrize(
    ("one", "many"),
    [
        ("book", "books"), ("box", "boxes"), ("bus", "buses"), ("status", "statuses"), ("address", "addresses"),
        ("city", "cities"), ("day", "days"), ("child", "children"), ("person", "people"), ("analysis", "analyses"),
        ("visit_note", "visit_notes"), ("house", "houses"), ("response", "responses"), ("prize", "prizes"),
        ("cache", "caches"), ("hero", "heroes"), ("photo", "photos"), ("match", "matches"), ("lens", "lenses"),
        ("shoe", "shoes"), ("movie", "movies"), ("quiz", "quizzes"), ("shelf", "shelves"), ("woman", "women"),
        ("craftsman", "craftsmen"), ("human", "humans"), ("regimen", "regimens"), ("menu", "menus"),
        ("waltz", "waltzes"),
        ("patient record", "patient records"), ("dish", "dishes"), ("bias", "biases"),
    ],
)  # fmt: skip
def test_plural_and_singular_undo_each_other(one: str, many: str) -> None:
    assert plural(one) == many
    assert singular(many) == one
    assert plural(many) == many
    assert singular(one) == one


@pytest.mark.parametrize("noun", ["sheep", "news", "equipment", "series"])
def test_some_nouns_have_one_form(noun: str) -> None:
    assert plural(noun) == noun == singular(noun)
