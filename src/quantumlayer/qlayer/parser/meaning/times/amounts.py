"""Amounts of time as people write them: `24 hours`, `half an hour`, `5:30 pm`, `Monday to Friday`."""

import re
from dataclasses import dataclass
from decimal import Decimal

from quantumlayer.qlayer.parser.text.numbers import NUMBER, number
from quantumlayer.spec.model import FieldType

_UNIT = r"(?:minutes?|mins?|hours?|hrs?|h|days?|nights?|weeks?|months?|years?)"
SPAN = rf"(?:(?:an?|half an?|twenty-four|forty-eight|seventy-two|(?<![\w.-]){NUMBER}) {_UNIT}\b)"
"""A pattern for a length of time, without a group of its own."""
CLOCK = r"(?:\d{1,2}[:.]\d{2}(?: ?[ap]\.?m\b\.?)?|\d{1,2} ?[ap]\.?m\b\.?|\d{1,2} o'clock|noon|midnight)"
"""A pattern for a time of the day."""
_MINUTES = {"minute": 1, "min": 1, "hour": 60, "hr": 60, "h": 60, "day": 1440, "night": 1440, "week": 10080}
_MONTHS = {"month": 1, "year": 12}
_COMPOUND = {"twenty-four": 24, "forty-eight": 48, "seventy-two": 72}
_DAY = 1440
_DAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
_DAY_NAME = r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)days?|mon|tues?|wed|thur?s?|fri|sat|sun)"
_DAY_RANGE = rf"{_DAY_NAME} ?(?:to|through|until|till|-|\u2013) ?{_DAY_NAME}"
_DAY_LIST = rf"{_DAY_NAME}(?:(?: ?, ?(?:and |or )?| and | or ){_DAY_NAME})*"
DAYS = rf"(?:(?:the )?weekdays|(?:the )?weekends|{_DAY_RANGE}|{_DAY_LIST})(?![\w-])"
"""A pattern for some days of the week."""


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time: whole months, else minutes, as it was said."""

    minutes: int
    months: int
    text: str

    @property
    def cel(self) -> str:
        """The length as CEL, in days where it was said in them; empty for months, which have no fixed length."""
        if self.months:
            return ""
        for size, name in ((_DAY, "days"), (60, "hours")):
            if self.minutes % size == 0 and not (name == "days" and self.text.split(" ")[-1].startswith("h")):
                return f"{name}({self.minutes // size})"
        return f"minutes({self.minutes})"

    def beside(self, moment: str, kind: FieldType, *, before: bool) -> str:
        """The moment so much earlier or later, as CEL; empty where a date would have to move by a part of a day."""
        sign = "-" if before else "+"
        if self.months:
            return f"add_months({moment}, {'-' if before else ''}{self.months})"
        if kind is FieldType.DATE:
            return f"{moment} {sign} days({self.minutes // _DAY})" if self.minutes % _DAY == 0 else ""
        return f"{moment} {sign} {self.cel}"


def span(text: str) -> Span | None:
    """The length that a text matching `SPAN` says; nothing for parts of a minute or of a month."""
    count, _, unit = text.rpartition(" ")
    unit = unit.rstrip("s")
    amount = _amount(count)
    months, minutes = amount * _MONTHS.get(unit, 0), amount * _MINUTES.get(unit, 0)
    if months != int(months) or minutes != int(minutes) or not months + minutes:
        return None
    return Span(int(minutes), int(months), text)


def _amount(count: str) -> Decimal:
    if count in {"a", "an"}:
        return Decimal(1)
    if count in {"half a", "half an"}:
        return Decimal("0.5")
    return Decimal(_COMPOUND.get(count) or number(count))


def clock(text: str, other: str = "") -> int | None:
    """The minutes since midnight of a time of the day; a bare hour takes the half of the day of the `other` one."""
    plain = text.replace(".", ":", 1) if re.match(r"\d{1,2}\.\d", text) else text
    if plain in {"noon", "midnight"}:
        return 720 if plain == "noon" else _DAY
    found = re.match(r"(?P<hour>\d{1,2})(?::(?P<minute>\d{2}))?", plain)
    if found is None:
        return None
    hour, minute = int(found["hour"]), int(found["minute"] or 0)
    half = re.search(r"([ap])\.?m", plain) or (("'" not in other and re.search(r"([ap])\.?m", other)) or None)
    if half and (hour > 12 or not hour):
        return None
    if half:
        hour = hour % 12 + (12 if half[1] == "p" else 0)
    return hour * 60 + minute if hour * 60 + minute <= _DAY and minute < 60 else None


def clock_range(first: str, last: str) -> tuple[int, int] | None:
    """Two times of one day, the first before the last; `9 to 5 pm` begins in the morning."""
    ends = clock(last)
    begins = clock(first, "" if ":" in first else last)
    if begins is not None and ends is not None and begins >= ends and re.fullmatch(r"\d{1,2}", first):
        begins = clock(first)
    if begins is None or ends is None:
        return None
    begins = 0 if begins == _DAY else begins
    return (begins, ends) if begins < ends else None


def since_midnight(minutes: int) -> str:
    """A time of the day as a duration since midnight, as CEL: `hours(17) + minutes(30)`."""
    hours, rest = divmod(minutes, 60)
    if not rest:
        return f"hours({hours})"
    return f"hours({hours}) + minutes({rest})" if hours else f"minutes({rest})"


def week_days(text: str) -> tuple[int, ...]:
    """The days that a text matching `DAYS` names, Sunday being 0, from Monday on."""
    if "weekday" in text:
        return (1, 2, 3, 4, 5)
    if "weekend" in text:
        return (6, 0)
    places = [_day(found) for found in re.findall(_DAY_NAME, text)]
    if len(places) == 2 and re.search(r"\b(?:to|through|until|till)\b|-|\u2013", text):
        first, last = places
        return tuple((first + step) % 7 for step in range((last - first) % 7 + 1))
    return tuple(sorted(set(places), key=lambda day: (day + 6) % 7))


def _day(name: str) -> int:
    return next(place for place, day in enumerate(_DAYS) if day.startswith(name[:3]))
