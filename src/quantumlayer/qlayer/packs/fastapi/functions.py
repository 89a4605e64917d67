"""CEL's functions as Python: what each call becomes, given the sources of its arguments."""

import re
from collections.abc import Sequence
from datetime import timedelta

from quantumlayer.qlayer.packs.fastapi.code import Code, Level, UnsupportedError
from quantumlayer.spec.cel import BOOL, DATE, DECIMAL, DURATION, INT, STRING, TIMESTAMP, Call, Expr, Literal, Type
from quantumlayer.spec.cel.runtime import parsed_duration, parsed_timestamp

_CLASSES = re.compile(r"\\[bBdDsSwW]|\(\?[a-z]*i")
_UNITS = frozenset({"days", "hours", "minutes"})
_SAME_NAME = frozenset({"today", "now", "min", "max", "days_between", "add_months", "time_of_day", "range"})
OF_LISTS = frozenset({"sum", "min", "max", "average", "median", "first", "last", "distinct", "flatten"})
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
_AT_EXECUTION = {TIMESTAMP: "at_execution", DATE: "day_at_execution"}
_SPANS = {"getHours": "hours=1", "getMinutes": "minutes=1", "getSeconds": "seconds=1"}
_TEXTS = {
    INT: "str({})",
    STRING: "{}",
    DECIMAL: 'format({}, "f")',
    BOOL: "str({}).lower()",
    DATE: "{}.isoformat()",
}
_WHOLES = {INT: "{}", DECIMAL: "int({})", TIMESTAMP: "int({}.replace(microsecond=0).timestamp())"}
_INSTANTS = {
    TIMESTAMP: "{}",
    INT: "dt.datetime.fromtimestamp({}, UTC)",
}


def is_days(span: Expr) -> bool:
    """Whether a duration is written as whole days."""
    return isinstance(span, Call) and span.function == "days"


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
        return _matches(sources[0], sources[1], expr.args[1])
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
    if (name, kind) == ("date", TIMESTAMP):
        return Code(f"day_of({arg.text})")
    match name, expr.args[0]:  # of other texts Python reads more than the Spec's language does
        case "date", Literal():
            return Code(f"dt.date.fromisoformat({arg.text})")
        case "timestamp", Literal(value=str(text)):
            return Code(f"dt.datetime.fromisoformat({parsed_timestamp(text).isoformat()!r})")
        case "duration", Literal(value=str(text)):
            return Code(_span(parsed_duration(text)))
    message = f"`{name}` of a {kind}"
    raise UnsupportedError(message)


def of_list(name: str, items: Code, kind: Type, args: Sequence[Code]) -> Code:
    """A function of a list, which gives a value of the kind."""
    listed = items.text
    match name:
        case "sum":
            start = ', Decimal("0")' if kind == DECIMAL else ""
            return Code(f"sum({listed}{start})")
        case "min" | "max":
            return Code(f"{name}({listed}, default={args[0].text if args else None})")
        case "average" | "median":
            return Code(f"{name}({listed}, {args[0].text if args else None})")
        case "first":
            return Code(f"next(iter({listed}), None)")
        case "last":
            return Code(f"next(reversed({listed}), None)")
        case "distinct":
            return Code(f"list(dict.fromkeys({listed}))")
        case "flatten":
            return Code(f"[item for items in {listed} for item in items]")
    return Code(f"{name}({listed})")


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
            return _matches(target.text, args[0].text, exprs[0])
        case "size":
            return Code(f"len({target.text})")
    if held == DURATION:
        return _of_span(name, target)
    if held == TIMESTAMP:
        source = f"{source}.astimezone({_zone(args, exprs)})"
    part, level = _PARTS[name]
    return Code(f"{source}.{part}", level)


def _matches(text: str, pattern: str, expr: Expr) -> Code:
    plain = isinstance(expr, Literal) and isinstance(expr.value, str) and _CLASSES.search(expr.value) is None
    flag = "" if plain else ", re.ASCII"
    return Code(f"re.search({pattern}, {text}{flag}) is not None", Level.COMPARE)


def _span(span: timedelta) -> str:
    whole, rest = divmod(span, timedelta(seconds=1))
    seconds = f"seconds={whole}" if whole or not rest else ""
    microseconds = f"microseconds={rest // timedelta(microseconds=1)}" if rest else ""
    return f"timedelta({', '.join(part for part in (seconds, microseconds) if part)})"


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


def executed(code: Code, kind: Type) -> Code:
    """A moment that is worked out each time a statement runs.

    Raises:
        UnsupportedError: It is a value of another type.
    """
    if kind not in _AT_EXECUTION:
        message = f"a {kind} that changes with the clock, over rows of a query"
        raise UnsupportedError(message)
    return Code(f"{_AT_EXECUTION[kind]}(lambda: {code.text})")
