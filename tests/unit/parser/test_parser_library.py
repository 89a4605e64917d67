"""The town library, from its text alone: every rule the text states."""

from decimal import Decimal
from pathlib import Path

import pytest

from quantumlayer.qlayer.parser import Requirement, parse
from quantumlayer.spec.address import elements
from quantumlayer.spec.model import Action, Computed, FieldType, Grant, Metric, Spec
from quantumlayer.spec.validate import validate

TEXT = (Path(__file__).parents[2] / "cases" / "library" / "requirements.md").read_text("utf-8")


@pytest.fixture(scope="module")
def library() -> Spec:
    return parse([Requirement(name="requirements.md", text=TEXT)])


def grants(spec: Spec, entity: str, who: str) -> list[Grant]:
    return [grant for grant in spec.entities[entity].access if who in grant.who]


def test_it_validates_without_open_questions(library: Spec) -> None:
    assert not validate(library)
    assert not library.questions
    assert library.service.name == "town-library"


def test_entities_have_the_fields_that_the_text_lists(library: Spec) -> None:
    types = {
        f"{name}.{key}": field.type
        for name, entity in library.entities.items()
        for key, field in entity.fields.items()
        if not field.read_only
    }
    assert types == {
        "Book.title": FieldType.STRING,
        "Book.author": FieldType.STRING,
        "Book.isbn": FieldType.STRING,
        "Book.copies": FieldType.INT,
        "Member.name": FieldType.STRING,
        "Member.email": FieldType.EMAIL,
        "Member.joined_on": FieldType.DATE,
        "Loan.borrowed_on": FieldType.DATE,
        "Loan.due_on": FieldType.DATE,
        "Loan.returned_on": FieldType.DATE,
    }


def test_limits_of_fields(library: Spec) -> None:
    isbn, copies = library.entities["Book"].fields["isbn"], library.entities["Book"].fields["copies"]
    email = library.entities["Member"].fields["email"]
    assert (isbn.pattern, isbn.unique) == ("[0-9]{13}", True)
    assert copies.min == 0
    assert (email.unique, email.personal) == (True, True)


def test_dates_of_a_loan(library: Spec) -> None:
    fields = library.entities["Loan"].fields
    assert fields["borrowed_on"].default == Computed(cel="today()")
    assert fields["due_on"].default == Computed(cel="this.borrowed_on + days(21)")
    assert fields["returned_on"].optional
    assert library.entities["Member"].fields["joined_on"].default == Computed(cel="today()")


def test_a_loan_is_of_one_book_by_one_member(library: Spec) -> None:
    relations = library.entities["Loan"].relations
    assert {name: relation.to for name, relation in relations.items()} == {"book": "Book", "member": "Member"}


def test_borrowing(library: Spec) -> None:
    borrow = library.operations["borrow"]
    left = library.entities["Book"].derived["available"]
    assert (borrow.on, borrow.by) == ("Book", ("member",))
    assert left.cel == "this.copies - this.loans.filter(l, l.returned_on == null).size()"
    assert {requirement.cel for requirement in borrow.requires.values()} == {
        "this.available > 0",
        "caller.member.loans.filter(l, l.returned_on == null).size() < 5",
    }
    assert borrow.creates is not None
    assert borrow.creates.entity == "Loan"
    assert borrow.creates.set == {"book": "this", "member": "caller.member"}


def test_fees(library: Spec) -> None:
    derived = library.entities["Loan"].derived
    assert derived["fee"].cel == "min(this.days_late * 0.25, 10.00)"
    assert derived["days_late"].cel.startswith("max(0, days_between(this.due_on, ")
    shown = [example.then["fee"] for example in derived["fee"].examples]
    assert shown == [Decimal("0.75"), Decimal("10.00"), Decimal("0.00")]


def test_renewing(library: Spec) -> None:
    renew = library.operations["renew"]
    assert (renew.on, renew.by) == ("Loan", ("member",))
    assert renew.sets == {"renewed": "true", "due_on": "this.due_on + days(14)"}
    assert {requirement.cel for requirement in renew.requires.values()} == {
        "!this.renewed",
        "today() <= this.due_on",
        "this.returned_on == null",
    }


def test_returning(library: Spec) -> None:
    giving_back = library.operations["return"]
    assert (giving_back.on, giving_back.by, giving_back.sets) == ("Loan", ("member",), {"returned_on": "today()"})


@pytest.mark.parametrize("entity", ["Book", "Member"])
def test_librarians_manage_books_and_members(library: Spec, entity: str) -> None:
    assert [set(grant.may) for grant in grants(library, entity, "librarian")] == [set(Action)]
    assert all(grant.may == (Action.READ,) for grant in grants(library, entity, "member"))


def test_loans_are_seen_by_librarians_and_by_their_own_member(library: Spec) -> None:
    assert [(grant.may, grant.when) for grant in grants(library, "Loan", "librarian")] == [((Action.READ,), None)]
    own = [((Action.READ,), "this.member == caller.member")]
    assert [(grant.may, grant.when) for grant in grants(library, "Loan", "member")] == own
    assert library.roles["member"].record == "Member"
    assert library.roles["librarian"].record is None


def test_books_are_searched_by_title_and_author(library: Spec) -> None:
    assert library.entities["Book"].list.search == ("title", "author")


def test_quality(library: Spec) -> None:
    targets = {(target.metric, target.target) for target in library.quality.values()}
    assert targets == {(Metric.LATENCY, "100 ms"), (Metric.AVAILABILITY, "99.9 %")}


def test_every_sentence_is_traced_to_its_very_characters(library: Spec) -> None:
    covered: set[int] = set()
    for source in library.trace:
        assert TEXT[source.start : source.end] == source.quote
        covered.update(range(source.start, source.end))
    left = "".join(char for index, char in enumerate(TEXT) if index not in covered)
    assert set(left) <= set("# \n")


def test_every_stated_element_has_a_sentence(library: Spec) -> None:
    traced = {address for source in library.trace for address in source.elements}
    assumed = {note.about for note in library.assumptions}
    wanted = {
        address
        for address in elements(library)
        if address.count(".") >= 1 and address.split(".")[-2] in {"fields", "relations", "derived", "requires", "rules"}
    }
    assert not {address for address in wanted if address not in traced | assumed}
    assert all(0 < sure <= 1 for source in library.trace for sure in source.elements.values())


def test_reading_twice_gives_the_same(library: Spec) -> None:
    assert parse([Requirement(name="requirements.md", text=TEXT)]) == library
