"""Every element has an address."""

from quantumlayer.spec.address import elements
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
