from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from quantumlayer.qtest.readings import spans
from quantumlayer.spec.load import load_spec

LIBRARY = Path(__file__).parents[3] / "examples" / "town-library.spec.yaml"

Written = Callable[[str], dict[str, str]]


def test_spans_are_those_of_the_spec_alone_and_two_together() -> None:
    found = spans(load_spec(LIBRARY).spec)
    assert found == {timedelta(days=days) for days in (0, 14, 21, 28, 35, 42)}


def test_what_is_set_shows_from_which_day_it_was_counted(written: Written) -> None:
    """On 25 March the new day would be 35 days after the loan began, which is 21 and 14."""
    test = written(LIBRARY.read_text(encoding="utf-8"))["member_may_renew"]
    assert "make.loan(member=member, due_on=date(2026, 3, 5))" in test
    assert '"due_on": "2026-03-19"' in test


def test_what_an_operation_makes_names_the_records_that_it_refers_to(written: Written) -> None:
    test = written(LIBRARY.read_text(encoding="utf-8"))["member_may_borrow"]
    assert '"member_id": member.id' in test


METER = """
spec: 1
service: {name: meter}
roles: {keeper: }
entities:
  Meter:
    fields:
      stand: {type: int}
      factor: {type: int}
    access: [{who: keeper, may: [create, read]}]
operations:
  turn:
    on: Meter
    by: keeper
    takes: {amount: {type: int}}
    sets: {stand: EXPRESSION}
"""


@pytest.mark.parametrize(
    ("expression", "others"),
    [("this.stand + takes.amount", ["-"]), ("this.stand * this.factor", ["+"]), ("this.stand - takes.amount", ["+"])],
)
def test_what_is_set_shows_by_which_operator(written: Written, expression: str, others: list[str]) -> None:
    test = written(METER.replace("EXPRESSION", expression))["keeper_may_turn"]
    held = {"this.stand": 2, "this.factor": 2, "takes.amount": 2}
    for name, mark in (("this.stand", "stand="), ("this.factor", "factor="), ("takes.amount", '{"amount": ')):
        if mark in test:
            held[name] = int(test.split(mark)[1].split(",")[0].split(")")[0].split("}")[0])
    left, operator, right = expression.split()

    def worked_out(by: str) -> int:
        one, other = held[left], held[right]
        return {"+": one + other, "-": one - other, "*": one * other}[by]

    assert f'"stand": {worked_out(operator)}}}' in test
    assert all(worked_out(other) != worked_out(operator) for other in others)
