"""What a condition says about which values are not null."""

from quantumlayer.spec.cel.tree import Binary, Expr, Ident, Literal, Select, Unary

Path = tuple[str, ...]
"""A chain of selections from a name: `("this", "returned_on")`."""
Paths = frozenset[Path]
_NONE: Paths = frozenset()


def path_of(expr: Expr) -> Path | None:
    """The path that an expression is, or None where it is anything else."""
    names: list[str] = []
    while isinstance(expr, Select):
        names.append(expr.field)
        expr = expr.operand
    return (expr.name, *reversed(names)) if isinstance(expr, Ident) else None


def present_if(condition: Expr, *, holds: bool) -> Paths:
    """The paths that are surely not null when the condition is true, or when it is false."""
    match condition:
        case Unary(operator="!", operand=operand):
            return present_if(operand, holds=not holds)
        case Binary(operator="&&" | "||" as operator, left=left, right=right):
            one, other = present_if(left, holds=holds), present_if(right, holds=holds)
            return one | other if holds == (operator == "&&") else one & other
        case Binary(operator="==" | "!=" as operator, left=left, right=right) if holds == (operator == "!="):
            tested = left if _is_null(right) else right if _is_null(left) else None
            path = None if tested is None else path_of(tested)
            return _NONE if path is None else frozenset({path})
    return _NONE


def _is_null(expr: Expr) -> bool:
    return isinstance(expr, Literal) and expr.value is None
