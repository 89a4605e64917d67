"""Worlds are chosen so that a service that gets an expression wrong is seen to do so."""

from collections.abc import Callable

import pytest

Written = Callable[[str], dict[str, str]]

SHOP = """
spec: 1
service: {name: shop}
roles: {clerk: }
entities:
  Voucher:
    fields:
      amount: {type: money, min: 0.01}
      uses: {type: int, min: 0, default: 0, read_only: true}
    access: [{who: clerk, may: [create, read]}]
  Product:
    fields:
      price: {type: money, min: 0}
      stock: {type: int, min: 0}
    access: [{who: clerk, may: [create, read]}]
  Cart:
    relations:
      voucher: {to: Voucher, optional: true, reassignable: true, on_delete: set_null}
    fields:
      note: {type: string, optional: true}
    derived:
      subtotal: {type: money, cel: 'this.lines.map(l, l.quantity * l.product.price).sum()'}
      shipping: {type: money, cel: 'this.subtotal > 100.00 ? 0.00 : 4.90'}
      discount: {type: money, cel: 'this.voucher == null ? 0.00 : min(this.voucher.amount, this.subtotal)'}
    states: {values: [open, ordered, sent]}
    access: [{who: clerk, may: [create, read, update]}]
  Line:
    relations: {cart: {to: Cart}, product: {to: Product}}
    fields: {quantity: {type: int, min: 1, max: 99}}
    access: [{who: clerk, may: [create, read]}]
  Ticket:
    relations: {line: {to: Line}}
    access: [{who: clerk, may: [read]}]
  Order:
    fields: {total: {type: money, min: 0}}
    access: [{who: clerk, may: [read]}]
operations:
  order:
    on: Cart
    by: clerk
    from: open
    to: ordered
    creates: {entity: Order, set: {total: 'this.lines.map(l, l.quantity * l.product.price).sum()'}}
    also:
      use: {on: this.voucher, sets: {uses: this.voucher.uses + 1}}
      take:
        each: this.lines
        as: line
        on: line.product
        requires: {in_stock: {cel: line.quantity <= line.product.stock, else: There is not that much.}}
        sets: {stock: line.product.stock - line.quantity}
        also:
          tickets: {each: range(line.quantity), as: place, creates: {entity: Ticket, set: {line: line}}}
  call_off:
    on: Voucher
    by: clerk
    also:
      back: {each: "this.carts.filter(c, c.status == 'ordered')", as: cart, to: open}
reports:
  sales:
    of: Voucher
    by: clerk
    values: {carts: {type: int, cel: "this.carts.filter(c, c.status == 'ordered').size()"}}
"""


@pytest.fixture(scope="module")
def shop(written: Written) -> dict[str, str]:
    return written(SHOP)


def test_a_border_is_reached_and_passed(shop: dict[str, str]) -> None:
    at = [one for name, one in shop.items() if name.startswith("shipping_") and 'price=Decimal("100.00")' in one]
    assert any("quantity=1" in one and '"4.90"' in one for one in at)
    assert any('"0.00"' in one for name, one in shop.items() if name.startswith("shipping_"))


def test_what_is_made_a_number_of_times_is_made_more_than_once(shop: dict[str, str]) -> None:
    assert "select(func.count()).select_from(Ticket)" in shop["order_take_tickets"]
    assert "== 2" in shop["order_take_tickets"]


def test_what_is_left_of_a_stock_is_not_one_less(shop: dict[str, str]) -> None:
    test = shop["order_take"]
    assert "stock == 0" in test or "stock=" in test
    assert "quantity=1" not in test


def test_what_is_summed_up_is_so_for_more_than_one(shop: dict[str, str]) -> None:
    assert '"total": "25.00"' not in shop["clerk_may_order"]
    assert "for _ in range(2)" in shop["clerk_may_order"] or shop["clerk_may_order"].count("make.line(") == 2


def test_an_effect_on_what_need_not_be_there_is_shown_without_it(shop: dict[str, str]) -> None:
    assert "make.voucher(" not in shop["order_use_where_there_is_none"]
    assert '.status == "ordered"' in shop["order_use_where_there_is_none"]


def test_the_lesser_of_two_is_shown_with_each_of_them(shop: dict[str, str]) -> None:
    shown = {one.split('["discount"] == ')[1].split("\n")[0] for name, one in shop.items() if "discount_" in name}
    assert shown >= {'"0.00"', '"12.50"', '"20.00"'}


def test_no_other_state_counts_in_a_report(shop: dict[str, str]) -> None:
    told = [one for name, one in shop.items() if name.startswith("report_sales_carts_")]
    assert all(any(f'status="{state}"' in one for one in told) for state in ("ordered", "sent"))


def test_no_other_state_is_acted_upon(shop: dict[str, str]) -> None:
    assert [name for name in shop if name.startswith("call_off_back_and_no_other")] == [
        "call_off_back_and_no_other",
        "call_off_back_and_no_other_2",
    ]
    assert 'status="sent"' in shop["call_off_back_and_no_other_2"]


def test_a_relation_is_set_and_taken_away(shop: dict[str, str]) -> None:
    test = shop["a_cart_is_given_another_voucher"]
    assert 'answer.json()["voucher_id"] == another_voucher.id' in test
    assert 'answer.json()["voucher_id"] is None' in test
