"""Relations, rules, states and operations that contradict each other."""

from collections.abc import Callable

import pytest

from quantumlayer.spec.errors import Problem
from quantumlayer.spec.load import parse_spec
from quantumlayer.spec.validate import validate

CASES = [
    (
        "{to: Buyer}",
        "{to: Buyer, on_delete: set_null}",
        "entities.Order.relations.buyer.on_delete",
        "leave a required",
        "optional",
    ),
    (
        "{to: Buyer}",
        "{to: Buyer, read_only: true}",
        "entities.Order.relations.buyer",
        "Nobody can give buyer: it is required and read-only",
        "optional",
    ),
    (
        "{to: Buyer}",
        "{to: Buyer, optional: true, read_only: true, reassignable: true}",
        "entities.Order.relations.buyer.reassignable",
        "both change buyer and never give it",
        "Remove `reassignable`",
    ),
    (
        "cel: this.number > 0, else",
        "else",
        "entities.Order.rules.positive",
        "one of `cel`, `no_overlap` and `unique`",
        "one of the three",
    ),
    ("else: Positive only.", "else: A., on: []", "entities.Order.rules.positive.on", "at least one", "Correct"),
    ("else: Positive only.", "else: A., on: [create, create]", "entities.Order.rules.positive.on", "once", "Correct"),
    (
        "cel: this.number > 0, else",
        "no_overlap: {per: x, start: due, end: due}, else",
        "entities.Order.rules.positive.no_overlap.per",
        "no relation 'x'",
        "buyer",
    ),
    (
        "cel: this.number > 0, else",
        "no_overlap: {per: buyer, start: number, end: due}, else",
        "entities.Order.rules.positive.no_overlap.start",
        "'number' is not a datetime",
        "due",
    ),
    (
        "cel: this.number > 0, else",
        "no_overlap: {per: buyer, start: due, end: due}, on: [delete], else",
        "entities.Order.rules.positive.on",
        "whenever a record is made",
        "Remove",
    ),
    (
        "    list:",
        "    audit: {actions: [read], visible_to: auditor}\n    list:",
        "entities.Order.audit.visible_to",
        "able to read the record: auditor",
        "Grant them `read`",
    ),
    (
        "      - {who: [clerk, buyer], may: [create, read], when",
        "      - {who: [clerk, buyer], may: [create], when",
        "entities.Order.versioned",
        "nobody could read its versions",
        "Grant `read`",
    ),
    ("values: [open, paid]", "values: [open, paid, open]", "entities.Order.states.values", "twice", "Remove"),
    ("    to: paid\n", "", "entities.Order.states.values", "No operation leads to the state 'paid'", "to: paid"),
    (
        "sets: {note: \"'paid'\"}",
        "sets: {nte: '1'}",
        "operations.pay.sets.nte",
        "no field or relation 'nte'",
        "Known are: number",
    ),
    (
        "sets: {note: \"'paid'\"}",
        "sets: {status: '1'}",
        "operations.pay.sets.status",
        "only transitions change",
        "`to: ...`",
    ),
    ("sets: {note: \"'paid'\"}", "sets: {double: '1'}", "operations.pay.sets.double", "worked out", "Set the fields"),
    (
        "sets: {note: \"'paid'\"}",
        "sets: {buyer: this.buyer}",
        "operations.pay.sets.buyer",
        "cannot change",
        "reassignable",
    ),
    (
        "sets: {note: \"'paid'\"}",
        "creates: {entity: Buyer}",
        "operations.pay.creates.set",
        "cannot be made without name",
        "default",
    ),
    (
        "sets: {note: \"'paid'\"}",
        "creates: {entity: Buyer, set: {nam: \"''\"}}",
        "operations.pay.creates.set.nam",
        "'nam'",
        "name",
    ),
    (
        "name: {type: string}",
        "name: {type: string, read_only: true}",
        "entities.Buyer.fields.name",
        "Nobody can give name",
        "default",
    ),
    (
        "may: [create, read]}\n  Order",
        "may: [read]}\n  Order",
        "entities.Buyer",
        "No record of Buyer can ever be made",
        "Grant",
    ),
    (
        "    access:\n      - {who: clerk",
        "    relations: {last: {to: Order}}\n    access:\n      - {who: clerk",
        "entities.Buyer.relations.last",
        "need each other before they exist: Buyer -> Order -> Buyer",
        "optional",
    ),
    (
        "    access:\n      - {who: clerk",
        "    relations: {boss: {to: Buyer, back: team}}\n    access:\n      - {who: clerk",
        "entities.Buyer.relations.boss",
        "Buyer -> Buyer",
        "optional",
    ),
]


@pytest.mark.parametrize(("old", "new", "element", "what", "hint"), CASES)
def test_a_contradiction_is_found_at_its_place(
    contradiction: Callable[..., Problem], old: str, new: str, element: str, what: str, hint: str
) -> None:
    assert hint in contradiction(old, new, element, what).hint


def test_a_rule_against_overlaps_of_days_says_that_it_wants_instants() -> None:
    text = """
spec: 1
service: {name: stays}
roles: {boss: }
entities:
  Room: {fields: {name: {type: string}}, access: [{who: boss, may: [create, read]}]}
  Stay:
    relations: {room: {to: Room}}
    fields: {arrives: {type: date}, leaves: {type: date}}
    rules: {alone: {no_overlap: {per: room, start: arrives, end: leaves}, else: It is taken.}}
    access: [{who: boss, may: [create, read]}]
"""
    hints = {problem.element: problem.hint for problem in validate(parse_spec(text))}
    assert "`type: datetime`" in hints["entities.Stay.rules.alone.no_overlap.start"]
