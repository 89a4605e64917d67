"""Names of things that do not exist, or stand twice."""

from collections.abc import Callable

import pytest

from quantumlayer.spec.errors import Problem

CASES = [
    ("{to: Buyer}", "{to: Byer}", "entities.Order.relations.buyer.to", "no entity 'Byer'", "`Buyer`"),
    ("{record: Buyer}", "{record: Zzz}", "roles.buyer.record", "no entity 'Zzz'", "Known are: Buyer, Order"),
    ("  clerk:\n", "  clerk: {record: Buyer}\n", "roles.buyer.record", "record of clerk already", "entity of its own"),
    ("by: clerk", "by: clark", "operations.pay.by", "no role 'clark'", "`clerk`"),
    ("by: clerk", "by: []", "operations.pay.by", "No role is named", "at least one"),
    ("by: clerk", "by: [clerk, clerk]", "operations.pay.by", "'clerk' stands here twice", "Remove"),
    ("by: clerk", "by: anyone", "operations.pay.by", "`anyone` has not signed in", "Name the roles"),
    ("{who: clerk,", "{who: clark,", "entities.Buyer.access.0.who", "no role 'clark'", "`clerk`"),
    ("{who: clerk,", "{who: [],", "entities.Buyer.access.0.who", "No role is named", "at least one"),
    ("may: [create, read]}\n  Ord", "may: [read, read]}\n  Ord", "entities.Buyer.access.0.may", "twice", "Remove"),
    ("visible_to: clerk", "visible_to: anyone", "entities.Order.fields.secret.visible_to", "`anyone`", "roles here"),
    ("visible_to: clerk", "visible_to: x", "entities.Order.fields.secret.visible_to", "no role 'x'", "Known"),
    (
        "    list:",
        "    audit: {actions: [read], visible_to: []}\n    list:",
        "entities.Order.audit.visible_to",
        "No role",
        "one",
    ),
    (
        "    list:",
        "    audit: {actions: [read, read], visible_to: clerk}\n    list:",
        "entities.Order.audit.actions",
        "twice",
        "R",
    ),
    ("versioned: note", "versioned: nte", "entities.Order.versioned", "no field 'nte'", "`note`"),
    ("versioned: note", "versioned: secret", "entities.Order.versioned", "read its versions", "`visible_to`"),
    ("search: [note]", "search: [number]", "entities.Order.list.search", "no field with text 'number'", "note"),
    ("search: [note]", "search: [secret]", "entities.Order.list.search", "give it away", "`visible_to`"),
    (
        "filter: [number,",
        "filter: [double,",
        "entities.Order.list.filter",
        "'double'",
        "Did you mean `due`",
    ),
    ("sort: [number,", "sort: [buyer,", "entities.Order.list.sort", "'buyer'", "Known are"),
    ("    on: Order", "    on: Ordr", "operations.pay.on", "no entity 'Ordr'", "`Order`"),
    (
        "    sets: {note",
        "    creates: {entity: Zzz}\n    sets: {note",
        "operations.pay.creates.entity",
        "'Zzz'",
        "Known",
    ),
    ("from: open", "from: opn", "operations.pay.from", "no state 'opn'", "`open`"),
    ("to: paid", "to: payd", "operations.pay.to", "no state 'payd'", "`paid`"),
    ("on: Order", "on: Buyer", "operations.pay", "Buyer has no states", "drop `from`"),
    ("name: shop", "name: shop, timezone: Europe/Berln", "service.timezone", "no IANA time zone", "`Europe/Berlin`"),
    ("name: shop", "name: shop, timezone: ../../etc/passwd", "service.timezone", "no IANA time zone", "Known"),
    (
        "operations:",
        "questions: [{text: x, about: a.b}]\noperations:",
        "questions.0.about",
        "no element 'a.b'",
        "Known",
    ),
    (
        "operations:",
        "assumptions: [{text: x, about: roles.clrk}]\noperations:",
        "assumptions.0.about",
        "'roles.clrk'",
        "roles.clerk",
    ),
    (
        "operations:",
        "trace: [{quote: x, start: 3, end: 1, elements: {roles.clerk: 1.0}}]\noperations:",
        "trace.0.end",
        "ends at 1, before it starts at 3",
        "offsets",
    ),
    (
        "operations:",
        "trace: [{quote: x, elements: {entities.Order.fields.numbr: 1.0}}]\noperations:",
        "trace.0.elements.entities.Order.fields.numbr",
        "no element",
        "entities.Order.fields.number",
    ),
]


@pytest.mark.parametrize(("old", "new", "element", "what", "hint"), CASES)
def test_a_reference_to_nothing_is_found_at_its_place(
    contradiction: Callable[..., Problem], old: str, new: str, element: str, what: str, hint: str
) -> None:
    assert hint in contradiction(old, new, element, what).hint
