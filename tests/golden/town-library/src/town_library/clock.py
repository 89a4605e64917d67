"""Time as the service sees it: instants in UTC, days and hours in the time zone of the place."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

TIMEZONE = ZoneInfo("Europe/Berlin")


def now() -> datetime:
    """The current instant."""
    return datetime.now(UTC)


def today() -> date:
    """The current day where the service is used."""
    return now().astimezone(TIMEZONE).date()


def days_between(start: date, end: date) -> int:
    """Days from `start` to `end`; negative when `end` comes first."""
    return (end - start).days
