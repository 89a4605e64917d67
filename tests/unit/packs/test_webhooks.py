"""What others are told: functions that keep a message, the statements that call them, and what stays open."""

from pathlib import Path

import pytest

from quantumlayer.qlayer.packs.fastapi.jobs import job_view
from quantumlayer.qlayer.packs.fastapi.operations import operation_view
from quantumlayer.qlayer.packs.fastapi.pack import FastApiPack
from quantumlayer.qlayer.packs.fastapi.webhooks import webhook_view
from quantumlayer.qlayer.parser import Requirement
from quantumlayer.qlayer.parser.openapi import parse_openapi
from quantumlayer.spec.load import parse_spec
from quantumlayer.spec.model import Spec, Webhook

BOOKSHOP = Path(__file__).parents[2] / "cases" / "openapi" / "bookshop.yaml"
TEXT = """
spec: 1
service: {name: till, timezone: Europe/Berlin}
roles: {shop: }
entities:
  Order:
    fields: {number: {type: string}, note: {type: string, optional: true, read_only: true}}
    derived: {total: {type: money, cel: 'this.lines.map(l, l.price).sum()'}}
    states: {values: [placed, paid, late]}
    access: [{who: shop, may: [create, read]}]
  Line:
    relations: {order: {to: Order}}
    fields: {price: {type: money, min: 0}}
    access: [{who: shop, may: [create, read]}]
operations:
  pay: {on: Order, by: shop, from: placed, to: paid, sends: order_changed}
  remind: {on: Order, by: shop, sends: order_changed}
  add:
    on: Order
    by: shop
    creates: {entity: Line, set: {order: this, price: '1'}}
    sends: [line_changed, order_changed]
  free:
    on: Order
    by: shop
    sets: {note: "'free'"}
    also:
      lines: {each: this.lines, as: line, sets: {price: '0'}, sends: line_changed}
    sends: order_changed
jobs:
  clear:
    of: Line
    where: this.price == 0
    every: 1h
    deletes: true
    sends: line_changed
webhooks:
  order_changed:
    about: Tells the warehouse.
    of: Order
    body: {number: this.number, total: this.total}
  line_changed:
    of: Line
    body: {order: this.order.number, price: this.price}
"""


def till(**changes: str) -> Spec:
    text = TEXT
    for old, new in changes.items():
        text = text.replace(old, new)
    return parse_spec(text).spec


def files(spec: Spec) -> dict[str, str]:
    pack = FastApiPack()
    found = [artifact for part in pack.parts(spec) for artifact in pack.generate(spec, part)]
    return {artifact.path: artifact.content.decode() for artifact in found}


def test_a_message_is_kept_by_a_function_of_its_own() -> None:
    view = webhook_view(till(), "order_changed")
    said = "schemas.OrderChangedData(number=order.number, total=order.total)"
    assert view.body == (f"session.add(WebhookMessage.of('order_changed', {said}))",)
    assert not view.awaits
    assert [(value.name, value.type) for value in view.values] == [("number", "str"), ("total", "Money")]


def test_a_message_looks_up_what_it_says_of_other_records() -> None:
    view = webhook_view(till(), "line_changed")
    assert view.awaits
    assert view.body[0] == "order = await session.get_one(Order, line.order_id)"


def test_what_the_database_works_out_of_another_record_is_read_anew() -> None:
    spec = till(**{"price: this.price}": "price: this.price, total: this.order.total}"})
    body = webhook_view(spec, "line_changed").body
    assert body[0] == "order = await session.get_one(Order, line.order_id, populate_existing=True)"


@pytest.mark.parametrize(
    ("name", "last"),
    [
        ("pay", ["await session.refresh(order)", "webhooks.tell_order_changed(session, order)"]),
        ("remind", ["require_match(if_match, order)", "webhooks.tell_order_changed(session, order)"]),
        (
            "add",
            [
                "await session.refresh(line)",
                "await session.refresh(order)",
                "await webhooks.tell_line_changed(session, line)",
                "webhooks.tell_order_changed(session, order)",
            ],
        ),
    ],
)
def test_an_operation_tells_of_records_as_they_are_in_the_end(name: str, last: list[str]) -> None:
    *before, end = operation_view(till(), name).body
    assert end.startswith("return ")
    assert before[-len(last) :] == last


def test_an_effect_tells_of_each_record_once_the_database_knows_it() -> None:
    body = operation_view(till(), "free").body
    at = body.index("    await webhooks.tell_line_changed(session, line)")
    assert body[at - 2 : at] == ("    await session.flush()", "    await session.refresh(line)")
    assert body.index("webhooks.tell_order_changed(session, order)") > at


def test_a_job_tells_of_a_record_before_it_is_gone() -> None:
    body = job_view(till(), "clear").body
    assert body[-2:] == ("await webhooks.tell_line_changed(session, line)", "await session.delete(line)")


def test_only_a_service_with_webhooks_has_an_outbox_and_a_client() -> None:
    told, plain = files(till()), files(parse_spec(TEXT[: TEXT.index("operations:")]).spec)
    assert "src/till/webhooks/delivery.py" in told
    assert "\nhttpx==" in told["requirements.lock"]
    assert '"webhook_message"' in told["migrations/versions/0001_initial.py"]
    assert not any("webhook" in path or "webhook" in text.lower() for path, text in plain.items())
    assert "\nhttpx==" not in plain["requirements.lock"]


def test_a_service_signs_what_it_sends_as_it_wants_to_be_signed_for() -> None:
    alone, both = files(till()), files(till(**{"roles: {shop: }": "roles: {shop: , depot: {proves: signature}}"}))
    assert "from till.webhooks.signatures import sign" in alone["src/till/webhooks/delivery.py"]
    assert "from till.accounts.signatures import sign" in both["src/till/webhooks/delivery.py"]
    assert "src/till/webhooks/signatures.py" not in both


def test_a_webhook_that_cannot_be_written_is_sent_by_nothing() -> None:
    spec = till(**{"price: this.price}": "price: \"this.order.created_at.getHours('+02:00')\"}"})
    pack = FastApiPack()
    assert [one.element for one in pack.open_elements(spec)] == ["webhooks.line_changed"]
    left = pack.supported(spec)
    assert list(left.webhooks) == ["order_changed"]
    assert left.operations["add"].sends == ("order_changed",)
    assert left.operations["free"].also["lines"].sends == ()
    assert left.jobs["clear"].sends == ()


def test_an_operation_that_only_sends_goes_with_its_webhook() -> None:
    spec = till(**{"total: this.total}": "total: \"this.created_at.getHours('+02:00')\"}"})
    assert "operations.remind" in [one.element for one in FastApiPack().open_elements(spec)]


def test_webhooks_beside_a_contract_stay_open_with_a_reason() -> None:
    spec = parse_openapi(Requirement(name=BOOKSHOP.name, text=BOOKSHOP.read_text()))
    entity = next(iter(spec.entities))
    spec = spec.model_copy(update={"webhooks": {"told": Webhook(of=entity, body={"id": "this.id"})}})
    found = {one.element: one.reason for one in FastApiPack().open_elements(spec)}
    assert "contract" in found["webhooks.told"]
