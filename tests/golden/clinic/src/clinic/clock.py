"""Time as the service sees it: instants in UTC, days and hours in the time zone of the place."""

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

TIMEZONE = ZoneInfo("Europe/Berlin")


def now() -> datetime:
    """The current instant."""
    return datetime.now(UTC)


def time_of_day(moment: datetime) -> timedelta:
    """Time since midnight where the service is used."""
    local = moment.astimezone(TIMEZONE)
    return timedelta(hours=local.hour, minutes=local.minute, seconds=local.second, microseconds=local.microsecond)


Day = TypeVar("Day", bound=date)


def add_months(day: Day, months: int) -> Day:
    """The same day so many months later, or the last day of a month that is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return day.replace(year=year, month=month + 1, day=min(day.day, monthrange(year, month + 1)[1]))
