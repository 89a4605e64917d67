"""Stored derived values as Python: the factories must keep what the service would."""

from collections.abc import Mapping
from decimal import Decimal

from quantumlayer.qtest.literals import source
from quantumlayer.spec.cel import Binary, Call, Conditional, Expr, Ident, Literal, Select, Unary, parse
from quantumlayer.spec.model import FieldType

_OPERATORS = {"&&": "and", "||": "or", **{word: word for word in ("+", "-", "*", "==", "!=", "<", "<=", ">", ">=")}}
_UNITS = frozenset({"days", "hours", "minutes"})


_STEPS = {FieldType.MONEY: Decimal("0.01"), FieldType.DECIMAL: Decimal("0.000001")}


def python(cel: str, names: Mapping[str, str], kind: FieldType) -> str | None:
    """The expression over a record's own fields as Python, each field by its variable; nothing if it says more."""
    try:
        value = _python(parse(cel), names)
    except _TooMuchError:
        return None
    # Only products have more places than what they are made of.
    return f"({value}).quantize({source(_STEPS[kind])}, ROUND_HALF_UP)" if kind in _STEPS and "*" in value else value


class _TooMuchError(Exception):
    """The expression uses what a factory cannot work out."""


def _python(expr: Expr, names: Mapping[str, str]) -> str:
    match expr:
        case Literal(value=value):
            return source(value)
        case Select(operand=Ident(name="this"), field=field) if field in names:
            return names[field]
        case Unary(operator=operator, operand=operand):
            return f"{'not ' if operator == '!' else '-'}{_inner(operand, names)}"
        case Binary(operator="==" | "!=" as operator, left=left, right=Literal(value=None)):
            return f"{_inner(left, names)} {'is' if operator == '==' else 'is not'} None"
        case Binary(operator=operator, left=left, right=right) if operator in _OPERATORS:
            return f"{_inner(left, names)} {_OPERATORS[operator]} {_inner(right, names)}"
        case Conditional(condition=condition, then=then, otherwise=otherwise):
            return f"{_inner(then, names)} if {_inner(condition, names)} else {_inner(otherwise, names)}"
        case Call(function=function, args=(amount,)) if function in _UNITS:
            return f"timedelta({function}={_python(amount, names)})"
        case Call(function="min" | "max" as function, args=(left, right)):
            return f"{function}({_python(left, names)}, {_python(right, names)})"
        case _:
            raise _TooMuchError


def _inner(expr: Expr, names: Mapping[str, str]) -> str:
    said = _python(expr, names)
    return f"({said})" if isinstance(expr, Binary | Conditional) else said
