"""A plan is a graph without circles whose tasks exist."""

import pytest
from pydantic import ValidationError

from quantumlayer.core.plan import Plan, Task, Tier


def plan(*needs: tuple[str, tuple[str, ...]]) -> Plan:
    tasks = tuple(Task(id=name, kind="k", title=name, needs=other) for name, other in needs)
    return Plan(tier=Tier.SIMPLE, lines=1, tasks=tasks)


def test_a_graph_without_circles() -> None:
    assert [task.id for task in plan(("a", ()), ("b", ("a",)), ("c", ("a", "b"))).tasks] == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("needs", "message"),
    [
        ([("a", ("b",)), ("b", ("a",))], "need each other in a circle"),
        ([("a", ("a",))], "need each other in a circle"),
        ([("a", ("x",))], "need unknown tasks: \\['x'\\]"),
        ([("a", ()), ("a", ())], "two tasks have the same id"),
    ],
)
def test_a_broken_graph_is_refused(needs: list[tuple[str, tuple[str, ...]]], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        plan(*needs)


def test_a_plan_survives_json() -> None:
    made = plan(("a", ()), ("b", ("a",)))
    assert Plan.model_validate_json(made.model_dump_json()) == made
