"""What operators and functions do with values.

Values are Python's: `int`, `Decimal`, `str`, `bool`, `date`, aware `datetime` in UTC, `timedelta`, `None`, `list`,
`dict` and records.
"""

import calendar
import re
import warnings
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from decimal import Decimal, DecimalException
from functools import lru_cache
from typing import TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from quantumlayer.spec.cel.errors import CelRuntimeError
from quantumlayer.spec.cel.lexer import INT_MAX, INT_MIN

LONGEST_RANGE = 1000
_LONGEST = timedelta(seconds=315_576_000_000)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)
_TIMESTAMP = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})", re.ASCII)
_DURATION = re.compile(r"([+-]?)((?:(?:\d+\.?\d*|\.\d+)(?:ns|us|ms|s|m|h))+|0)", re.ASCII)
_STEP = re.compile(r"(\d+\.?\d*|\.\d+)(ns|us|ms|s|m|h)", re.ASCII)
_MICROSECONDS = {
    "ns": Decimal("0.001"),
    "us": Decimal(1),
    "ms": Decimal(1000),
    "s": Decimal(1_000_000),
    "m": Decimal(60_000_000),
    "h": Decimal(3_600_000_000),
}
_OFFSET = re.compile(r"([+-]?)(\d{1,2}):(\d{2})", re.ASCII)
_TRUTH = {"true": True, "TRUE": True, "True": True, "t": True, "1": True}
_FALSEHOOD = {"false": False, "FALSE": False, "False": False, "f": False, "0": False}

Day = TypeVar("Day", date, datetime)


def whole(value: int) -> int:
    """The number, if it fits 64 bits.

    Raises:
        CelRuntimeError: It does not.
    """
    if INT_MIN <= value <= INT_MAX:
        return value
    raise CelRuntimeError("a whole number leaves the range of 64 bits")


def _long(value: timedelta) -> timedelta:
    if -_LONGEST <= value <= _LONGEST:
        return value
    raise CelRuntimeError("a duration leaves the range of 10,000 years")


def quotient(left: int, right: int) -> int:
    """Whole division towards zero."""
    if right == 0:
        raise CelRuntimeError("division by zero")
    found = abs(left) // abs(right)
    return whole(found if (left < 0) == (right < 0) else -found)


def remainder(left: int, right: int) -> int:
    """What whole division leaves, with the sign of the dividend."""
    if right == 0:
        raise CelRuntimeError("division by zero")
    if (left, right) == (INT_MIN, -1):
        raise CelRuntimeError("a whole number leaves the range of 64 bits")
    return left - right * (abs(left) // abs(right)) * (1 if (left < 0) == (right < 0) else -1)


def counted(size: int) -> list[int]:
    """The whole numbers from 0 up, so many of them."""
    if size > LONGEST_RANGE:
        message = f"a range has at most {LONGEST_RANGE} numbers"
        raise CelRuntimeError(message)
    return list(range(size))


def seconds(count: int, unit: int) -> timedelta:
    """So many units of so many seconds each."""
    if abs(count) > _LONGEST // (_SECOND * unit):
        raise CelRuntimeError("a duration leaves the range of 10,000 years")
    return _long(timedelta(seconds=count * unit))


def moved(value: Day, by: timedelta) -> Day:
    """A day or an instant plus a duration; a day moves by the whole days of it, rounded down."""
    try:
        return value + by
    except OverflowError as error:
        raise CelRuntimeError("a time leaves the years 1 to 9999") from error


def spanned(left: timedelta, right: timedelta) -> timedelta:
    """The sum of two durations."""
    return _long(left + right)


def divided(left: Decimal | int, right: Decimal | int) -> Decimal:
    """The quotient of two numbers as a decimal of 28 digits."""
    try:
        return Decimal(left) / Decimal(right)
    except DecimalException as error:
        raise CelRuntimeError("division by zero") from error


def parsed_timestamp(text: str) -> datetime:
    """An instant in RFC 3339."""
    try:
        return datetime.fromisoformat(text if _TIMESTAMP.fullmatch(text) else "").astimezone(UTC)
    except (ValueError, OverflowError) as error:
        message = f"{text!r} is no instant such as '2026-03-01T08:00:00Z'"
        raise CelRuntimeError(message) from error


def parsed_date(text: str) -> date:
    """A day in ISO 8601."""
    try:
        return date.fromisoformat(text if len(text) == 10 else "")
    except ValueError as error:
        message = f"{text!r} is no date such as '2026-03-01'"
        raise CelRuntimeError(message) from error


def parsed_duration(text: str) -> timedelta:
    """A duration such as `1h30m`; below a microsecond it is cut."""
    found = _DURATION.fullmatch(text)
    if found is None or len(text) > 100:
        message = f"{text!r} is no duration such as '1h30m'"
        raise CelRuntimeError(message)
    total = sum((Decimal(count) * _MICROSECONDS[unit] for count, unit in _STEP.findall(found[2])), Decimal(0))
    if total / 1_000_000 > _LONGEST // _SECOND:
        raise CelRuntimeError("a duration leaves the range of 10,000 years")
    return timedelta(microseconds=int(total)) * (-1 if found[1] == "-" else 1)


@lru_cache
def zone(name: str) -> tzinfo:
    """A time zone by its IANA name or by its offset (`+02:00`)."""
    if found := _OFFSET.fullmatch(name):
        minutes = int(found[2]) * 60 + int(found[3])
        if minutes < 24 * 60:
            return timezone(timedelta(minutes=-minutes if found[1] == "-" else minutes))
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        message = f"{name!r} is no time zone such as 'Europe/Berlin'"
        raise CelRuntimeError(message) from error


@lru_cache
def pattern(text: str) -> re.Pattern[str]:
    """A compiled regular expression, whose classes are those of ASCII."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            return re.compile(text, re.ASCII)
    except (re.error, OverflowError, RecursionError, Warning) as error:
        message = f"{text!r} is no regular expression: {error}"
        raise CelRuntimeError(message) from error


def to_int(value: int | Decimal | str | datetime) -> int:
    """A whole number: of a decimal without its fraction, of an instant the seconds since 1970."""
    match value:
        case datetime():
            return (value - _EPOCH) // _SECOND
        case str():
            if re.fullmatch(r"-?[0-9]{1,19}", value) is None:
                message = f"{value!r} is no whole number"
                raise CelRuntimeError(message)
            return whole(int(value))
        case _:
            return whole(int(value))


def to_string(value: object) -> str:
    """The text of a value, as CEL spells it."""
    match value:
        case bool():
            return "true" if value else "false"
        case Decimal():
            return format(value, "f")
        case datetime():
            return f"{value.replace(tzinfo=None, microsecond=0).isoformat()}{_fraction(value.microsecond)}Z"
        case timedelta():
            count, micros = divmod(abs(value) // timedelta(microseconds=1), 1_000_000)
            return f"{'-' if value < timedelta() else ''}{count}{_fraction(micros)}s"
        case _:
            return str(value)


def _fraction(microseconds: int) -> str:
    return f".{microseconds:06}".removesuffix("000") if microseconds else ""


def to_bool(value: bool | str) -> bool:  # noqa: FBT001 - it converts one
    """A truth value of itself or of its text."""
    if isinstance(value, bool):
        return value
    found = _TRUTH.get(value, _FALSEHOOD.get(value))
    if found is None:
        message = f"{value!r} is neither true nor false"
        raise CelRuntimeError(message)
    return found


def to_timestamp(value: str | int | datetime) -> datetime:
    """An instant of its text, of the seconds since 1970, or itself."""
    if isinstance(value, datetime):
        return value
    if isinstance(value, str):
        return parsed_timestamp(value)
    return moved(_EPOCH, seconds(value, 1))


def to_duration(value: str | timedelta) -> timedelta:
    """A duration of its text, or itself."""
    return parsed_duration(value) if isinstance(value, str) else value


def add_months(value: date, months: int) -> date:
    """The same day so many months later, at most the last day of that month; an instant moves in UTC."""
    count = value.year * 12 + value.month - 1 + months
    year, month = divmod(count, 12)
    if not 1 <= year <= 9999:
        raise CelRuntimeError("a time leaves the years 1 to 9999")
    return value.replace(year=year, month=month + 1, day=min(value.day, calendar.monthrange(year, month + 1)[1]))


def time_of_day(value: datetime, place: tzinfo) -> timedelta:
    """What a clock on the wall of that time zone shows."""
    shown = local(value, place)
    return timedelta(hours=shown.hour, minutes=shown.minute, seconds=shown.second, microseconds=shown.microsecond)


def local(value: datetime, place: tzinfo) -> datetime:
    """The same instant as that time zone shows it."""
    try:
        return value.astimezone(place)
    except OverflowError as error:
        raise CelRuntimeError("a time leaves the years 1 to 9999") from error


def total(items: list[int] | list[Decimal]) -> int | Decimal:
    """The sum of a list; of an empty one 0."""
    found = sum(items)
    return whole(found) if isinstance(found, int) else found


def average(items: list[int] | list[Decimal], empty: int | Decimal | None = None) -> Decimal | None:
    """The sum of a list divided by its size; of an empty one null, or what is given for it."""
    if not items:
        return None if empty is None else Decimal(empty)
    return divided(Decimal(total(items)), len(items))


def median(items: list[int] | list[Decimal], empty: int | Decimal | None = None) -> Decimal | None:
    """The item in the middle of the order, or half way between the two there; of an empty list as `average`."""
    if not items:
        return None if empty is None else Decimal(empty)
    ordered = sorted(Decimal(item) for item in items)
    low, high = ordered[(len(items) - 1) // 2], ordered[len(items) // 2]
    return divided(low + high, 2)


_DATE_PARTS: dict[str, Callable[[date], int]] = {
    "getFullYear": lambda value: value.year,
    "getMonth": lambda value: value.month - 1,
    "getDate": lambda value: value.day,
    "getDayOfMonth": lambda value: value.day - 1,
    "getDayOfWeek": lambda value: value.isoweekday() % 7,
    "getDayOfYear": lambda value: value.timetuple().tm_yday - 1,
}
_CLOCK_PARTS: dict[str, Callable[[datetime], int]] = {
    "getHours": lambda value: value.hour,
    "getMinutes": lambda value: value.minute,
    "getSeconds": lambda value: value.second,
    "getMilliseconds": lambda value: value.microsecond // 1000,
}
_SPAN_UNITS = {
    "getHours": timedelta(hours=1),
    "getMinutes": timedelta(minutes=1),
    "getSeconds": _SECOND,
    "getMilliseconds": timedelta(milliseconds=1),
}
PARTS = (*_DATE_PARTS, *_CLOCK_PARTS)
"""The names of the getters."""


CONSTANT_TESTS: dict[str, Callable[[str], object]] = {
    "date": parsed_date,
    "timestamp": parsed_timestamp,
    "duration": parsed_duration,
    "matches": pattern,
    **dict.fromkeys(PARTS, zone),
}
"""Functions whose last argument, when it is a constant, is worth testing before anything runs."""


def part_of(function: str, value: date | timedelta, name: str | None = None) -> int:
    """What a getter such as `getHours` gives; an instant is shown in UTC or in the named time zone."""
    if isinstance(value, timedelta):
        if function == "getMilliseconds":
            return abs(value).microseconds // 1000 * (-1 if value < timedelta() else 1)
        return abs(value) // _SPAN_UNITS[function] * (-1 if value < timedelta() else 1)
    if isinstance(value, datetime):
        value = local(value, UTC if name is None else zone(name))
        if function in _CLOCK_PARTS:
            return _CLOCK_PARTS[function](value)
    return _DATE_PARTS[function](value)
