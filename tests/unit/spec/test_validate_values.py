"""Fields whose limits, patterns, choices or defaults contradict each other."""

from collections.abc import Callable

import pytest

from quantumlayer.spec.errors import Problem

CASES = [
    (
        "min: 1, max: 9",
        "min: 9, max: 1",
        "entities.Order.fields.number.min",
        "`min` 9 is larger than `max` 1",
        "No value",
    ),
    ("min: 1, max: 9", "min: 1.5", "entities.Order.fields.number.min", "1 places does not fit int", "`min`"),
    ("min: 1, max: 9", f"max: {10**30}", "entities.Order.fields.number.max", "too large", "`max`"),
    ("note: {type: text", "note: {type: text, min: 0", "entities.Order.fields.note.min", "length of a text", "`min`"),
    ("note: {type: text", "note: {type: text, min: -1", "entities.Order.fields.note.min", "length of a text", "`min`"),
    (
        "name: {type: string",
        "name: {type: string, min: 300",
        "entities.Buyer.fields.name.min",
        "200 characters",
        "larger `max`",
    ),
    ("due: {type: datetime", "due: {type: datetime, min: 1", "entities.Order.fields.due.min", "has no `min`", "`min`"),
    ("max: 9", "pattern: x", "entities.Order.fields.number.pattern", "int has no pattern", "Remove"),
    (
        "name: {type: string",
        "name: {type: string, pattern: '['",
        "entities.Buyer.fields.name.pattern",
        "no regular exp",
        "Use",
    ),
    (
        "name: {type: string",
        "name: {type: string, pattern: '(a+)+'",
        "entities.Buyer.fields.name.pattern",
        "for ever",
        "Use",
    ),
    ("max: 9", "one_of: [1, 1]", "entities.Order.fields.number.one_of", "twice", "Remove"),
    ("max: 9", "one_of: [a]", "entities.Order.fields.number.one_of", "'a' is no number", "Correct"),
    ("max: 9", "max: 9, one_of: [10]", "entities.Order.fields.number.one_of", "more than `max` 9", "Correct"),
    (
        "due: {type: datetime",
        "due: {type: datetime, one_of: [a]",
        "entities.Order.fields.due.one_of",
        "no `one_of`",
        "int",
    ),
    ("max: 9", "max: 9, default: 10", "entities.Order.fields.number.default", "more than `max` 9", "Change"),
    ("max: 9", "max: 9, default: 0", "entities.Order.fields.number.default", "less than `min` 1", "Change"),
    ("max: 9", "max: 9, default: true", "entities.Order.fields.number.default", "no number", "Change"),
    ("max: 9", "one_of: [1, 2], default: 3", "entities.Order.fields.number.default", "not one of 1, 2", "Change"),
    (
        "name: {type: string",
        "name: {type: string, default: 3",
        "entities.Buyer.fields.name.default",
        "3 is no string",
        "Change",
    ),
    (
        "name: {type: string",
        "name: {type: email, pattern: x",
        "entities.Buyer.fields.name.pattern",
        "of an address and no other",
        "Remove",
    ),
    (
        "name: {type: string",
        "name: {type: email, default: x",
        "entities.Buyer.fields.name.default",
        "no e-mail",
        "Change",
    ),
    (
        "name: {type: string",
        "name: {type: bool, default: x",
        "entities.Buyer.fields.name.default",
        "x is no bool",
        "Change",
    ),
    (
        "name: {type: string",
        "name: {type: date, default: today",
        "entities.Buyer.fields.name.default",
        "today is no date",
        "Change the default, or write `{cel: ...}` to have it worked out.",
    ),
    (
        "due: {type: datetime",
        "due: {type: datetime, default: x",
        "entities.Order.fields.due.default",
        "no instant",
        "Change",
    ),
    (
        "due: {type: datetime",
        "due: {type: datetime, default: '2026-01-01'",
        "entities.Order.fields.due.default",
        "instant",
        "C",
    ),
    (
        "name: {type: string",
        "name: {type: string, pattern: '[0-9]+', default: x",
        "entities.Buyer.fields.name.default",
        "does not match the pattern",
        "Change",
    ),
    ("tip: {", "tip: {unique: true, ", "operations.pay.takes.tip.unique", "no meaning for an input", "Remove"),
    (
        "tip: {type: money, default: 0.50}",
        "tip: {type: date, default: {cel: today()}}",
        "operations.pay.takes.tip.default",
        "plain value",
        "optional",
    ),
    ("default: 0.50", "default: 0.505", "operations.pay.takes.tip.default", "3 places does not fit money", "Change"),
    (
        "cel: this.number * 2",
        "cel: this.number * 2, examples: [{given: {nmber: 1}, then: {double: 2}}]",
        "entities.Order.derived.double.examples.0.given.nmber",
        "no value 'nmber'",
        "number",
    ),
    (
        "cel: this.number * 2",
        "cel: this.number * 2, examples: [{given: {number: x}, then: {double: 2}}]",
        "entities.Order.derived.double.examples.0.given.number",
        "no number",
        "type",
    ),
    (
        "cel: this.number * 2",
        "cel: this.number * 2, examples: [{given: {number: 1}, then: {double: null}}]",
        "entities.Order.derived.double.examples.0.then.double",
        "always has a value",
        "Write",
    ),
]


@pytest.mark.parametrize(("old", "new", "element", "what", "hint"), CASES)
def test_a_value_that_does_not_fit_is_found_at_its_place(
    contradiction: Callable[..., Problem], old: str, new: str, element: str, what: str, hint: str
) -> None:
    assert hint in contradiction(old, new, element, what).hint
