"""Rules over several records, values that are worked out, and what may be done in which state."""

from datetime import date
from decimal import Decimal

import pytest

from quantumlayer.qlayer.parser import Requirement, parse
from quantumlayer.qlayer.parser.silence import unread
from quantumlayer.spec.model import FieldType, Literal_, Moment, Spec, Unique
from quantumlayer.spec.validate import validate

DESKS = (
    "A floor has a number. A desk has a label and a kind. Each desk is on one floor. A member has a name. "
    "A booking belongs to a desk and a member. It has a date. Managers manage floors, desks, members and bookings. "
)
LIBRARY = (
    "A book has a title and a shelf number. A member has a name and a suspended yes/no flag. A member borrows a book. "
    "The loan records the day it was borrowed, the day it is due and, later, the day it came back. A review is for one "
    "book and one member. It has a rating and a text. Members can borrow books. Librarians manage books and members. "
)
THEATRE = (
    "A person has a name and an email address that nobody else has. A character has a name. A casting "
    "is for one person "
    "and one character. It has a part (lead or understudy). A licence belongs to a person. It has a year. "
    "Directors manage persons, characters, castings and licences. "
)
COURSES = (
    "A course has a title and a number of places. A student has a name. An enrolment is for one student "
    "and one course. "
    "An enrolment is requested, then confirmed, then either finished or cancelled. An order has a total in EUR. "
    "A refund belongs to an order. A refund has an amount. Teachers manage courses, students, orders and refunds. "
)
SHOP = (
    "A product has a name and a price in EUR. A customer has a name. A cart belongs to a customer and holds lines: "
    "product and quantity between 1 and 99. A payment belongs to a cart. A payment has an amount. "
    "Staff manage products, customers and carts. "
)
PHARMACY = (
    "A medicine has a name and a reorder level. A batch is of one medicine. A batch has a number of "
    "packs delivered and "
    "an expiry date. A batch is available, then blocked, then expired. A dispensing is from one batch. "
    "A dispensing has "
    "a number of packs. Clerks manage medicines, batches and dispensings. "
)
BANK = (
    "An account has a number. A deposit belongs to an account. A deposit has an amount in EUR. A withdrawal belongs to "
    "an account. A withdrawal has an amount in EUR. Clerks manage accounts, deposits and withdrawals. "
)
TRIPS = (
    "A trip has a name. A booking belongs to a trip. It has a number of adults and a number of children. "
    "Managers manage trips and bookings. "
)
EVENTS = (
    "An event has a title. An event is drafted, then published, then either finished or cancelled. A "
    "booking belongs to "
    "an event. A booking has a number of seats. A booking is requested, then paid, then either refunded or cancelled. "
    "Organisers manage events and bookings. "
)
OFFICE = (
    "A range has a minimum amount and a maximum amount. A voucher has a code, a percentage and a fixed "
    "amount. A contact "
    "has a phone number and an email address. A course has a deposit in EUR and a price in EUR. A "
    "permit has a title. A "
    "permit is requested, then approved or rejected by an officer. A loan has a due date. An item has a stock and a "
    "reorder level. Clerks manage ranges, vouchers, contacts, courses, permits, loans and items. "
)


def read(text: str) -> Spec:
    spec = parse([Requirement(name="requirements.md", text=text)])
    assert not [problem for problem in validate(spec) if not problem.warning]
    return spec


def uniques(spec: Spec) -> set[tuple[str, tuple[str, ...], str | None]]:
    return {
        (name, rule.unique.of, rule.unique.when)
        for name, entity in spec.entities.items()
        for rule in entity.rules.values()
        if rule.unique is not None
    }


def cels(spec: Spec, entity: str, moment: Moment = Moment.CREATE) -> set[str]:
    return {rule.cel for rule in spec.entities[entity].rules.values() if rule.cel and moment in rule.on}


@pytest.mark.parametrize(
    ("base", "said", "entity", "of", "when"),
    [
        (DESKS, "No two desks on the same floor with the same label.", "Desk", {"floor", "label"}, None),
        (DESKS, "Two desks on one floor never share a label.", "Desk", {"floor", "label"}, None),
        (DESKS, "Labels are unique within a floor.", "Desk", {"floor", "label"}, None),
        (DESKS, "A desk's label must be unique per floor.", "Desk", {"floor", "label"}, None),
        (DESKS, "A desk can be booked once per day.", "Booking", {"desk", "date"}, None),
        (DESKS, "A member gets one desk per day.", "Booking", {"member", "date"}, None),
        (DESKS, "A member can have only one booking per day.", "Booking", {"member", "date"}, None),
        (LIBRARY, "A member can review a book only once.", "Review", {"member", "book"}, None),
        (LIBRARY, "A member may write at most one review per book.", "Review", {"member", "book"}, None),
        (LIBRARY, "Nobody can review the same book twice.", "Review", {"member", "book"}, None),
        (LIBRARY, "Only one open loan per book.", "Loan", {"book"}, "this.returned_on == null"),
        (LIBRARY, "A book cannot have two open loans.", "Loan", {"book"}, "this.returned_on == null"),
        (THEATRE, "The same person is cast as the same character only once.", "Casting", {"person", "character"}, None),
        (THEATRE, "A character has at most one lead.", "Casting", {"character"}, "this.part == 'lead'"),
        (THEATRE, "One licence per person and year.", "Licence", {"person", "year"}, None),
        (PHARMACY, "Two batches of the same medicine never have the same expiry date.", "Batch",
         {"medicine", "expiry_date"}, None),
    ],
)  # fmt: skip
def test_what_is_there_once_together(base: str, said: str, entity: str, of: set[str], when: str | None) -> None:
    ((found, keys, test),) = uniques(read(base + said))
    assert (found, set(keys), test) == (entity, of, when)


@pytest.mark.parametrize(
    "said",
    [
        "Two desks on the same floor may have the same label.",
        "Each desk has one label.",
        "A member can have more than one booking per day.",
        "A booking may be changed once.",
        "Each floor has its own number.",
        "Two bookings of the same desk may not be at the same time.",
    ],
)
def test_what_may_be_there_more_than_once(said: str) -> None:
    assert not uniques(read(DESKS + said))


def test_values_that_no_other_record_has() -> None:
    spec = read(
        f"{THEATRE}A costume has a number and a label. Costume numbers are never given twice. Each label only once."
    )
    assert spec.entities["Person"].fields["email"].unique
    assert {name for name, one in spec.entities["Costume"].fields.items() if one.unique} == {"number", "label"}


@pytest.mark.parametrize(
    ("said", "entity", "cel"),
    [
        ("A course takes at most 12 students.", "Enrolment",
         "this.course.enrolments.filter(e, e.status != 'cancelled').size() < 12"),
        ("No more than 12 enrolments per course.", "Enrolment",
         "this.course.enrolments.filter(e, e.status != 'cancelled').size() < 12"),
        ("A course cannot have more enrolments than places.", "Enrolment",
         "this.course.enrolments_taken < this.course.places"),
        ("Never more enrolments than places.", "Enrolment", "this.course.enrolments_taken < this.course.places"),
        ("The number of enrolments of a course can never exceed the number of places.", "Enrolment",
         "this.course.enrolments_taken < this.course.places"),
        ("Refunds never add up to more than was paid.", "Refund",
         "this.order.amounts_taken + this.amount <= this.order.total"),
    ],
)  # fmt: skip
def test_limits_of_what_belongs_to_a_record(said: str, entity: str, cel: str) -> None:
    assert cels(read(COURSES + said), entity) == {cel}


def test_a_limit_of_a_state_is_judged_by_what_moves_into_it() -> None:
    spec = read(f"{COURSES}A student may have at most 3 confirmed enrolments.")
    cel = "this.student.enrolments.filter(e, e.status == 'confirmed').size() < 3"
    assert [one.cel for one in spec.operations["confirm"].requires.values()] == [cel]
    assert not cels(spec, "Enrolment")


def test_a_limit_holds_when_something_is_changed_too() -> None:
    spec = read(f"{COURSES}Refunds never add up to more than was paid.")
    kept = "this.order.refunds.filter(r, r != this).map(r, r.amount).sum() + this.amount <= this.order.total"
    assert cels(spec, "Refund", Moment.UPDATE) == {kept}
    assert cels(spec, "Order", Moment.UPDATE) == {"this.amounts_taken <= this.total"}


def test_what_records_take_together_stays_within_a_capacity() -> None:
    spec = read(
        "A boat has a name and a capacity. A reservation belongs to a boat. A reservation has a number of seats. "
        "Skippers manage boats and reservations. All reservations of a boat together never exceed its capacity. "
        "At most eight seats go to one reservation."
    )
    assert cels(spec, "Reservation") == {"this.boat.seats_taken + this.seats <= this.boat.capacity"}
    assert spec.entities["Reservation"].fields["seats"].max == 8
    assert not unread(spec)


def test_what_is_sold_of_all_kinds_and_of_each() -> None:
    spec = read(
        "* Hall: name, capacity\n* Show: title, hall\n* Ticket type: belongs to a show; name, price, quantity\n"
        "* Booking: one show, one or more ticket lines (ticket type, quantity 1-10), a total\n"
        "* the quantities sold of all ticket types of a show can't be more than the hall's capacity, and not more than "
        "the type's own quantity"
    )
    assert cels(spec, "TicketLine") == {
        (
            "this.ticket_type.show.ticket_types.map(t, t.sold).sum() + this.quantity <= "
            "this.ticket_type.show.hall.capacity"
        ),
        "this.ticket_type.sold + this.quantity <= this.ticket_type.quantity",
    }
    assert spec.entities["Booking"].derived["total"].cel == (
        "this.ticket_lines.map(t, t.quantity * t.ticket_type.price).sum()"
    )
    assert any(note.about == "entities.Booking.derived.total" for note in spec.assumptions)


@pytest.mark.parametrize(
    ("base", "said", "address", "cel"),
    [
        (SHOP, "The cart total is the sum of price times quantity.", "Cart.total",
         "this.cart_lines.map(c, c.product.price * c.quantity).sum()"),
        (SHOP, "A cart has a total. The total is calculated automatically.", "Cart.total",
         "this.cart_lines.map(c, c.quantity * c.product.price).sum()"),
        (SHOP, "The line total is quantity times price.", "CartLine.total", "this.quantity * this.product.price"),
        (SHOP, "The amount paid is the sum of its payments.", "Cart.amount_paid",
         "this.payments.map(p, p.amount).sum()"),
        (BANK, "The balance is all deposits minus all withdrawals.", "Account.balance",
         "this.deposits.map(d, d.amount).sum() - this.withdrawals.map(w, w.amount).sum()"),
        (PHARMACY, "What is left of a batch is the packs delivered minus all packs dispensed from it.", "Batch.left",
         "this.packs_delivered - this.dispensings.map(d, d.packs).sum()"),
        (DESKS, "A desk shows the number of bookings.", "Desk.number_of_bookings", "this.bookings.size()"),
        (EVENTS, ("A stage has a name and a number of open slots. A slot belongs to a stage. A slot is open, "
         "then taken."),
         "Stage.open_slots", "this.slots.filter(s, s.status == 'open').size()"),
        (LIBRARY, "A shelf has a label and an average weight. A box belongs to a shelf. A box has a weight in kg.",
         "Shelf.average_weight", "this.boxes.map(b, b.weight).average(0)"),
        (OFFICE, "An item is low when its stock is below the reorder level.", "Item.low",
         "this.stock < this.reorder_level"),
        (OFFICE, "A loan is overdue when its due date has passed.", "Loan.overdue", "this.due_date < today()"),
        (COURSES, "A course is full when it has as many enrolments as places.", "Course.full",
         "this.enrolments.filter(e, e.status != 'cancelled').size() >= this.places"),
    ],
)  # fmt: skip
def test_values_that_are_worked_out(base: str, said: str, address: str, cel: str) -> None:
    entity, name = address.split(".")
    found = read(base + said).entities[entity]
    assert found.derived[name].cel == cel
    assert name not in found.fields


def test_nobody_takes_more_than_is_left() -> None:
    spec = read(
        f"{PHARMACY}What is left of a batch is the packs delivered minus all packs dispensed from it. Nobody can take "
        "more than is left. A medicine's stock is the sum of what is left in its available batches."
    )
    stock = spec.entities["Medicine"].derived["stock"]
    assert stock.cel == "this.batches.filter(b, b.status == 'available').map(b, b.left).sum()"
    assert cels(spec, "Dispensing") == {"this.packs <= this.batch.left"}
    assert len(cels(spec, "Dispensing", Moment.UPDATE)) == 1


def test_a_balance_never_goes_below_zero() -> None:
    spec = read(f"{BANK}The balance is all deposits minus all withdrawals. The balance never goes below zero.")
    assert cels(spec, "Withdrawal") == {"this.amount <= this.account.balance"}
    assert not cels(spec, "Deposit")


def test_a_code_that_is_generated() -> None:
    field = read(f"{BANK}A receipt has a date and a reference code that is generated.").entities["Receipt"].fields
    code = field["reference_code"]
    assert (code.unique, code.read_only, code.pattern) == (True, True, "[0-9a-z]{10}")
    assert code.default is not None


@pytest.mark.parametrize(
    ("said", "cel"),
    [
        ("Above 100.00 EUR shipping is free, otherwise it costs 4.90.", "this.total > 100.00 ? 0.00 : 4.90"),
        ("From 50 EUR shipping is free, below that it costs 5.00.", "this.total >= 50.00 ? 0.00 : 5.00"),
        ("Shipping costs 4.90 below 30.00 EUR, otherwise it is 0.", "this.total < 30.00 ? 4.90 : 0.00"),
    ],
)
def test_what_is_free_above_a_sum(said: str, cel: str) -> None:
    spec = read(f"{SHOP}The cart total is the sum of price times quantity. {said}")
    assert spec.entities["Cart"].derived["shipping"].cel == cel


def test_prices_for_each_and_for_many_with_the_examples_of_the_text() -> None:
    spec = read(
        f"{TRIPS}An adult costs \u00a314, a child costs \u00a39, and groups of six or more get 10% off. So two adults "
        "and one child cost \u00a337.00, and six adults cost \u00a375.60."
    )
    price = spec.entities["Booking"].derived["price"]
    base = "this.adults * 14.00 + this.children * 9.00"
    assert price.cel == f"this.adults + this.children >= 6 ? ({base}) * 0.9 : {base}"
    given: list[dict[str, Literal_ | date | None]] = [dict(one.given) for one in price.examples]
    assert given == [{"adults": 2, "children": 1}, {"adults": 6, "children": 0}]
    assert [one.then["price"] for one in price.examples] == [Decimal("37.00"), Decimal("75.60")]


def test_prices_that_contradict_their_example_are_asked_about() -> None:
    spec = read(f"{TRIPS}An adult costs 20 and a child costs 10. For example, 2 adults and 1 child cost 49.00.")
    assert "price" not in spec.entities["Booking"].derived
    assert any("49.00" in note.text for note in spec.questions)


@pytest.mark.parametrize(
    ("said", "entity", "cel"),
    [
        ("The minimum amount is not above the maximum amount.", "Range", "this.minimum_amount <= this.maximum_amount"),
        ("The deposit must not exceed the price.", "Course", "this.deposit <= this.price"),
        ("A voucher gives either a percentage or a fixed amount, never both.", "Voucher",
         "(this.percentage == null) != (this.fixed_amount == null)"),
        ("At least one of phone number and email address must be given.", "Contact",
         "this.phone_number != null || this.email != null"),
        (("A bus has a number of seats and a number of standing places, "
         "both of which may be zero but not together."), "Bus",
         "this.seats + this.standing_places > 0"),
    ],
)  # fmt: skip
def test_what_holds_within_one_record(said: str, entity: str, cel: str) -> None:
    assert cels(read(OFFICE + said), entity) == {cel}


@pytest.mark.parametrize(
    "said", ["A reason is required when it is rejected.", "When a permit is rejected, a reason must be given."]
)
def test_what_is_required_for_a_state_is_said_by_whoever_moves_it_there(said: str) -> None:
    spec = read(OFFICE + said)
    assert spec.operations["reject"].sets == {"reason": "takes.reason"}
    assert spec.entities["Permit"].fields["reason"].read_only


@pytest.mark.parametrize(
    "said",
    [
        "Only published events can be booked.",
        "You can't book for an event that isn't published.",
        "Events that are not published cannot be booked.",
        "An event can only be booked while it is published.",
    ],
)
def test_what_can_be_made_only_in_a_state(said: str) -> None:
    assert cels(read(EVENTS + said), "Booking") == {"this.event.status == 'published'"}


def test_an_available_one_is_what_was_spoken_of() -> None:
    spec = read(f"{PHARMACY}A batch may be blocked at any time, and only an available one may be dispensed from.")
    assert cels(spec, "Dispensing") == {"this.batch.status == 'available'"}


def test_states_in_which_a_record_is_not_changed_or_moved() -> None:
    spec = read(f"{EVENTS}Cancelled bookings cannot be changed. Only drafted or published events can be cancelled.")
    assert cels(spec, "Booking", Moment.UPDATE) == {"this.status != 'cancelled'"}
    assert spec.operations["cancel"].from_ == ("drafted", "published")


@pytest.mark.parametrize(
    ("said", "cel"),
    [
        ("Suspended members may not borrow.", "!caller.member.suspended"),
        ("Members who are suspended can't borrow a book.", "!caller.member.suspended"),
        ("Members with overdue loans may not borrow books.",
         "caller.member.loans.filter(l, l.returned_on == null && today() > l.due_on).size() == 0"),
    ],
)  # fmt: skip
def test_who_may_not_act(said: str, cel: str) -> None:
    spec = read(LIBRARY + said)
    assert cel in {one.cel for one in spec.operations["borrow"].requires.values()}


@pytest.mark.parametrize(
    "said",
    [
        "A review can only be written by members who have borrowed the book.",
        "Only members who have borrowed a book can review it.",
    ],
)
def test_only_who_did_something_before(said: str) -> None:
    spec = read(LIBRARY + said)
    assert cels(spec, "Review") == {"this.book.loans.exists(l, l.member == this.member)"}
    assert not unread(spec)


@pytest.mark.parametrize(
    "said",
    [
        "A paid booking can be refunded.",
        "Managers can see when a booking is paid.",
        "An event is finished when everybody has left.",
        "The number of seats is shown.",
        "We have more than 40 events.",
        "Nobody can book an event for more than 8 people.",
    ],
)
def test_what_states_no_rule(said: str) -> None:
    plain, spec = read(EVENTS), read(EVENTS + said)
    for name, entity in plain.entities.items():
        assert (spec.entities[name].rules, spec.entities[name].derived) == (entity.rules, entity.derived)


def test_a_rule_is_traced_to_its_sentence() -> None:
    spec = read(f"{DESKS}No two desks on the same floor have the same label.")
    (source,) = [one for one in spec.trace if one.quote.startswith("No two desks")]
    assert list(source.elements) == ["entities.Desk.rules.one_per_floor_and_label"]
    rule = spec.entities["Desk"].rules["one_per_floor_and_label"]
    assert rule.unique == Unique(of=("floor", "label"))
    assert rule.else_ == "No two desks on the same floor have the same label."
    assert spec.entities["Desk"].fields["label"].type is FieldType.STRING
