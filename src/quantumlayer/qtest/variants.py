"""Ways in which a service may get an expression wrong so that most worlds do not show it.

A value looks like the number 1, the sum like the number of items, a border like the one beside it, a conditional like
one of its branches. Whoever chooses worlds looks for those in which each of these gives something else.
"""

from collections.abc import Iterator
from dataclasses import replace

from quantumlayer.spec.cel import (
    DECIMAL,
    INT,
    Binary,
    Call,
    Checked,
    Comprehension,
    Conditional,
    Expr,
    ListNode,
    Literal,
    Macro,
    MemberKind,
    RecordType,
    Select,
    Unary,
    walk,
)

STRICT = {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}
"""What each comparison is taken for."""

_NUMBERS = (INT, DECIMAL)
_ARITHMETIC = frozenset({"+", "-", "*", "/"})
_LESSER = frozenset({"min", "max"})


def variants(checked: Checked) -> list[Checked]:
    """The expression with one part of it misread, in each way that is worth telling apart."""
    return [checked.with_part(old, new) for node in walk(checked.expr) for old, new in _misread(checked, node)]


def _misread(checked: Checked, node: Expr) -> Iterator[tuple[Expr, Expr]]:
    match node:
        case Binary(operator=operator) if operator in STRICT:
            yield node, replace(node, operator=STRICT[operator])
        case Binary(operator=operator, left=left, right=right) if operator in _ARITHMETIC:
            yield from _shorter(checked, node, left, right)
        case Conditional(then=then, otherwise=otherwise):
            yield from ((node, then), (node, otherwise))
        case Call(function=name, target=target, args=args) if name in _LESSER:
            several = args if target is None and len(args) == 2 else ()
            for one, other in zip(several, reversed(several), strict=True):
                yield node, one
                yield node, _or_nothing(node, name, one, other)
        case Call(function="sum", target=target) if target is not None:
            yield node, replace(node, function="max", args=(Literal(node.line, node.column, value=0),))
        case Comprehension(kind=Macro.MAP, body=body) if _is_number(checked, body) and not isinstance(body, Select):
            yield body, _one(body)
        case Select() if _is_number(checked, node):
            yield node, _one(node)
            yield node, Literal(node.line, node.column, value=0)


def _shorter(checked: Checked, node: Binary, left: Expr, right: Expr) -> Iterator[tuple[Expr, Expr]]:
    """A sum or a product without one of its parts; that of a number is left to whoever takes it for 1."""
    for part, rest in ((right, left), (left, right)):
        alone = node.operator in {"*", "/"} and isinstance(part, Select)
        negative = part is left and node.operator in {"-", "/"}
        if not alone and not negative and checked.type_of(rest) == checked.type_of(node):
            yield node, rest


def _or_nothing(node: Call, name: str, one: Expr, other: Expr) -> Expr:
    """The one of two values that a call gives only where it is that one, and 0 else."""
    line, column = node.line, node.column
    first = Binary(line, column, "<" if name == "min" else ">", one, other)
    return Conditional(line, column, first, one, Literal(line, column, value=0))


def _is_number(checked: Checked, node: Expr) -> bool:
    return checked.type_of(node) in _NUMBERS and not isinstance(node, Literal)


def _one(node: Expr) -> Literal:
    return Literal(node.line, node.column, value=1)


def widened(checked: Checked) -> list[Checked]:
    """The expression with one more state of a record let through, or kept out, where it asks for some."""
    return [checked.with_part(old, new) for node in walk(checked.expr) for old, new in _other_states(checked, node)]


def _other_states(checked: Checked, node: Expr) -> Iterator[tuple[Expr, Expr]]:
    if not isinstance(node, Binary) or node.operator not in {"==", "!=", "in"} or not isinstance(node.left, Select):
        return
    items = node.right.items if isinstance(node.right, ListNode) else (node.right,)
    named = [one.value for one in items if isinstance(one, Literal)]
    line, column = node.line, node.column
    for other in _choices(checked, node.left) if len(named) == len(items) else ():
        if other not in named:
            more = ListNode(line, column, (*items, Literal(line, column, value=other)))
            among = Binary(line, column, "in", node.left, more)
            yield node, Unary(line, column, "!", among) if node.operator == "!=" else among


def _choices(checked: Checked, node: Select) -> tuple[str, ...]:
    """The states of a record, where a selection gives its state."""
    member, owner = checked.member_of(node), checked.type_of(node.operand)
    if member is None or member.kind is not MemberKind.STATE or not isinstance(owner, RecordType):
        return ()
    states = checked.scope.spec.entities[owner.entity].states
    return () if states is None else tuple(states.values)
