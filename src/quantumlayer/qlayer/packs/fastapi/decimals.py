"""How many decimal places an expression can have, to round only where it is needed."""

from quantumlayer.qlayer.packs.fastapi.code import Code, Level
from quantumlayer.spec.cel import (
    Binary,
    Call,
    Checked,
    Comprehension,
    Conditional,
    Expr,
    Literal,
    Macro,
    Nullable,
    RecordType,
    Select,
    TakesType,
    Unary,
)
from quantumlayer.spec.model import FieldType, Spec

PLACES = {FieldType.MONEY: 2, FieldType.DECIMAL: 6}
_EXACT = 0
_ENDLESS = 1_000


def rounding(checked: Checked, kind: FieldType) -> str | None:
    """The source of a call that rounds the value (`{}`) half up to what the type keeps; None where it fits as it is."""
    if kind not in PLACES or _places(checked.expr, checked) <= PLACES[kind]:
        return None
    return "rounded({})" if kind is FieldType.MONEY else f"rounded({{}}, {PLACES[kind]})"


def _places(expr: Expr, checked: Checked) -> int:
    match expr:
        case Literal(value=value):
            exponent = getattr(value, "as_tuple", lambda: None)()
            return max(0, -int(exponent.exponent)) if exponent else _EXACT
        case Select():
            return _of_member(expr, checked)
        case Unary(operand=operand):
            return _places(operand, checked)
        case Binary(operator="*", left=left, right=right):
            return _places(left, checked) + _places(right, checked)
        case Binary(operator="+" | "-", left=left, right=right) | Conditional(then=left, otherwise=right):
            return max(_places(left, checked), _places(right, checked))
        case Call(function="min" | "max", target=None, args=args):
            return max(_places(arg, checked) for arg in args)
        case Call(function="sum" | "min" | "max", target=Comprehension(kind=Macro.MAP, body=body), args=args):
            return max(_places(part, checked) for part in (body, *args))
    return _ENDLESS if str(checked.type_of(expr)) == "decimal" else _EXACT


def never_negative(expr: Expr, checked: Checked) -> bool:
    """Whether a whole number is known to be 0 or more."""
    match expr:
        case Literal(value=int(value)):
            return value >= 0
        case Call(function="size" | "getDate" | "getFullYear" | "getDayOfWeek"):
            return True
        case Binary(operator="+" | "*" | "/", left=left, right=right):
            return never_negative(left, checked) and never_negative(right, checked)
        case Select(operand=operand):
            owner = checked.type_of(operand)
            if isinstance(owner, TakesType):
                field = checked.scope.inputs(owner).get(expr.field)
            elif isinstance(owner, RecordType):
                field = checked.scope.spec.entities[owner.entity].fields.get(expr.field)
            else:
                return False
            return field is not None and field.min is not None and field.min >= 0
    return False


def exact(code: Code, expr: Select, checked: Checked) -> Code:
    """What is read, a measurement as the decimal that it is written as: binary fractions do not mix with decimals."""
    if not is_measure(expr, checked):
        return code
    source = Code(f"Decimal(str({code.text}))")
    if not isinstance(checked.type_of(expr), Nullable):
        return source
    return Code(f"None if {code.at(Level.SUM)} is None else {source.text}", Level.CHOICE)


def is_measure(expr: Expr, checked: Checked) -> bool:
    """Whether it reads a value of the type `float`."""
    return isinstance(expr, Select) and _kind_of(expr, checked) is FieldType.FLOAT


def _of_member(expr: Select, checked: Checked) -> int:
    """The places of a field, a derived value or an input."""
    kind = _kind_of(expr, checked)
    return _ENDLESS if kind is FieldType.FLOAT else PLACES.get(kind, _EXACT) if kind is not None else _EXACT


def _kind_of(expr: Select, checked: Checked) -> FieldType | None:
    """The type of a field, a derived value or an input."""
    owner = checked.type_of(expr.operand)
    owner = owner.item if isinstance(owner, Nullable) else owner
    spec: Spec = checked.scope.spec
    if isinstance(owner, TakesType):
        item = checked.scope.inputs(owner).get(expr.field)
        return item.type if item is not None else None
    if isinstance(owner, RecordType):
        entity = spec.entities[owner.entity]
        part = entity.fields.get(expr.field) or entity.derived.get(expr.field)
        return part.type if part is not None else None
    return None
