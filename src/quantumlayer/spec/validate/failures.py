"""Judges whether an expression can fail when it is worked out: divided by zero, or text that is no number or date."""

import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from quantumlayer.spec.cel import (
    STRING,
    Binary,
    Call,
    Checked,
    Comprehension,
    Conditional,
    Expr,
    Ident,
    Literal,
    Nullable,
    RecordType,
    Select,
    TakesType,
    Unary,
    children,
)
from quantumlayer.spec.cel.narrowing import proved_if
from quantumlayer.spec.errors import Problem
from quantumlayer.spec.model import Field

_DIVISIONS = frozenset({"/", "%"})
_CONVERSIONS = frozenset({"int", "bool", "date", "timestamp", "duration"})
_COMPARED: Mapping[str, Callable[[Decimal, Decimal], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_LABELS = ("value", "name", "field", "function", "operator", "kind", "variable")

Shape = tuple[object, ...]
"""What an expression says, wherever it stands: two of one shape have one value where their names mean the same."""


@dataclass(frozen=True, slots=True)
class _Sure:
    """What the conditions around a place prove: shapes that are not zero, and texts that match a pattern."""

    nonzero: frozenset[Shape] = frozenset()
    matching: frozenset[Shape] = frozenset()

    def when(self, condition: Expr, *, holds: bool) -> "_Sure":
        return _Sure(
            self.nonzero | proved_if(condition, _nonzero, holds=holds),
            self.matching | proved_if(condition, _matching, holds=holds),
        )


def judge_failures(address: str, checked: Checked) -> Iterator[Problem]:
    """Divisions by what may be zero, and conversions of text that nothing was asked about."""
    yield from _Judge(address, checked).judge(checked.expr, _Sure())


@dataclass(frozen=True, slots=True)
class _Judge:
    address: str
    checked: Checked

    def judge(self, expr: Expr, sure: _Sure) -> Iterator[Problem]:
        match expr:
            case Binary(operator="&&" | "||" as joint, left=left, right=right):
                yield from self.judge(left, sure)
                yield from self.judge(right, sure.when(left, holds=joint == "&&"))
                return
            case Conditional(condition=condition, then=then, otherwise=otherwise):
                yield from self.judge(condition, sure)
                yield from self.judge(then, sure.when(condition, holds=True))
                yield from self.judge(otherwise, sure.when(condition, holds=False))
                return
            case Comprehension():
                yield from self._comprehension(expr, sure)
                return
            case Binary(right=right) if expr.operator in _DIVISIONS and not self._is_nonzero(right, sure):
                yield self._division(expr)
            case Call(function=function, args=(text,)) if function in _CONVERSIONS and self._may_misfit(text, sure):
                yield self._conversion(function, text)
        for child in children(expr):
            yield from self.judge(child, sure)

    def _comprehension(self, expr: Comprehension, sure: _Sure) -> Iterator[Problem]:
        yield from self.judge(expr.range, sure)
        bound = shape(Ident(0, 0, expr.variable))
        inner = _Sure(
            *(frozenset(one for one in facts if not _mentions(one, bound)) for facts in (sure.nonzero, sure.matching))
        )
        if expr.where is not None:
            yield from self.judge(expr.where, inner)
            inner = inner.when(expr.where, holds=True)
        yield from self.judge(expr.body, inner)

    def _is_nonzero(self, expr: Expr, sure: _Sure) -> bool:
        if shape(expr) in sure.nonzero:
            return True
        low, high = self._bounds(expr)
        return (low is not None and low > 0) or (high is not None and high < 0)

    def _bounds(self, expr: Expr) -> tuple[Decimal | None, Decimal | None]:
        """The smallest and the largest value that a number can have, where that is known."""
        match expr:
            case Literal(value=int() | Decimal() as value):
                return Decimal(value), Decimal(value)
            case Unary(operator="-", operand=operand):
                low, high = self._bounds(operand)
                return (None if high is None else -high), (None if low is None else -low)
            case Binary(operator="+", left=left, right=right):
                pairs = zip(self._bounds(left), self._bounds(right), strict=True)
                low, high = (None if one is None or other is None else one + other for one, other in pairs)
                return low, high
            case Call(function="size"):
                return Decimal(0), None
            case Select() if (field := self._field(expr)) is not None:
                numbers = [one for one in field.one_of if isinstance(one, int)]
                least, most = (min(numbers), max(numbers)) if numbers else (field.min, field.max)
                low, high = None if least is None else Decimal(least), None if most is None else Decimal(most)
                return (low, high) if self.checked.type_of(expr) != STRING else (None, None)
        return None, None

    def _may_misfit(self, text: Expr, sure: _Sure) -> bool:
        if self.checked.type_of(text) != STRING or isinstance(text, Literal) or shape(text) in sure.matching:
            return False
        field = self._field(text) if isinstance(text, Select) else None
        return field is None or not (field.pattern or field.one_of)

    def _field(self, node: Select) -> Field | None:
        owner = self.checked.type_of(node.operand)
        spec = self.checked.scope.spec
        match owner.item if isinstance(owner, Nullable) else owner:
            case TakesType(operation=operation):
                return spec.operations[operation].takes.get(node.field)
            case RecordType(entity=entity):
                return spec.entities[entity].fields.get(node.field)
        return None

    def _division(self, expr: Binary) -> Problem:
        divisor = _shown(expr.right)
        if isinstance(expr.right, Literal):
            return self._problem("This divides by 0.", "Write another divisor.", expr)
        message = f"This fails when {divisor or 'the divisor'} is 0."
        hint = (
            f"Write `{divisor} == 0 ? 0 : ... {expr.operator} {divisor}`, or `{divisor} != 0 && ...`."
            if divisor
            else "Ask before whether the divisor is 0: `(divisor) == 0 ? 0 : ...`."
        )
        return self._problem(message, hint, expr)

    def _conversion(self, function: str, text: Expr) -> Problem:
        shown = _shown(text) or "the text"
        message = f"This fails when {shown} is no text that {function}() can read."
        return self._problem(message, f"Ask before: `{shown}.matches('^...$') && ...`, or `? ... : ...`.", text)

    def _problem(self, message: str, hint: str, place: Expr) -> Problem:
        return Problem(self.address, message, hint, place.line, place.column)


def _nonzero(test: Expr, holds: bool) -> frozenset[Shape]:  # noqa: FBT001 - called by position
    """What a comparison with a number proves not to be zero: what would give another answer if it were."""
    if not isinstance(test, Binary) or test.operator not in _COMPARED:
        return frozenset()
    compare = _COMPARED[test.operator]
    left, right = _number(test.left), _number(test.right)
    if right is not None and compare(Decimal(0), right) != holds:
        return frozenset({shape(test.left)})
    if left is not None and compare(left, Decimal(0)) != holds:
        return frozenset({shape(test.right)})
    return frozenset()


def _matching(test: Expr, holds: bool) -> frozenset[Shape]:  # noqa: FBT001 - called by position
    if holds and isinstance(test, Call) and test.function == "matches" and test.target is not None:
        return frozenset({shape(test.target)})
    return frozenset()


def _number(expr: Expr) -> Decimal | None:
    value = expr.value if isinstance(expr, Literal) else None
    return Decimal(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else None


def shape(expr: Expr) -> Shape:
    """What an expression says, without where it stands."""
    labels = (repr(getattr(expr, label)) for label in _LABELS if hasattr(expr, label))
    return (type(expr).__name__, *labels, *map(shape, children(expr)))


def _mentions(known: Shape, part: Shape) -> bool:
    return known == part or any(isinstance(one, tuple) and _mentions(one, part) for one in known)


def _shown(expr: Expr) -> str:
    """A short expression as a person would write it; empty where it is longer."""
    match expr:
        case Ident(name=name):
            return name
        case Select(operand=operand, field=field) if shown := _shown(operand):
            return f"{shown}.{field}"
        case Call(function=function, target=target, args=()) if target is not None and (shown := _shown(target)):
            return f"{shown}.{function}()"
    return ""
