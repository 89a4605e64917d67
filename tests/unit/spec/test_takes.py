"""Records that the input of an operation names: read, judged, claimed, compared and written again."""

import pytest

from quantumlayer.spec.claims import claims
from quantumlayer.spec.diff import diff
from quantumlayer.spec.errors import SpecError
from quantumlayer.spec.load import parse_spec
from quantumlayer.spec.model import Reference
from quantumlayer.spec.validate import validate
from quantumlayer.spec.write import dump_spec

TIP = "tip: {type: money, default: 0.50}"
PAYER = "payer: {to: Buyer, about: Who pays instead.}"


@pytest.fixture
def paid(shop: str) -> str:
    """The shop whose orders somebody else may pay."""
    kept = shop.replace(
        "relations:\n      buyer: {to: Buyer}", "relations:\n      buyer: {to: Buyer, reassignable: true}"
    )
    text = kept.replace(TIP, f"{TIP}\n      {PAYER}").replace("sets: {note", "sets: {buyer: takes.payer, note")
    assert text.count("payer") == 2
    return text


def test_a_reference_is_read_judged_and_written_again(paid: str) -> None:
    spec = parse_spec(paid).spec
    assert spec.operations["pay"].references == {"payer": Reference(to="Buyer", about="Who pays instead.")}
    assert list(spec.operations["pay"].inputs) == ["tip"]
    assert validate(spec) == ()
    assert parse_spec(dump_spec(spec)).spec == spec


def test_expressions_read_it_like_a_relation(paid: str) -> None:
    asked = "requires: {named: {cel: takes.payer.name != this.buyer.name, else: Pay yourself.}}\n    sets: {buyer"
    assert validate(parse_spec(paid.replace("sets: {buyer", asked)).spec) == ()


def test_what_it_promises_is_a_claim(paid: str) -> None:
    said = {claim.element: claim.says for claim in claims(parse_spec(paid).spec)}
    assert said["operations.pay.takes.payer"] == "pay takes payer, a buyer that exists and that the caller may read"


@pytest.mark.parametrize(
    ("old", "new", "element", "message"),
    [
        ("to: Buyer, about", "to: Byer, about", "takes.payer.to", "There is no entity 'Byer'."),
        (PAYER, "payer: {to: Buyer, optional: true}", "sets.buyer", "This is a Buyer or null, and a Buyer is needed"),
        (TIP, "payer_id: {type: int}", "takes.payer_id", "would become the same name"),
        ("by: clerk\n    from", "by: [clerk, auditor]\n    from", "takes.payer.to", "auditor may read no Buyer"),
    ],
)
def test_what_cannot_be_is_told(paid: str, old: str, new: str, element: str, message: str) -> None:
    assert old in paid
    problems = validate(parse_spec(paid.replace(old, new, 1)).spec)
    found = [problem for problem in problems if problem.element == f"operations.pay.{element}"]
    assert [message in problem.message for problem in found] == [True]
    assert found[0].hint


def test_an_unknown_key_is_told_at_its_place(paid: str) -> None:
    with pytest.raises(SpecError) as caught:
        parse_spec(paid.replace("about: Who pays instead.", "unique: true"))
    (problem,) = caught.value.problems
    assert problem.element == "operations.pay.takes.payer.unique"
    assert "to, about, optional" in problem.hint


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (f"\n      {PAYER}", "", "Callers that give it may be refused."),
        ("to: Buyer, about", "optional: true, to: Buyer, about", ""),
        (PAYER, "payer: {type: int}", "Callers give something else for it now."),
        ("to: Buyer, about", "to: Order, about", "It refers to another kind of record."),
    ],
)
def test_which_changes_break_callers(paid: str, old: str, new: str, reason: str) -> None:
    assert old in paid
    changes = {
        change.element: change.reason for change in diff(parse_spec(paid).spec, parse_spec(paid.replace(old, new)).spec)
    }
    assert [why for element, why in changes.items() if ".takes." in element] == [reason]


def test_a_reference_that_is_new_must_be_given(shop: str) -> None:
    (change,) = diff(parse_spec(shop).spec, parse_spec(shop.replace(TIP, f"{TIP}\n      {PAYER}")).spec)
    assert change.reason == "Callers must give it now."
