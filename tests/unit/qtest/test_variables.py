"""Variables of generated tests keep clear of what the tests have of their own."""

import pytest

from quantumlayer.qtest.variables import mentioned, variable, without_spare


@pytest.mark.parametrize(
    ("name", "expected"), [("book", "book"), ("settings", "settings_"), ("date", "date_"), ("class", "class_")]
)
def test_a_name_that_is_taken_gets_an_underscore(name: str, expected: str) -> None:
    assert variable(name) == expected


def test_only_what_is_read_and_not_set_is_asked_for() -> None:
    lines = ["logs = await make.log()", 'url = f"/settings/{logs.id}"', "await sign_in(url)"]
    assert mentioned(lines) == {"make", "sign_in"}


def test_records_of_which_nothing_speaks_are_not_made() -> None:
    shelf, book = "shelf = await make.shelf()", "book = await make.book(shelf=shelf)"
    guest = 'as_guest = await sign_in("book")'
    assert without_spare([shelf, book, guest], 'answer = await as_guest.get(f"/shelves/{shelf.id}")') == [shelf, guest]
    assert without_spare([shelf, book, guest], 'answer = await as_guest.get("/shelves")') == [guest]
