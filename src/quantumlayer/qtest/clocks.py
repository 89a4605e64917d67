"""Moments at which a service goes wrong that takes another time for that of its place."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo

from quantumlayer.qtest.places import TAKES, Slot
from quantumlayer.qtest.samples import NOW
from quantumlayer.qtest.worlds import Built, Choice

WEEKS = (17, 43, *range(1, 53), *range(-1, -53, -1))
"""How far such days may be: the middle of another season first. Whole weeks keep the day of the week."""


def later(choice: Choice, built: Built, slots: Iterable[Slot], weeks: int, place: tzinfo) -> dict[Slot, datetime]:
    """The moments in some slots of a world, so many weeks later at the same hour by the clocks of a place."""
    found = {}
    for slot in slots:
        records = built.records.get(slot.place, ())
        held = built.takes if slot.place == TAKES else records[0].values if records else {}
        value = choice.get(slot, held.get(slot.name))
        if isinstance(value, datetime):
            found[slot] = (value.astimezone(place) + timedelta(weeks=weeks)).astimezone(UTC)
    return found


@dataclass(frozen=True, slots=True)
class Edge:
    """A moment at the edge of a day, and the nearest one of the other day."""

    now: datetime
    across: datetime
    told: str


def edges_of_days(place: tzinfo) -> tuple[Edge, ...]:
    """Where a service that goes by UTC, or by one season's offset all year, takes another day for today."""

    def ahead(moment: datetime) -> timedelta:
        return moment.astimezone(place).utcoffset() or timedelta()

    days = [NOW + timedelta(weeks=weeks) for weeks in (0, *WEEKS)]
    least, most = min(days, key=ahead), max(days, key=ahead)
    if not ahead(least) and not ahead(most):
        return ()
    minute = timedelta(minutes=1)
    before, after = _next_midnight(least, place) - minute, _next_midnight(most, place)
    return (
        Edge(before, before + minute, "a_minute_before_midnight"),
        Edge(after, after - minute, "at_midnight"),
    )


def _next_midnight(moment: datetime, place: tzinfo) -> datetime:
    day = moment.astimezone(place).date() + timedelta(days=1)
    return datetime.combine(day, time(0), place).astimezone(UTC)
