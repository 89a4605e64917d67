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
        ("1 / this.double > 0 && this.double != 0", "This fails when this.double is 0."),
        ("1 / this.double > 0 || this.double == 0", "This fails when this.double is 0."),
        ("this.buyer.orders.exists(x, 1 / x.double > 0)", "This fails when x.double is 0."),
        ("this.buyer.orders[0].number > 1 || this.number > 0", "has no element 0."),
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


@pytest.mark.parametrize(
    ("pattern", "what"),
    [
        ("'(a+)+$'", "repeats a group that repeats"),
        ("this.buyer.name", "worked out"),
        ("'a' + 'b'", "worked out"),
        ("'(?=a)b'", "look-around"),
    ],
)
def test_a_pattern_is_a_safe_constant(judge: Judge, pattern: str, what: str) -> None:
    cel = f"this.buyer.name.matches({pattern})"
    assert [problem for problem in judge(PLACE, f'cel: "{cel}", else') if what in problem.message]


@pytest.mark.parametrize(
    ("cel", "column", "what"),
    [
        ("[1][5] == 1", 4, "This never has a value: there is no element 5."),
        ("[this.number, 2][2] > 1", 17, "This fails when there is no such element."),
        ("[1][this.number] == 1", 4, "This fails when there is no such element."),
        ("this.buyer.orders[0].number > 1", 18, "This fails when this.buyer.orders has no element 0."),
        ("this.buyer.orders.size() > 1 && this.buyer.orders[2].number > 1", 50, "has no element 2."),
        ("this.buyer.orders.map(x, x.number)[0] > 1", 35, "This fails when there is no such element."),
        ("{'open': 1}[this.status] == 1", 12, "This fails when there is no such element."),
        ("{'open': this.number}.paid == 1", 23, "This fails when there is no such element."),
        ("{this.status: 1, 'open': 2}['open'] == 1", 1, "The keys of this map may be the same."),
        ("{'a': 1, 'a': 2}.size() == 1", 1, "This never has a value: a map has the same key twice."),
        ("days(99999999999) > hours(1)", 1, "a duration leaves the range of 10,000 years."),
        ("this.due + days(3900000) > now()", 12, "a duration leaves the range of 10,000 years."),
        ("today() - days(3000000) < today()", 9, "a time leaves the years 1 to 9999."),
        ("add_months(this.due, 99999999) > now()", 1, "a time leaves the years 1 to 9999."),
        ("this.due + hours(80000000) > now()", 10, "a time leaves the years 1 to 9999."),
        ("date('9999-12-31') + days(1) > today()", 20, "a time leaves the years 1 to 9999."),
        ("timestamp(999999999999999) > now()", 1, "a duration leaves the range of 10,000 years."),
        ("9223372036854775807 + this.number * 0 + 9223372036854775807 * 2 > 0", 61, "the range of 64 bits."),
        ("int('99999999999999999999') > 0", 1, "'99999999999999999999' is no whole number."),
        (r"this.buyer.name == '\\u0000'", 20, "No text of a service holds NUL."),
    ],
)
def test_what_never_has_a_value_is_refused_where_it_stands(judge: Judge, cel: str, column: int, what: str) -> None:
    (problem,) = judge(PLACE, f'cel: "{cel}", else')
    assert problem.element == "entities.Order.rules.positive.cel"
    assert what in problem.message
    assert problem.hint
    assert (problem.line, problem.column) == (26, len('      positive: {cel: "') + column)


@pytest.mark.parametrize(
    "cel",
    [
        "[this.number, 2][1] > 1",
        "this.buyer.orders.size() > 0 && this.buyer.orders[0].number > 1",
        "this.buyer.orders.size() == 0 || this.buyer.orders[0].number > 1",
        "!(size(this.buyer.orders) < 2) && this.buyer.orders[1].number > 1",
        "1 < this.buyer.orders.size() ? this.buyer.orders[1].number > 1 : true",
        "{'open': 1, 'paid': 2}[this.status] == 1",
        "{'open': this.number}.open == 1",
        "this.due + days(36500) > now() && add_months(this.due, -1200) < now()",
        "[1, 2, 3][2] == this.number",
    ],
)
def test_what_surely_has_a_value_is_let_pass(judge: Judge, cel: str) -> None:
    assert [problem.message for problem in judge(PLACE, f'cel: "{cel}", else')] == []


def test_a_constant_that_takes_for_ever_is_not_worked_out(judge: Judge) -> None:
    many = "[1, 2, 3, 4, 5, 6, 7, 8, 9]"
    cel = "true"
    for depth in range(30):
        cel = f"{many}.all(x{depth}, {cel})"
    assert [problem.message for problem in judge(PLACE, f'cel: "{cel}", else')] == []
