"""The tree of an expression: what the parser makes and every compiler reads.

Nodes are compared by identity, so that a node is a key under which its type can be kept. `line` and `column` count from
1 and name the place a person would look at: the operator, the selected name, the function's name. `has(a.b)` arrives
as `a.b != null`, a negative number as one literal.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from enum import StrEnum
from typing import Any


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """A place in the text."""

    line: int
    column: int


@dataclass(frozen=True, slots=True, eq=False)
class Literal(Node):
    """A constant: null, a bool, a whole number, a decimal or a text."""

    value: bool | int | Decimal | str | None


@dataclass(frozen=True, slots=True, eq=False)
class Ident(Node):
    """A name from the scope or a comprehension's variable."""

    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Select(Node):
    """`operand.field`."""

    operand: "Expr"
    field: str


@dataclass(frozen=True, slots=True, eq=False)
class Index(Node):
    """`operand[index]`."""

    operand: "Expr"
    index: "Expr"


@dataclass(frozen=True, slots=True, eq=False)
class Call(Node):
    """`function(args)` or `target.function(args)`."""

    function: str
    target: "Expr | None"
    args: "tuple[Expr, ...]"


@dataclass(frozen=True, slots=True, eq=False)
class Unary(Node):
    """`!operand` or `-operand`."""

    operator: str
    operand: "Expr"


@dataclass(frozen=True, slots=True, eq=False)
class Binary(Node):
    """`left operator right`: `+ - * / % == != < <= > >= && || in`."""

    operator: str
    left: "Expr"
    right: "Expr"


@dataclass(frozen=True, slots=True, eq=False)
class Conditional(Node):
    """`condition ? then : otherwise`."""

    condition: "Expr"
    then: "Expr"
    otherwise: "Expr"


@dataclass(frozen=True, slots=True, eq=False)
class ListNode(Node):
    """`[a, b]`."""

    items: "tuple[Expr, ...]"


@dataclass(frozen=True, slots=True, eq=False)
class MapNode(Node):
    """`{'key': value}`."""

    entries: "tuple[tuple[Expr, Expr], ...]"


class Macro(StrEnum):
    """What a comprehension makes of its range."""

    ALL = "all"
    EXISTS = "exists"
    EXISTS_ONE = "exists_one"
    FILTER = "filter"
    MAP = "map"


@dataclass(frozen=True, slots=True, eq=False)
class Comprehension(Node):
    """`range.kind(variable, body)`.

    `body` is the condition or, for `map`, the value. `where` is there only for `range.map(variable, where, body)`,
    which leaves out the items for which it is false.
    """

    kind: Macro
    range: "Expr"
    variable: str
    body: "Expr"
    where: "Expr | None" = None


Expr = (
    Literal | Ident | Select | Index | Call | Unary | Binary | Conditional | ListNode | MapNode | Comprehension
)  # exactly the classes above, so that `match` is exhaustive


def children(expr: Expr) -> tuple[Expr, ...]:
    """The direct parts of a node, in the order of the text."""
    match expr:
        case Literal() | Ident():
            return ()
        case Select(operand=operand) | Unary(operand=operand):
            return (operand,)
        case Index(operand=operand, index=index):
            return (operand, index)
        case Call(target=target, args=args):
            return args if target is None else (target, *args)
        case Binary(left=left, right=right):
            return (left, right)
        case Conditional(condition=condition, then=then, otherwise=otherwise):
            return (condition, then, otherwise)
        case ListNode(items=items):
            return items
        case MapNode(entries=entries):
            return tuple(part for entry in entries for part in entry)
        case Comprehension(range=items, body=body, where=where):
            return (items, body) if where is None else (items, where, body)


def walk(expr: Expr) -> Iterator[Expr]:
    """The node and everything below it, parents first."""
    yield expr
    for child in children(expr):
        yield from walk(child)


def operands(expr: Expr, operator: str) -> list[Expr]:
    """The operands of a chain of one operator (`&&`, `||`), however nested; the expression itself if it is none."""
    if isinstance(expr, Binary) and expr.operator == operator:
        return [*operands(expr.left, operator), *operands(expr.right, operator)]
    return [expr]


def exchanged(expr: Expr, old: Expr, new: Expr, copies: dict[Expr, Expr]) -> Expr:
    """The tree with another node in the place of `old`; `copies` learns which nodes around it were made anew."""

    def inside(value: object) -> object:
        if isinstance(value, tuple):
            return tuple(inside(item) for item in value)
        return exchanged(value, old, new, copies) if isinstance(value, Expr) else value

    if expr is old:
        return new
    if all(one is not old for one in walk(expr)):
        return expr
    parts: dict[str, Any] = {part.name: inside(getattr(expr, part.name)) for part in fields(expr)}
    copy: Expr = replace(expr, **parts)
    copies[copy] = expr
    return copy
