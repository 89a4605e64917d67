"""Every element has an address, and every address words."""

import pytest

from quantumlayer.spec.address import describe, elements
from quantumlayer.spec.load import LoadedSpec


def test_addresses_name_what_the_spec_states(library: LoadedSpec) -> None:
    found = elements(library.spec)
    assert found["entities.Book.fields.isbn.pattern"] == "[0-9]{13}"
    assert found["operations.borrow.creates.set.book"] == "this"
    assert found["entities.Book.access.1.who"] == ("member",)
    assert found["service.timezone"] == "Europe/Berlin"
    assert "entities.Book.fields.title.max" not in found


def test_what_is_decided_by_default_has_an_address_where_it_matters(library: LoadedSpec) -> None:
    assert {"entities.Loan.relations.book.on_delete", "entities.Loan.access"} <= set(elements(library.spec))


def test_every_address_of_a_file_has_its_place(clinic: LoadedSpec) -> None:
    lines = clinic.text.splitlines()
    for address, value in elements(clinic.spec).items():
        line, column = clinic.position(address)
        here = lines[line - 1][column - 1 :]
        last = address.rpartition(".")[2]
        stated = here.startswith((f"{last}:", "{", "- ")) or last == "on_delete"
        assert stated or last.isdigit(), (address, value, here)


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("entities.Book", "Book"),
        ("entities.Book.fields.isbn", "isbn of Book"),
        ("entities.Book.fields.isbn.pattern", "pattern of isbn of Book"),
        ("entities.Book.fields", "fields of Book"),
        ("entities.Loan.relations.book.on_delete", "on_delete of book of Loan"),
        ("entities.Loan.derived.fee", "fee of Loan"),
        ("entities.Book.access", "access of Book"),
        ("entities.Book.access.1", "grant 2 of Book"),
        ("operations.borrow", "operation borrow"),
        ("operations.borrow.by", "by of operation borrow"),
        ("operations.borrow.requires.copy_available", "requirement copy_available of operation borrow"),
        ("operations.renew.sets.due_on", "new value due_on of operation renew"),
        ("roles.member", "role member"),
        ("service.timezone", "timezone of service"),
        ("quality.uptime", "quality target uptime"),
        ("assumptions.0", "assumption 1"),
        ("entities", "entities"),
    ],
)
def test_an_address_in_words(library: LoadedSpec, address: str, words: str) -> None:
    assert describe(library.spec, address) == words


def test_every_address_has_words(library: LoadedSpec, clinic: LoadedSpec) -> None:
    for spec in (library.spec, clinic.spec):
        assert all(describe(spec, address) for address in elements(spec))


def test_an_unknown_address(library: LoadedSpec) -> None:
    with pytest.raises(KeyError, match=r"entities\.Bok"):
        describe(library.spec, "entities.Bok")
