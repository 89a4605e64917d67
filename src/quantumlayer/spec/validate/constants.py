"""Judges the constant parts of expressions: what has no value whenever it is worked out is wrong where it stands."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from quantumlayer.spec.cel import (
    DATE,
    TIMESTAMP,
    Binary,
    Call,
    CelRuntimeError,
    Checked,
    Comprehension,
    Expr,
    Ident,
    Literal,
    World,
    children,
    evaluate,
    walk,
)
from quantumlayer.spec.cel.runtime import add_months, moved
from quantumlayer.spec.errors import Problem

_THEN = datetime(2026, 3, 1, 12, tzinfo=UTC)
"""From here constant spans are tried: one that leaves the calendar is of no use anywhere."""
_CLOCK = frozenset({"today", "now"})


def judge_constants(address: str, checked: Checked) -> Iterator[Problem]:
    """The smallest constant parts that have no value, spans that lead out of the calendar, and texts with NUL."""
    yield from _judge(address, checked, checked.expr)


def constant(checked: Checked, expr: Expr) -> object:
    """The value of a part that is the same for every record, caller and moment; None if it has none or is none."""
    try:
        return _worked_out(checked, expr) if is_constant(expr) else None
    except CelRuntimeError:
        return None


def is_constant(expr: Expr, *, clock: bool = False) -> bool:
    """Whether a part reads nothing but constants, or with `clock` the clock too.

    One with several comprehensions counts as none: how long it takes to work out has no bound.
    """
    nodes = list(walk(expr))
    bound = {node.variable for node in nodes if isinstance(node, Comprehension)}
    return (
        sum(isinstance(node, Comprehension) for node in nodes) <= 1
        and all(node.name in bound | {"timezone"} for node in nodes if isinstance(node, Ident))
        and (clock or not any(isinstance(node, Call) and node.function in _CLOCK for node in nodes))
    )


def _judge(address: str, checked: Checked, expr: Expr) -> Iterator[Problem]:
    if isinstance(expr, Literal):
        if isinstance(expr.value, str) and "\0" in expr.value:
            yield Problem(
                address, "No text of a service holds NUL.", "Leave the character out.", expr.line, expr.column
            )
        return
    below = [problem for child in children(expr) for problem in _judge(address, checked, child)]
    yield from below
    if not below and (fault := _fault(checked, expr)):
        yield Problem(address, f"This never has a value: {fault}.", "Correct the constant.", expr.line, expr.column)


def _fault(checked: Checked, expr: Expr) -> str:
    """Why a part has no value whatever the records hold; empty if it may have one."""
    try:
        if is_constant(expr, clock=True):
            _worked_out(checked, expr)
        elif isinstance(expr, Binary | Call) and checked.type_of(expr) in {DATE, TIMESTAMP}:
            _move(checked, expr)
    except CelRuntimeError as error:
        return error.what.removesuffix(".")
    return ""


def _move(checked: Checked, expr: Binary | Call) -> None:
    """Moves a moment by the constant span that a record's moment is moved by."""
    held = [constant(checked, part) for part in children(expr)]
    span = next((value for value in held if isinstance(value, timedelta)), None)
    if isinstance(expr, Binary) and span is not None:
        moved(_THEN, -span if expr.operator == "-" else span)
    elif isinstance(expr, Call) and expr.function == "add_months" and isinstance(held[1], int):
        add_months(_THEN, held[1])


def _worked_out(checked: Checked, expr: Expr) -> object:
    part = replace(checked, expr=expr, type=checked.type_of(expr))
    return evaluate(part, World(checked.scope.spec, _THEN))
