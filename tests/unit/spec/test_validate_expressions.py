"""Expressions that have no type, or not the one of their place."""

from collections.abc import Callable

import pytest

from quantumlayer.spec.errors import Problem

CASES = [
    ("cel: this.number * 2", "cel: this.nmber * 2", "entities.Order.derived.double.cel", "nmber", "number"),
    ("cel: this.number * 2", "cel: this.number *", "entities.Order.derived.double.cel", "", ""),
    (
        "cel: this.number * 2",
        "cel: this.note",
        "entities.Order.derived.double.cel",
        "string or null, and an int is needed",
        "Write",
    ),
    (
        "type: int, cel: this.number * 2",
        "type: text, cel: this.note",
        "entities.Order.derived.double.cel",
        "or null, and a string",
        "null",
    ),
    (
        "cel: this.number > 0, e",
        "cel: this.number, e",
        "entities.Order.rules.positive.cel",
        "an int, and a bool is needed",
        "a bool",
    ),
    ("when: this.number > 0", "when: this.number", "entities.Order.access.0.when", "a bool is needed", "a bool"),
    (
        "sets: {note: \"'paid'\"}",
        "sets: {note: this.number}",
        "operations.pay.sets.note",
        "string or null is needed",
        "Write",
    ),
    ("sets: {note: \"'paid'\"}", "sets: {note: takes.nope}", "operations.pay.sets.note", "nope", "tip"),
    (
        "max: 9}",
        "max: 9, default: {cel: \"'x'\"}}",
        "entities.Order.fields.number.default.cel",
        "a string, and an int",
        "Write",
    ),
    (
        "sets: {",
        "requires: {a: {cel: takes.tip, else: X.}}\n    sets: {",
        "operations.pay.requires.a.cel",
        "a bool is needed",
        "Write",
    ),
    (
        "cel: this.number * 2",
        "cel: this.number * 2 + this.double",
        "entities.Order.derived.double",
        "need each other: Order.double -> Order.double",
        "fields",
    ),
    (
        "max: 9}",
        "max: 9, default: {cel: this.number}}",
        "entities.Order.fields.number",
        "These defaults need each other",
        "fields alone",
    ),
    (
        "cel: this.number * 2",
        "cel: \"this.buyer.name == '' ? 1 : 2\", stored: true",
        "entities.Order.derived.double.cel",
        "reads `buyer`",
        "stored",
    ),
    (
        "{type: int, cel: this.number * 2",
        "{type: date, cel: today(), stored: true",
        "entities.Order.derived.double.cel",
        "clock with `today()`",
        "stored",
    ),
    (
        "cel: this.number > 0, else",
        "no_overlap: {per: buyer, start: due, end: due, when: this.double > 1}, else",
        "entities.Order.rules.positive.no_overlap.when",
        "reads `double`",
        "stored",
    ),
    (
        "cel: this.number > 0, else",
        "no_overlap: {per: buyer, start: due, end: due, when: this.number}, else",
        "entities.Order.rules.positive.no_overlap.when",
        "a bool is needed",
        "a bool",
    ),
]


@pytest.mark.parametrize(("old", "new", "element", "what", "hint"), CASES)
def test_an_expression_that_does_not_fit_is_found_at_its_place(
    contradiction: Callable[..., Problem], old: str, new: str, element: str, what: str, hint: str
) -> None:
    assert hint in contradiction(old, new, element, what).hint
