"""What the FastAPI pack locks before it reads, and in which order."""

from pathlib import Path

from quantumlayer.qlayer.packs.fastapi.pack import FastApiPack
from quantumlayer.spec.load import load_spec, parse_spec
from quantumlayer.spec.locking import locking_order
from quantumlayer.spec.model import Spec
from quantumlayer.spec.validate import checked_spec

EXAMPLES = Path(__file__).parents[3] / "examples"

FAIR = """
spec: 1
service: {name: fair}
roles:
  office:
  trader: {record: Trader}
entities:
  Hall:
    fields: {name: {type: string}, open: {type: bool}, built: {type: int, immutable: true}}
    access: [{who: office, may: [create, read, update]}]
  Stand:
    relations: {hall: {to: Hall}}
    fields: {price: {type: money, min: 0}}
    access: [{who: office, may: [create, read, update]}, {who: trader, may: [read]}]
  Trader:
    fields: {name: {type: string}, trusted: {type: bool, read_only: true, default: false}}
    access: [{who: office, may: [create, read]}]
  Lease:
    relations: {stand: {to: Stand}, trader: {to: Trader, reassignable: true}}
    fields: {note: {type: string, optional: true}}
    states: {values: [asked, signed]}
    rules:
      RULES
    access: [{who: office, may: [create, read, update, delete]}]
operations:
  trust: {on: Trader, by: office, sets: {trusted: 'true'}}
  sign:
    on: Lease
    by: office
    from: asked
    to: signed
    requires:
      CONDITION
  lease:
    on: Stand
    by: trader
    creates: {entity: Lease, set: {stand: this, trader: caller.trader}}
"""


def _spec(condition: str = "{cel: 'true', else: Never.}", rule: str = "{cel: 'this.note != null', else: Say.}") -> Spec:
    text = FAIR.replace("CONDITION", f"fine: {condition}").replace("RULES", f"fine: {rule}")
    return checked_spec(parse_spec(text))


def _sources(spec: Spec, entity: str) -> dict[str, str]:
    pack = FastApiPack()
    assert pack.open_elements(spec) == []
    part = next(part for part in pack.parts(spec) if part.id == entity)
    return {artifact.path.rsplit("/", 1)[1]: artifact.content.decode() for artifact in pack.generate(spec, part)}


def _function(source: str, name: str) -> str:
    return source.partition(f"async def {name}(")[2].partition("\n\n\n")[0]


def _locks(source: str) -> list[str]:
    return [line.strip() for line in source.splitlines() if line.strip().startswith("await lock")]


def test_what_a_requirement_reads_of_another_record_is_locked_before_anything_is_read() -> None:
    signed = _function(
        _sources(_spec("{cel: this.stand.price > 1.00, else: It is free.}"), "Lease")["service.py"], "sign"
    )
    assert _locks(signed) == [
        "await lock_shared(session, Stand, select(Lease.stand_id).where(Lease.id == lease_id))",
        "await lock(session, Lease, lease_id)",
    ]
    assert signed.index("lock_shared") < signed.index("get_lease(")


def test_what_nobody_changes_is_not_locked() -> None:
    signed = _function(_sources(_spec("{cel: this.stand.hall.built > 1, else: Old.}"), "Lease")["service.py"], "sign")
    assert _locks(signed) == ["await lock(session, Lease, lease_id)"]


def test_a_record_behind_two_relations_is_found_in_the_database() -> None:
    signed = _function(_sources(_spec("{cel: this.stand.hall.open, else: Shut.}"), "Lease")["service.py"], "sign")
    stands = "select(Lease.stand_id).where(Lease.id == lease_id)"
    assert _locks(signed)[0] == (
        f"await lock_shared(session, Hall, select(Stand.hall_id).where(Stand.id.in_({stands})))"
    )


def test_a_record_behind_a_relation_that_may_change_is_locked_after_whose_relation_it_is() -> None:
    signed = _function(_sources(_spec("{cel: this.trader.trusted, else: Who is it.}"), "Lease")["service.py"], "sign")
    assert _locks(signed) == [
        "await lock(session, Lease, lease_id)",
        "await lock_shared(session, Trader, select(Lease.trader_id).where(Lease.id == lease_id))",
    ]


def test_a_rule_locks_what_it_reads_and_reads_it_again() -> None:
    rules = _sources(_spec(rule="{cel: this.stand.price > 1.00, else: It is free.}"), "Lease")["rules.py"]
    lines = [line.strip() for line in _function(rules, "require_valid").splitlines()]
    start = lines.index("await lock_shared(session, Stand, lease.stand_id)")
    assert lines[start + 1] == "stand = await session.get_one(Stand, lease.stand_id, populate_existing=True)"


def test_an_operation_locks_what_the_rules_of_what_it_makes_read() -> None:
    spec = _spec(rule="{cel: this.trader.trusted, on: [create], else: Who is it.}")
    leased = _function(_sources(spec, "Stand")["service.py"], "lease")
    assert "await lock_shared(session, Trader, caller.trader_id)" in _locks(leased)


def test_what_effects_change_and_values_read_is_locked_alone_before_it_is_read() -> None:
    checked_out = _function(_sources(load_spec(EXAMPLES / "shop.spec.yaml").spec, "Cart")["service.py"], "check_out")
    assert _locks(checked_out) == [
        "await lock_shared(session, Address, body.address_id)",
        "await lock(session, Cart, cart_id)",
        "await lock_all(session, Product, select(CartLine.product_id).where(CartLine.cart_id == cart_id))",
        "await lock_all(session, Voucher, select(Cart.voucher_id).where(Cart.id == cart_id))",
    ]
    assert checked_out.index("lock_all(session, Product") < checked_out.index("get_cart(")


def test_what_an_effect_locks_when_it_is_its_turn_is_not_locked_before() -> None:
    cancelled = _function(_sources(load_spec(EXAMPLES / "shop.spec.yaml").spec, "Order")["service.py"], "cancel")
    assert _locks(cancelled) == ["await lock(session, Order, order_id)"]
    assert "await locked(session, Product" in cancelled


def test_records_that_rows_name_are_locked_together() -> None:
    booked = _function(_sources(load_spec(EXAMPLES / "tickets.spec.yaml").spec, "Event")["service.py"], "book")
    assert "await lock_all(session, TicketType, *(line.ticket_type_id for line in body.lines))" in booked


def test_all_functions_lock_in_one_order() -> None:
    order = locking_order(load_spec(EXAMPLES / "tickets.spec.yaml").spec)
    assert order["Event"] < order["Attendee"] < order["Booking"]
    order = locking_order(load_spec(EXAMPLES / "shop.spec.yaml").spec)
    assert order["Cart"] < order["Voucher"]
    assert order["Cart"] < order["Product"]
    assert order["Order"] < order["Product"]
    assert order["Cart"] < order["CartLine"]


def test_a_circle_of_locks_still_has_an_order() -> None:
    spec = _spec("{cel: this.trader.trusted, else: Who is it.}", "{cel: this.trader.trusted, else: Who is it.}")
    rules = _sources(spec, "Lease")["rules.py"]
    order = locking_order(spec)
    assert order["Lease"] < order["Trader"] or order["Trader"] < order["Lease"]
    assert "await lock_shared(session, Trader, lease.trader_id)" in _locks(rules)


def test_a_long_code_waits_for_nobody_and_a_slug_does() -> None:
    tickets = _sources(load_spec(EXAMPLES / "tickets.spec.yaml").spec, "Event")["service.py"]
    assert "reference=new_code(10)" in tickets
    text = FAIR.replace("CONDITION", "fine: {cel: 'true', else: Never.}").replace(
        "RULES", "fine: {cel: 'true', else: N.}"
    )
    for default, call in (
        ("code(6)", "await unused_name(session, Stand.tag, codes(6))"),
        ("slug('a stand')", 'await free_name(session, Stand.tag, slugs("a stand", 200))'),
    ):
        tag = f"tag: {{type: string, unique: true, read_only: true, default: {{cel: {default}}}}}"
        with_tag = checked_spec(parse_spec(text.replace("price: {type", f"{tag}, price: {{type")))
        assert call.replace('"', "'") in _sources(with_tag, "Stand")["service.py"].replace('"', "'")


def test_a_derived_value_that_nothing_touches_is_not_worked_out_again() -> None:
    cancelled = _function(_sources(load_spec(EXAMPLES / "tickets.spec.yaml").spec, "Event")["service.py"], "cancel")
    assert "amount=booking.total" in cancelled
    assert cancelled.index("await lock_all(session, Booking, ") < cancelled.index("bookings = ")
