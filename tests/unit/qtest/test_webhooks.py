"""Tests of webhooks: each place that sends one finds exactly its message, all others find none."""

import pytest

from quantumlayer.qtest.generator import QTest, proofs
from quantumlayer.qtest.tests import Test
from quantumlayer.spec.load import parse_spec
from quantumlayer.spec.model import Spec

TEXT = """
spec: 1
service: {name: till, timezone: Europe/Berlin}
roles: {shop: }
entities:
  Order:
    fields:
      number: {type: string, unique: true}
      due_on: {type: date, optional: true}
      note: {type: string, optional: true, read_only: true}
    states: {values: [placed, paid, late]}
    access: [{who: shop, may: [create, read, update, delete]}]
  Line:
    relations: {order: {to: Order}}
    fields: {price: {type: money, min: 0}, code: {type: string, unique: true, read_only: true, default: {cel: code(8)}}}
    access: [{who: shop, may: [create, read]}]
operations:
  pay: {on: Order, by: shop, from: placed, to: paid, sends: order_changed}
  hold: {on: Order, by: shop, from: placed, to: late}
  add:
    on: Order
    by: shop
    takes: {price: {type: money, min: 0}}
    creates: {entity: Line, set: {order: this, price: takes.price}}
    sends: line_changed
  free:
    on: Order
    by: shop
    sets: {note: "'free'"}
    also:
      lines: {each: this.lines, as: line, sets: {price: '0'}, sends: line_changed}
jobs:
  dun:
    of: Order
    where: this.status == 'placed' && this.due_on != null && this.due_on < today()
    every: 1h
    to: late
    sends: order_changed
webhooks:
  order_changed: {of: Order, body: {number: this.number, status: this.status, at: now()}}
  line_changed: {of: Line, body: {line: this.id, order: this.order.number, price: this.price}}
"""


@pytest.fixture(scope="module")
def generator() -> QTest:
    return QTest()


@pytest.fixture(scope="module")
def spec() -> Spec:
    return parse_spec(TEXT).spec


@pytest.fixture(scope="module")
def tests(generator: QTest, spec: Spec) -> dict[str, Test]:
    return {test.name: test for module in generator.modules(spec) for test in module.tests}


def test_every_claim_of_a_webhook_has_a_test(generator: QTest, spec: Spec) -> None:
    assert list(generator.open_elements(spec)) == []


def test_an_operation_finds_the_message_with_what_the_record_is_then(tests: dict[str, Test]) -> None:
    test = tests["shop_may_pay"]
    said = '{"number": "Some number", "status": "paid", "at": "2026-03-04T09:00:00Z"}'
    assert test.body[-1] == f'assert await outbox_messages(sessions) == [("order_changed", {said})]'
    assert 'order = await make.order(number="Some number")' in test.body
    assert {"operations.pay.sends", "webhooks.order_changed.body"} <= proofs(test)


def test_a_message_says_what_may_be_missing() -> None:
    spec = parse_spec(TEXT.replace("at: now()", "due: this.due_on, lines: this.lines.size()")).spec
    tests = {test.name: test for module in QTest().modules(spec) for test in module.tests}
    assert '"due": "2026-03-04", "lines": 1' in tests["pay_tells"].body[-1]
    assert {"operations.pay.sends", "webhooks.order_changed.body"} <= proofs(tests["pay_tells"])


def test_the_id_of_a_record_that_was_made_is_the_one_that_was_answered(tests: dict[str, Test]) -> None:
    assert '{"line": answer.json()["id"], "order": "Some number", "price": "20.00"}' in tests["shop_may_add"].body[-1]


def test_an_effect_finds_a_message_for_each_record(tests: dict[str, Test]) -> None:
    assert '{"line": line.id, "order": "Some number", "price": "0.00"}' in tests["free_lines"].body[-1]


@pytest.mark.parametrize(
    "name",
    [
        "shop_may_hold",
        "pay_is_refused_in_another_state",
        "an_order_is_kept_as_it_was_given",
        "an_order_is_changed_as_a_whole",
        "an_order_is_gone_once_deleted",
        "dun_leaves_an_order_alone",
    ],
)
def test_nothing_else_sends_anything(name: str, tests: dict[str, Test]) -> None:
    assert tests[name].body[-1] == "assert await outbox_messages(sessions) == []"


@pytest.mark.parametrize(
    ("name", "look"),
    [
        ("pay", '    assert (await session.get_one(Order, order.id)).status == "placed"'),
        ("add", "    assert await session.scalar(select(func.count()).select_from(Line)) == lines_before"),
        ("free_lines", '    assert (await session.get_one(Line, line.id)).price == Decimal("12.50")'),
        ("dun", '    assert (await session.get_one(Order, order.id)).status == "placed"'),
    ],
)
def test_what_cannot_be_told_does_not_happen(name: str, look: str, tests: dict[str, Test]) -> None:
    test = tests[f"{name}_is_not_done_if_it_cannot_be_told"]
    assert "with full_outbox():" in test.body
    assert look in test.body


def test_a_value_that_nobody_can_know_is_left_aside_and_its_body_unproven() -> None:
    spec = parse_spec(TEXT.replace("line: this.id", "code: this.code")).spec
    generator = QTest()
    tests = {test.name: test for module in generator.modules(spec) for test in module.tests}
    assert 'but=["code"]' in tests["shop_may_add"].body[-1]
    assert '"code"' not in tests["shop_may_add"].body[-1].partition(" == ")[2]
    assert [one.element for one in generator.open_elements(spec)] == ["webhooks.line_changed.body"]


def test_delivery_is_tested_with_each_event(generator: QTest, spec: Spec) -> None:
    (part,) = generator.parts(spec)
    files = {artifact.path: artifact.content.decode() for artifact in generator.generate(spec, part)}
    for name in spec.webhooks:
        assert f'pytest.mark.proves("webhooks.{name}")' in files["tests/test_webhooks.py"]
    plain = parse_spec(TEXT[: TEXT.index("operations:")]).spec
    assert not any(
        "webhook" in path or "outbox" in path for path in (one.path for one in QTest().generate(plain, part))
    )
