"""Expressions that can fail when they are worked out, and guards that keep them from it."""

from collections.abc import Callable, Sequence

import pytest

from quantumlayer.spec.errors import Problem
from quantumlayer.spec.load import parse_spec
from quantumlayer.spec.validate import validate

Judge = Callable[..., Sequence[Problem]]
PLACE = "cel: this.number > 0, else"


@pytest.mark.parametrize(
    ("cel", "what"),
    [
        ("1 / this.double > 0", "This fails when this.double is 0."),
        ("this.number % this.double == 0", "This fails when this.double is 0."),
        ("1 / (this.double - 1) > 0", "This fails when the divisor is 0."),
        ("1 / this.note.size() > 0", "may be null"),
        ("this.double >= 0 && 1 / this.double > 0", "This fails when this.double is 0."),
        ("this.double != 0 || 1 / this.double > 0", "This fails when this.double is 0."),
        ("this.double == 0 ? 1 / this.double > 0 : true", "This fails when this.double is 0."),
        ("1 / this.buyer.orders.size() > 0", "This fails when this.buyer.orders.size() is 0."),
        ("this.double > 0 && this.buyer.orders.all(x, 1 / x.double > 0)", "This fails when x.double is 0."),
        ("int(this.buyer.name) > 0", "This fails when this.buyer.name is no text that int() can read."),
        ("!this.buyer.name.matches('^[0-9]$') && int(this.buyer.name) > 0", "that int() can read"),
        ("date(this.buyer.name) > today()", "that date() can read"),
    ],
)
def test_what_can_fail_is_refused(judge: Judge, cel: str, what: str) -> None:
    found = [problem for problem in judge(PLACE, f'cel: "{cel}", else') if what in problem.message]
    assert [problem.element for problem in found] == ["entities.Order.rules.positive.cel"]
    assert found[0].hint
    assert found[0].line > 0


@pytest.mark.parametrize(
    "cel",
    [
        "10 / this.number > 0",
        "10 / (this.number + 1) > 0",
        "this.double == 0 ? true : 1 / this.double > 0",
        "this.double != 0 && 1 / this.double > 0",
        "0 < this.double && 1 / this.double > 0",
        "!(this.double <= 0) && 1 / this.double > 0",
        "this.double == 0 || 1 / this.double > 0",
        "this.double - 1 != 0 && 1 / (this.double - 1) > 0",
        "this.buyer.orders.size() > 0 && 1 / this.buyer.orders.size() >= 0",
        "this.buyer.orders.all(x, x.double > 0 && 1 / x.double >= 0)",
        "7 / 2 > 0",
        "this.buyer.name.matches('^[0-9]{1,4}$') && int(this.buyer.name) > 0",
        "int('7') > this.number",
    ],
)
def test_what_is_guarded_is_let_pass(judge: Judge, cel: str) -> None:
    assert [problem.message for problem in judge(PLACE, f'cel: "{cel}", else') if not problem.warning] == []


GRANT = "      - {who: [clerk, buyer], may: [create, read], when: this.number > 0}"


def test_a_field_is_not_replaced_by_who_does_not_see_it(shop: str) -> None:
    """Whoever makes a record may say what others read; a change would send the value anew."""
    seen = shop.replace("visible_to: clerk, read_only: true}", "visible_to: clerk}")
    assert [problem for problem in validate(parse_spec(seen)) if not problem.warning] == []
    changing = seen.replace(GRANT, GRANT.replace("[create, read]", "[create, read, update]"))
    found = [problem for problem in validate(parse_spec(changing)) if not problem.warning]
    assert [problem.element for problem in found] == ["entities.Order.fields.secret.visible_to"]
    assert "buyer may change secret without seeing it" in found[0].message
    assert "read_only" in found[0].hint
