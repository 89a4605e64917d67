"""CEL's functions as Python: what each call becomes, given the sources of its arguments."""

from collections.abc import Sequence
from datetime import timedelta

from quantumlayer.qlayer.packs.fastapi.code import Code, Level, UnsupportedError
from quantumlayer.spec.cel import BOOL, DATE, DECIMAL, DURATION, INT, STRING, TIMESTAMP, Call, Expr, Literal, Type
from quantumlayer.spec.cel.runtime import parsed_duration, seconds

_UNITS = frozenset({"days", "hours", "minutes"})
_SAME_NAME = frozenset({"today", "now", "min", "max", "days_between", "add_months", "time_of_day"})
_PARTS = {
    "getFullYear": ("year", Level.ATOM),
    "getMonth": ("month - 1", Level.SUM),
    "getDate": ("day", Level.ATOM),
    "getDayOfMonth": ("day - 1", Level.SUM),
    "getDayOfWeek": ("isoweekday() % 7", Level.PRODUCT),
    "getDayOfYear": ("timetuple().tm_yday - 1", Level.SUM),
    "getHours": ("hour", Level.ATOM),
    "getMinutes": ("minute", Level.ATOM),
    "getSeconds": ("second", Level.ATOM),
    "getMilliseconds": ("microsecond // 1000", Level.PRODUCT),
}
_SPANS = {"getHours": "hours=1", "getMinutes": "minutes=1", "getSeconds": "seconds=1"}
_TEXTS = {
    INT: "str({})",
    STRING: "{}",
    DECIMAL: 'format({}, "f")',
    BOOL: "str({}).lower()",
    DATE: "{}.isoformat()",
}
_WHOLES = {INT: "{}", DECIMAL: "int({})", STRING: "int({})", TIMESTAMP: "int({}.timestamp())"}
_INSTANTS = {
    TIMESTAMP: "{}",
    STRING: "dt.datetime.fromisoformat({})",
    INT: "dt.datetime.fromtimestamp({}, UTC)",
}


def called(expr: Call, args: Sequence[Code], kinds: Sequence[Type]) -> Code:
    """A function without a target, from the sources and types of its arguments.

    Raises:
        UnsupportedError: It has no counterpart.
    """
    sources = [arg.text for arg in args]
    name = expr.function
    if name in _UNITS:
        return Code(f"timedelta({name}={sources[0]})")
    if name in _SAME_NAME:
        return Code(f"{name}({', '.join(sources)})")
    if name == "size":
        return Code(f"len({sources[0]})")
    if name == "matches":
        return _matches(sources[0], sources[1])
    return _converted(expr, args[0], kinds[0])


def _converted(expr: Call, arg: Code, kind: Type) -> Code:
    """`int(x)`, `string(x)` and the like."""
    name = expr.function
    table = {"string": _TEXTS, "int": _WHOLES, "timestamp": _INSTANTS}.get(name, {})
    if kind in table:
        source = table[kind]
        return arg if source == "{}" else Code(source.format(arg.at(Level.ATOM)))
    if (name, kind) in {("bool", BOOL), ("duration", DURATION)}:
        return arg
    if name == "date":
        return Code(f"dt.date.fromisoformat({arg.text})")
    if name == "duration" and isinstance(expr.args[0], Literal):
        return Code(f"timedelta(seconds={parsed_duration(str(expr.args[0].value)).total_seconds():g})")
    message = f"`{name}` of a {kind}"
    raise UnsupportedError(message)


def method(name: str, target: Code, held: Type, args: Sequence[Code], exprs: Sequence[Expr]) -> Code:
    """A function with a target that is no collection.

    Raises:
        UnsupportedError: It has no counterpart.
    """
    source = target.at(Level.ATOM)
    match name:
        case "startsWith" | "endsWith":
            return Code(f"{source}.{name.lower()}({args[0].text})")
        case "contains":
            return Code(f"{args[0].at(Level.SUM)} in {target.at(Level.SUM)}", Level.COMPARE)
        case "matches":
            return _matches(target.text, args[0].text)
        case "size":
            return Code(f"len({target.text})")
    if held == DURATION:
        return _of_span(name, target)
    if held == TIMESTAMP:
        source = f"{source}.astimezone({_zone(args, exprs)})"
    part, level = _PARTS[name]
    return Code(f"{source}.{part}", level)


def by_whole_days(operator: str, span: Expr, code: Code) -> tuple[str, Code]:
    """How a day is moved by a span: Python drops what is left of its days, which is to be rounded down."""
    if isinstance(span, Call) and span.function == "days":
        return operator, code
    if (constant := _constant_span(span)) is not None:
        days = (constant if operator == "+" else -constant).days
        return "-" if days < 0 else "+", Code(f"timedelta(days={abs(days)})")
    return "+", code if operator == "+" else Code(f"-{code.at(Level.SIGN)}", Level.SIGN)


def _constant_span(span: Expr) -> timedelta | None:
    match span:
        case Call(function="hours" | "minutes" as unit, target=None, args=(Literal(value=int(count)),)):
            return seconds(count, 3600 if unit == "hours" else 60)
        case Call(function="duration", target=None, args=(Literal(value=str(text)),)):
            return parsed_duration(text)
    return None


def _matches(text: str, pattern: str) -> Code:
    return Code(f"re.search({pattern}, {text}) is not None", Level.COMPARE)


def _of_span(name: str, target: Code) -> Code:
    if name not in _SPANS:
        message = f"`.{name}()` of a duration"
        raise UnsupportedError(message)
    return Code(f"int({target.at(Level.PRODUCT)} / timedelta({_SPANS[name]}))")


def _zone(args: Sequence[Code], exprs: Sequence[Expr]) -> str:
    if not args:
        return "UTC"
    match exprs[0]:
        case Literal(value="UTC"):
            return "UTC"
        case Literal(value=str(name)) if name[-3:-2] != ":":
            return f"ZoneInfo({name!r})"
        case Literal():
            raise UnsupportedError("a time zone that is an offset")
    return args[0].text if args[0].text == "TIMEZONE" else f"ZoneInfo({args[0].text})"
