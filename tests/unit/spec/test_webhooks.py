"""Webhooks: what is wrong with them is told with its place and what to do, and what they promise is said."""

import pytest

from quantumlayer.spec.claims import claims
from quantumlayer.spec.diff import diff
from quantumlayer.spec.errors import SpecError
from quantumlayer.spec.load import parse_spec
from quantumlayer.spec.messages import said_by
from quantumlayer.spec.model import FieldType
from quantumlayer.spec.validate import validate
from quantumlayer.spec.write import dump_spec

TEXT = """
spec: 1
service: {name: till, timezone: Europe/Berlin}
roles: {shop: , depot: {proves: signature}}
entities:
  Customer:
    fields: {name: {type: string}, email: {type: email, personal: true}, photo: {type: file, optional: true}}
    derived: {known_as: {type: string, cel: this.name + this.email}}
    access: [{who: shop, may: [create, read, update]}]
  Order:
    relations: {customer: {to: Customer}}
    fields: {number: {type: string}, due_on: {type: date, optional: true}}
    derived: {total: {type: money, cel: 'this.lines.map(l, l.price).sum()'}}
    states: {values: [placed, paid, late]}
    access: [{who: shop, may: [create, read]}]
  Line:
    relations: {order: {to: Order}}
    fields: {price: {type: money, min: 0}}
    access: [{who: shop, may: [create, read]}]
operations:
  pay: {on: Order, by: shop, from: placed, to: paid, sends: order_paid}
  add:
    on: Order
    by: shop
    creates: {entity: Line, set: {order: this, price: '1'}}
    also:
      free: {each: this.lines, as: line, sets: {price: '0'}, sends: line_changed}
    sends: line_changed
jobs:
  dun:
    of: Order
    where: this.status == 'placed' && this.due_on != null && this.due_on < today()
    every: 1h
    to: late
    sends: order_paid
webhooks:
  order_paid:
    about: Tells the warehouse.
    of: Order
    body: {number: this.number, total: this.total, due: this.due_on, paid_at: now(), open: this.status != 'paid'}
  line_changed:
    of: Line
    body:
      price: {type: money, cel: this.price * 2, about: Twice the price.}
"""


def test_webhooks_that_fit_are_left_alone() -> None:
    assert list(validate(parse_spec(TEXT))) == []


def test_a_value_has_the_type_of_what_it_reads_or_the_one_that_is_said() -> None:
    spec = parse_spec(TEXT).spec
    said = {one.name: (one.kind, one.optional) for name in spec.webhooks for one in said_by(spec, name)}
    assert said == {
        "number": (FieldType.STRING, False),
        "total": (FieldType.MONEY, False),
        "due": (FieldType.DATE, True),
        "paid_at": (FieldType.DATETIME, False),
        "open": (FieldType.BOOL, False),
        "price": (FieldType.MONEY, False),
    }


@pytest.mark.parametrize(
    ("old", "new", "address", "says"),
    [
        ("to: paid, sends: order_paid", "to: paid, sends: order_payed", "operations.pay.sends", "'order_payed'"),
        ("    of: Line\n", "    of: Lime\n", "webhooks.line_changed.of", "'Lime'"),
        ("    of: Line\n", "    of: Customer\n", "webhooks.line_changed.body.price.cel", "price"),
        ("sends: line_changed}\n    sends: line_changed", "sends: order_paid}\n    sends: line_changed",
         "operations.add.also.free.sends", "is about a record of Order, and this is about a record of Line."),
        ("to: paid, sends: order_paid", "to: paid, sends: [order_paid, line_changed]", "operations.pay.sends",
         "is about a record of Line, and this is about a record of Order."),
        ("sends: line_changed}\n    sends: line_changed", "}\n", "webhooks.line_changed", "Nothing sends this"),
        ("    to: late\n", "", "jobs.dun.sends", "again and again"),
        ("number: this.number", "number: this.customer", "webhooks.order_paid.body.number", "plain values"),
        ("number: this.number", "number: this.lines", "webhooks.order_paid.body.number", "plain values"),
        ("number: this.number", "number: minutes(2)", "webhooks.order_paid.body.number", "plain values"),
        ("number: this.number", "number: this.customer.photo", "webhooks.order_paid.body.number", "plain values"),
        ("number: this.number", "number: caller.role", "webhooks.order_paid.body.number", "caller"),
        ("number: this.number", "number: this.customer.email", "webhooks.order_paid.body.number",
         "`Customer.email` is personal"),
        ("number: this.number", "number: this.customer.known_as", "webhooks.order_paid.body.number",
         "`Customer.email` is personal"),
        ("{type: money, cel", "{type: file, cel", "webhooks.line_changed.body.price.type", "plain values"),
        ("{type: money, cel: this.price * 2", "{type: int, cel: this.price", "webhooks.line_changed.body.price.cel",
         "an int is needed"),
        ("number: this.number", "number: this.due_on.getDate()", "webhooks.order_paid.body.number", "null"),
        ("{number: this.number", "{copy: this.number", "webhooks.order_paid.body.copy", "cannot be used"),
        ("depot: {proves", "webhook_order_paid: {proves", "webhooks.order_paid", "WEBHOOK_ORDER_PAID_SECRET"),
        ("  Customer:\n", "  Webhook: {fields: {a: {type: int}}, access: [{who: shop, may: [create]}]}\n  Customer:\n",
         "entities.Webhook", "'webhooks'"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_place(old: str, new: str, address: str, says: str) -> None:
    assert old in TEXT
    problems = [one for one in validate(parse_spec(TEXT.replace(old, new))) if one.element == address]
    assert any(says in one.message for one in problems), problems
    assert all(one.hint for one in problems)


def test_personal_values_are_told_where_the_webhook_says_so() -> None:
    text = TEXT.replace("number: this.number", "number: this.customer.email")
    assert (
        list(
            validate(parse_spec(text.replace("    of: Order\n    body", "    of: Order\n    personal: true\n    body")))
        )
        == []
    )


def test_a_service_without_webhooks_may_have_records_of_that_name() -> None:
    text = TEXT[: TEXT.index("webhooks:")].replace("sends: order_paid", "").replace("sends: line_changed", "")
    text = (
        text.replace("  Line:\n", "  Webhook:\n")
        .replace("entity: Line", "entity: Webhook")
        .replace("this.lines", "this.webhooks")
    )
    assert list(validate(parse_spec(text))) == []


@pytest.mark.parametrize(
    ("new", "says"),
    [
        ("{type: money}", "The key `cel` is missing."),
        ("{type: money, cel: this.price, sell: 1}", "There is no key 'sell' here."),
        ("[this.price]", "must be text"),
    ],
)
def test_a_value_that_cannot_be_read_is_told_in_words(new: str, says: str) -> None:
    with pytest.raises(SpecError) as caught:
        parse_spec(TEXT.replace("{type: money, cel: this.price * 2, about: Twice the price.}", new))
    (problem,) = caught.value.problems
    assert problem.element.startswith("webhooks.line_changed.body.price")
    assert says in problem.message


def test_what_webhooks_promise_is_said() -> None:
    said = {claim.element: claim.says for claim in claims(parse_spec(TEXT).spec)}
    assert said["webhooks.line_changed.body"] == "line_changed says price this.price * 2"
    assert "sent until it is taken" in said["webhooks.order_paid"]
    assert said["operations.pay"] == "pay moves the order to paid and sends order_paid"
    sends = {element for element in said if element.endswith(".sends")}
    assert sends == {"operations.pay.sends", "operations.add.sends", "operations.add.also.free.sends", "jobs.dun.sends"}


def test_webhooks_are_written_as_they_are_read() -> None:
    spec = parse_spec(TEXT).spec
    assert parse_spec(dump_spec(spec)).spec == spec
    assert "\n  line_changed:\n    of: Line\n" in dump_spec(spec)


def test_a_receiver_misses_what_is_gone() -> None:
    old = parse_spec(TEXT).spec
    fewer = parse_spec(TEXT.replace("number: this.number, ", "")).spec
    (change,) = diff(old, fewer)
    assert (change.element, change.reason) == ("webhooks.order_paid.body.number", "A receiver that reads it fails.")
    assert not any(one.breaking for one in diff(fewer, old))
