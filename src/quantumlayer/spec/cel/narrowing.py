"""What a condition says about the values behind it, above all which of them are not null."""

from collections.abc import Callable
from typing import TypeVar

from quantumlayer.spec.cel.tree import Binary, Expr, Ident, Literal, Select, Unary

Path = tuple[str, ...]
"""A chain of selections from a name: `("this", "returned_on")`."""
Paths = frozenset[Path]
_NONE: Paths = frozenset()
_Fact = TypeVar("_Fact")


def path_of(expr: Expr) -> Path | None:
    """The path that an expression is, or None where it is anything else."""
    names: list[str] = []
    while isinstance(expr, Select):
        names.append(expr.field)
        expr = expr.operand
    return (expr.name, *reversed(names)) if isinstance(expr, Ident) else None


def present_if(condition: Expr, *, holds: bool) -> Paths:
    """The paths that are surely not null when the condition is true, or when it is false."""
    return proved_if(condition, _present, holds=holds)


def proved_if(condition: Expr, judge: Callable[[Expr, bool], frozenset[_Fact]], *, holds: bool) -> frozenset[_Fact]:
    """What is sure when the condition is true, or when it is false.

    Args:
        condition: The condition before `?`, or to the left of `&&` or `||`.
        judge: Says what one test without `!`, `&&` and `||` proves.
        holds: Whether the condition is true.
    """
    match condition:
        case Unary(operator="!", operand=operand):
            return proved_if(operand, judge, holds=not holds)
        case Binary(operator="&&" | "||" as operator, left=left, right=right):
            one, other = proved_if(left, judge, holds=holds), proved_if(right, judge, holds=holds)
            return one | other if holds == (operator == "&&") else one & other
    return judge(condition, holds)


def _present(test: Expr, holds: bool) -> Paths:  # noqa: FBT001 - called by position
    match test:
        case Binary(operator="==" | "!=" as operator, left=left, right=right) if holds == (operator == "!="):
            tested = left if _is_null(right) else right if _is_null(left) else None
            path = None if tested is None else path_of(tested)
            return _NONE if path is None else frozenset({path})
    return _NONE


def _is_null(expr: Expr) -> bool:
    return isinstance(expr, Literal) and expr.value is None
