"""Every promise of a Spec is a claim with an address that exists and a sentence."""

import pytest

from quantumlayer.spec.address import elements
from quantumlayer.spec.claims import claims
from quantumlayer.spec.load import LoadedSpec, parse_spec
from quantumlayer.spec.model import Source


def test_every_claim_has_an_address_of_its_own_and_a_sentence(library: LoadedSpec, clinic: LoadedSpec) -> None:
    for spec in (library.spec, clinic.spec):
        found = claims(spec)
        addresses = [claim.element for claim in found]
        assert len(set(addresses)) == len(addresses)
        assert set(addresses) <= set(elements(spec))
        assert all(claim.says and "\n" not in claim.says for claim in found)


@pytest.mark.parametrize(
    ("element", "says"),
    [
        ("entities.Book.fields.title", "a book needs title, a string, and gives it back as it was given"),
        ("entities.Book.fields.isbn.pattern", "isbn matches [0-9]{13}"),
        ("entities.Book.fields.isbn.unique", "no two books have the same isbn"),
        ("entities.Book.fields.copies.min", "copies is at least 0"),
        ("entities.Member.fields.email.personal", "email of a member never reaches a log"),
        ("entities.Loan.fields.renewed.default", "renewed is false unless it is given"),
        ("entities.Loan.fields.due_on.default", "due_on is this.borrowed_on + days(21) unless it is given"),
        ("entities.Loan.relations.book", "a loan needs a book that exists"),
        ("entities.Loan.relations.book.on_delete", "no book can be deleted while one of the loans refers to it"),
        ("entities.Loan.access", "whoever no grant names is refused any loan"),
        ("entities.Loan.access.1", "member may read a loan, if this.member == caller.member"),
        ("entities.Book.list.search", "the list of books is searched by title and author"),
        ("operations.borrow", "borrow makes a loan with book this, member caller.member"),
        ("operations.borrow.by", "only member may borrow a book"),
        ("operations.renew", "renew sets due_on to this.due_on + days(14) and sets renewed to true"),
        (
            "operations.borrow.requires.copy_available",
            "borrow is refused unless this.available > 0: Every copy of this book is out.",
        ),
    ],
)
def test_claims_of_the_library(library: LoadedSpec, element: str, says: str) -> None:
    assert {claim.element: claim.says for claim in claims(library.spec)}[element] == says


@pytest.mark.parametrize(
    ("element", "says"),
    [
        ("entities.Patient.fields.cleared_at.read_only", "no caller can set cleared_at of a patient"),
        ("entities.Patient.fields.cleared_at.visible_to", "cleared_at of a patient is shown to front_desk only"),
        (
            "entities.Patient.derived.recent_no_shows.visible_to",
            "recent_no_shows of a patient is shown to front_desk only",
        ),
        ("entities.Doctor.fields.room.max", "room has at most 20 characters"),
        ("entities.Appointment.fields.duration.one_of", "duration is one of 15, 30 or 45"),
        (
            "entities.Appointment.relations.patient.on_delete",
            "deleting a patient deletes the appointments that refer to it",
        ),
        ("entities.Appointment.states", "an appointment begins as booked, and only operations change that"),
        ("entities.VisitNote.versioned", "every earlier text of a visit note stays readable"),
        ("entities.VisitNote.audit", "each read of a visit note is written to a trail that doctor may read"),
        ("entities.VisitNote.relations.author", "a visit note needs an author: a doctor that exists"),
        (
            "entities.VisitNote.relations.appointment",
            "a visit note needs an appointment that exists, which no other has",
        ),
        (
            "entities.Appointment.rules.no_double_booking",
            (
                "no two appointments of one doctor overlap from starts_at to ends_at, "
                "where this.status != 'cancelled': "
                "The doctor has another appointment at that time."
            ),
        ),
        ("operations.cancel", "cancel moves the appointment to cancelled"),
        ("operations.cancel.from", "cancel is refused unless the appointment is booked or confirmed"),
        ("operations.correct.takes.text", "correct takes text, a text"),
    ],
)
def test_claims_of_the_clinic(clinic: LoadedSpec, element: str, says: str) -> None:
    assert {claim.element: claim.says for claim in claims(clinic.spec)}[element] == says


def test_claims_of_the_rest_of_the_grammar(shop: str) -> None:
    text = shop.replace("buyer: {to: Buyer}", "buyer: {to: Buyer, optional: true, on_delete: set_null}")
    text = text.replace(
        "tip: {type: money, default: 0.50}", "tip: {type: money, max: 5, default: 0.50, personal: true}"
    )
    text = text.replace("name: {type: string}", "name: {type: string, min: 2, immutable: true}")
    said = {claim.element: claim.says for claim in claims(parse_spec(text).spec)}
    assert said["entities.Order.relations.buyer"] == "an order may have a buyer that exists"
    assert "leaves the orders that referred to it without one" in said["entities.Order.relations.buyer.on_delete"]
    assert said["entities.Buyer.fields.name.min"] == "name has at least 2 characters"
    assert "entities.Buyer.fields.name.immutable" not in said  # nobody changes buyers at all
    assert said["entities.Order.rules.positive"] == (
        "to create or update an order is refused unless this.number > 0: Positive only."
    )
    takes = {element.rpartition("takes.")[2] for element in said if ".takes." in element}
    assert takes == {"tip", "tip.max", "tip.default", "tip.personal"}


def test_quality_targets_are_no_claims(library: LoadedSpec) -> None:
    assert not [claim for claim in claims(library.spec) if claim.element.startswith("quality")]


def test_a_claim_quotes_the_words_it_came_from(library: LoadedSpec) -> None:
    sources = (
        Source(quote="Books have an ISBN.", elements={"entities.Book.fields.isbn": 0.9, "entities.Book": 0.9}),
        Source(quote="It has 13 digits.", elements={"entities.Book.fields.isbn": 0.8}),
        Source(quote="Members borrow books.", elements={"operations.borrow": 0.9}),
        Source(quote="Librarians manage books.", elements={"entities.Book.access": 0.9}),
    )
    spec = library.spec.model_copy(update={"trace": sources})
    text = {claim.element: claim.text for claim in claims(spec)}
    assert text["entities.Book.fields.isbn.pattern"] == "Books have an ISBN. It has 13 digits."
    assert text["operations.borrow.by"] == "Members borrow books."
    assert text["entities.Book.access.0"] == "Librarians manage books."
    assert text["entities.Book.fields.title"] == ""
    assert text["operations.renew.by"] == ""
