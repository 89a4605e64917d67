"""What operations set must fit the limits of the field that it is for."""

from collections.abc import Callable, Sequence

import pytest

from quantumlayer.spec.errors import Problem
from quantumlayer.spec.load import parse_spec
from quantumlayer.spec.validate import validate

END = """      tip: {type: money, default: 0.50}
    sets: {note: "'paid'"}
"""


def setting(takes: str, sets: str) -> str:
    return f"      tip: {takes}\n    sets: {sets}\n"


@pytest.mark.parametrize(
    ("takes", "sets", "key", "what"),
    [
        ("{type: money}", "{number: '12'}", "number", "12 is more than `max` 9"),
        ("{type: money}", "{number: 3 * 4}", "number", "12 is more than `max` 9"),
        ("{type: money}", "{note: \"' x'\"}", "note", "begins with a space"),
        ("{type: int}", "{number: takes.tip}", "number", "`max` is 9, and it may be any number"),
        ("{type: int, max: 9}", "{number: takes.tip}", "number", "`min` is 1, and it may be any number"),
        ("{type: int, max: 12, min: 1}", "{number: takes.tip}", "number", "`max` is 9, and it may be 12"),
        ("{type: int, one_of: [1, 10]}", "{number: takes.tip}", "number", "10 is more than `max` 9"),
        ("{type: text, max: 10001}", "{note: takes.tip}", "note", "`max` is 10000, and it may be 10001"),
        ("{type: text}", "{secret: takes.tip}", "secret", "`max` is 200, and it may be 10000"),
    ],
)
def test_a_value_that_may_break_a_limit_is_refused(
    contradiction: Callable[..., Problem], takes: str, sets: str, key: str, what: str
) -> None:
    problem = contradiction(END, setting(takes, sets), f"operations.pay.sets.{key}", what)
    assert problem.hint


@pytest.mark.parametrize(
    ("takes", "sets"),
    [
        ("{type: int, min: 1, max: 9}", "{number: takes.tip}"),
        ("{type: int, one_of: [1, 9]}", "{number: takes.tip}"),
        ("{type: text}", "{note: takes.tip}"),
        ("{type: money}", "{number: '9', note: this.secret}"),
        ("{type: int}", "{number: 'min(takes.tip, 9)'}"),
    ],
)
def test_a_value_that_fits_is_taken(judge: Callable[..., Sequence[Problem]], takes: str, sets: str) -> None:
    assert [problem.element for problem in judge(END, setting(takes, sets)) if not problem.warning] == []


@pytest.mark.parametrize(
    ("field", "what"),
    [
        ("{type: string, pattern: '[a-z]+'}", "it need not match the pattern"),
        ("{type: string, one_of: [a, b]}", "it is not limited to a, b"),
    ],
)
def test_patterns_and_choices_count(shop: str, field: str, what: str) -> None:
    creates = "creates: {entity: Order, set: {buyer: this, number: '1', secret: takes.tip, due: now()}}"
    text = shop.replace(
        "secret: {type: string, optional: true, visible_to: clerk, read_only: true}", f"secret: {field}"
    )
    text += f"  order: {{on: Buyer, by: clerk, takes: {{tip: {{type: string}}}}, {creates}}}\n"
    found = [problem for problem in validate(parse_spec(text)) if not problem.warning]
    assert [problem.element for problem in found] == ["operations.order.creates.set.secret"]
    assert what in found[0].message


@pytest.mark.parametrize(
    ("field", "what"),
    [
        ("{type: int, max: 9, default: {cel: 3 * 4}}", "12 is more than `max` 9"),
        ("{type: money, default: {cel: 10.0 / 3, }, max: 3}", "3.33 is more than `max` 3"),
        ("{type: string, one_of: [a, b], default: {cel: \"'c'\"}}", "'c' is not one of a, b"),
        ("{type: money, default: {cel: '99999999999999999'}}", "too large for money"),
    ],
)
def test_a_constant_that_is_a_default_must_fit(contradiction: Callable[..., Problem], field: str, what: str) -> None:
    element = "entities.Buyer.fields.name.default.cel"
    found = contradiction("name: {type: string}", f"name: {field}", element, what)
    assert found.element == element


def test_a_constant_default_is_rounded(judge: Callable[..., Sequence[Problem]]) -> None:
    assert judge("name: {type: string}", "name: {type: money, default: {cel: 10.0 / 3}, max: 4}") == ()
