"""Days on which clocks are put otherwise: where a service that counts with a fixed offset goes wrong."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, tzinfo

from quantumlayer.qtest.places import TAKES, Slot
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
