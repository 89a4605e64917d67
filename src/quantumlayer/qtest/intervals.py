"""The bounds of a number that an expression gives, found without evaluating it; never narrower than the truth."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from quantumlayer.spec.cel import (
    Binary,
    Call,
    Checked,
    Conditional,
    Expr,
    Literal,
    MemberKind,
    Nullable,
    RecordType,
    Scope,
    Select,
    Unary,
    compile_cel,
)
from quantumlayer.spec.model import Spec

Limit = Decimal | None


@dataclass(frozen=True, slots=True)
class Interval:
    """The least and the greatest value, both possible; None where there is no known bound."""

    low: Limit = None
    high: Limit = None


def interval(spec: Spec, checked: Checked) -> Interval:
    """The bounds of a whole expression."""
    return _of(spec, checked, checked.expr)


def _of(spec: Spec, checked: Checked, expr: Expr) -> Interval:
    match expr:
        case Literal(value=int() | Decimal() as value) if not isinstance(value, bool):
            return Interval(Decimal(value), Decimal(value))
        case Unary(operator="-", operand=operand):
            inner = _of(spec, checked, operand)
            return Interval(_negated(inner.high), _negated(inner.low))
        case Conditional(then=then, otherwise=otherwise):
            one, other = _of(spec, checked, then), _of(spec, checked, otherwise)
            return Interval(_both(min, one.low, other.low), _both(max, one.high, other.high))
        case Call(function="size"):
            return Interval(Decimal(0), None)
        case Call(function="min" | "max" as function, args=(left, right)):
            return _extreme(function, _of(spec, checked, left), _of(spec, checked, right))
        case Binary(operator=operator, left=left, right=right):
            return _combined(operator, _of(spec, checked, left), _of(spec, checked, right))
        case Select():
            return _selected(spec, checked, expr)
        case _:
            return Interval()


def _extreme(function: str, one: Interval, other: Interval) -> Interval:
    if function == "min":
        return Interval(_both(min, one.low, other.low), _either(min, one.high, other.high))
    return Interval(_either(max, one.low, other.low), _both(max, one.high, other.high))


def _combined(operator: str, one: Interval, other: Interval) -> Interval:
    match operator:
        case "+":
            return Interval(_both(Decimal.__add__, one.low, other.low), _both(Decimal.__add__, one.high, other.high))
        case "-":
            return Interval(_both(Decimal.__sub__, one.low, other.high), _both(Decimal.__sub__, one.high, other.low))
        case "*" if one.low is not None and other.low is not None and one.low >= 0 and other.low >= 0:
            return Interval(one.low * other.low, _both(Decimal.__mul__, one.high, other.high))
        case _:
            return Interval()


def _selected(spec: Spec, checked: Checked, expr: Select) -> Interval:
    member, owner = checked.member_of(expr), checked.type_of(expr.operand)
    if isinstance(owner, Nullable):
        owner = owner.item
    if member is None or not isinstance(owner, RecordType):
        return Interval()
    entity = spec.entities[owner.entity]
    if member.kind is MemberKind.DERIVED:
        return interval(spec, compile_cel(entity.derived[expr.field].cel, Scope.for_derived(spec, owner.entity)))
    item = entity.fields.get(expr.field)
    if item is None:
        return Interval()
    return Interval(None if item.min is None else Decimal(item.min), None if item.max is None else Decimal(item.max))


def _negated(value: Limit) -> Limit:
    return None if value is None else -value


def _both(combine: Callable[[Decimal, Decimal], Decimal], one: Limit, other: Limit) -> Limit:
    """Known only if both are."""
    return None if one is None or other is None else combine(one, other)


def _either(choose: Callable[[Decimal, Decimal], Decimal], one: Limit, other: Limit) -> Limit:
    """Known if one of them is."""
    if one is None or other is None:
        return one if other is None else other
    return choose(one, other)
