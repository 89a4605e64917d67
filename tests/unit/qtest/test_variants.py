from decimal import Decimal

import pytest

from quantumlayer.qtest.samples import NOW
from quantumlayer.qtest.variants import variants, widened
from quantumlayer.spec.cel import Checked, Record, Scope, World, compile_cel, evaluate
from quantumlayer.spec.load import parse_spec

STATES = ("open", "packed", "sent")
SHOP = parse_spec(
    """
spec: 1
service: {name: shop}
roles: {clerk: }
entities:
  Cart:
    fields:
      paid: {type: money, min: 0}
      guests: {type: int, min: 1}
    states: {values: [open, packed, sent]}
    access: [{who: clerk, may: [create, read]}]
  Line:
    relations: {cart: {to: Cart}}
    fields:
      quantity: {type: int, min: 1}
    access: [{who: clerk, may: [create, read]}]
"""
).spec


def checked(cel: str) -> Checked:
    return compile_cel(cel, Scope.for_derived(SHOP, "Cart"))


def values(cel: str) -> set[object]:
    """What the ways of misreading an expression give for three guests who paid 8.00 for two and for five."""
    world = World(SHOP, NOW)
    cart = world.add(Record("Cart", {"id": 1, "paid": Decimal("8.00"), "guests": 3, "status": "open"}))
    for number, quantity in enumerate((2, 5)):
        world.add(Record("Line", {"id": number, "cart": cart, "quantity": quantity}))
    return {evaluate(one, world, this=cart) for one in variants(checked(cel))}


@pytest.mark.parametrize(
    ("cel", "misread"),
    [
        ("this.guests - this.paid", {Decimal(-7), Decimal(-8), Decimal(2), Decimal(3)}),
        ("this.guests > 3", {True, False}),
        ("this.guests > 2 ? 4.90 : 0.00", {Decimal("4.90"), Decimal("0.00")}),
        ("this.lines.map(l, l.quantity).sum()", {5, 2, 0}),
        ("this.lines.map(l, l.quantity * 2).sum()", {10, 7, 4, 2, 0}),
        ("min(this.guests, 5)", {3, 5, 0, 1}),
        ("range(this.guests).size()", {1, 0}),
    ],
)
def test_what_is_misread_gives_something_else(cel: str, misread: set[object]) -> None:
    assert values(cel) == misread


@pytest.mark.parametrize(
    ("cel", "states"),
    [
        ("this.status == 'open'", [["open", "packed"], ["open", "sent"]]),
        ("this.status in ['open', 'sent']", [["open", "packed", "sent"]]),
        ("this.status != 'open'", [["sent"], ["packed"]]),
        ("this.guests == 3", []),
    ],
)
def test_another_state_passes_for_one_that_is_asked_for(cel: str, states: list[list[str]]) -> None:
    def passing(one: Checked) -> list[str]:
        return [state for state in STATES if evaluate(one, World(SHOP, NOW), this=Record("Cart", {"status": state}))]

    assert [passing(one) for one in widened(checked(cel))] == states
