"""Values worth trying in the slots of small worlds, those near the constants of the expressions among them."""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal

from quantumlayer.qtest.places import Constants
from quantumlayer.qtest.samples import lengths, samples
from quantumlayer.spec.cel.runtime import add_months, zone
from quantumlayer.spec.model import Field, FieldType, Spec
from quantumlayer.spec.validate.patterns import matches

_MOST_COUNTED = 12
_MINUTE = timedelta(minutes=1)
_LONGEST = 300
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def candidates(key: str, item: Field | None, constants: Constants) -> list[object]:
    """Values worth trying in a field, ordinary ones first."""
    if item is None:
        return []
    if item.type is FieldType.JSON:  # nothing is asked of what is in it
        return [None, {}] if item.optional else [{}]
    if item.one_of:
        found: list[object] = list(item.one_of)
    else:
        found = [*samples(key, item), *_pool(item.type, constants)]
    if item.optional or item.is_file:
        found.insert(0, None)
    return [value for value in dict.fromkeys(found) if value is None or _fits(item, value)]


def _fits(item: Field, value: object) -> bool:
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return (item.min is None or value >= item.min) and (item.max is None or value <= item.max)
    if isinstance(value, str) and not item.one_of:
        shortest, longest = lengths(item)
        return shortest <= len(value) <= longest and (item.pattern is None or matches(item.pattern, value))
    return True


def _pool(kind: FieldType, constants: Constants) -> Iterable[object]:
    match kind:
        case FieldType.INT:
            near = [number + step for number in sorted({0, 1, *constants.whole}) for step in (0, -1, 1)]
            return [*near, *sorted(constants.limits)]
        case FieldType.DECIMAL | FieldType.MONEY:
            known = sorted({Decimal(0), *constants.decimals, *map(Decimal, constants.whole)})
            return [number + step for number in known for step in (0, Decimal("-0.01"), Decimal("0.01"))]
        case FieldType.DATE:
            return _dates(constants)
        case FieldType.DATETIME:
            return _moments(constants)
        case FieldType.STRING | FieldType.TEXT:
            sizes = {number + step for number in constants.whole for step in (0, -1, 1)}
            return [*sorted(constants.texts), *("x" * size for size in sorted(sizes) if 0 < size <= _LONGEST)]
        case FieldType.EMAIL:
            tried = [address for text in sorted(constants.texts) for address in (text, f"ada{text}", f"ada@{text}")]
            return [address for address in (*tried, "ada@example.com") if _ADDRESS.fullmatch(address)]
    return []


def _dates(constants: Constants) -> list[date]:
    today = constants.now.date()
    numbers = {timedelta(days=number) for number in constants.whole if 0 < number < 4000}
    found: list[date] = [today]
    for span in sorted({abs(span) for span in constants.spans} | numbers):
        found += [today + span, today - span]
    for months in sorted(constants.months):
        found += [add_months(today, months), add_months(today, -months)]
    near = [day + timedelta(days=step) for day in found for step in (0, -1, 1)]
    return [*near, today - _far(constants), today + _far(constants)]


def _moments(constants: Constants) -> list[datetime]:
    now = constants.now
    found = [now, now - _MINUTE, now + _MINUTE]
    for span in sorted(constants.spans):
        found += [now + sign * span + step * _MINUTE for sign in (1, -1) for step in (0, 1, -1)]
    for months in sorted(constants.months):
        around = [add_months(now, sign * months) for sign in (1, -1)]
        found += [moment + step * _MINUTE for moment in around if isinstance(moment, datetime) for step in (0, 1, -1)]
    for name in sorted(constants.zones):
        found += at_the_clock(constants, zone(name))
    return [*found, now - _far(constants), now + _far(constants)]


def _far(constants: Constants) -> timedelta:
    """Further away than any border, whatever is added to it."""
    return timedelta(days=max([400, *(min(32 * months, 36_500) for months in constants.months)]))


def at_the_clock(constants: Constants, place: tzinfo) -> Iterator[datetime]:
    """Moments around the edges of hours and of days by the clocks of a place."""
    if constants.days:
        today = datetime.combine(constants.now.astimezone(place).date(), time(0), place)
        for step in (0, -1, 1, 2):
            start = (today + timedelta(days=step)).astimezone(UTC)
            yield from (start, start - _MINUTE)
    later = constants.now + timedelta(days=7)
    midnight = datetime.combine(later.date(), time(0), place).astimezone(UTC)
    if constants.weekdays:
        yield from (later + timedelta(days=step) for step in range(1, 7))
    if constants.wall_clock:
        steps = (0, -1, 1, -15, -14, -30, -29, -45, -44, -60, -59)
        hours = [
            *sorted(constants.spans),
            *(timedelta(hours=number) for number in sorted(constants.whole) if number < 25),
        ]
        yield from (midnight + span + step * _MINUTE for span in hours for step in steps)
    if constants.weekdays:
        yield from (midnight + timedelta(days=day) + step * _MINUTE for day in range(1, 8) for step in (0, -1))


def stepped(value: object, number: int) -> object:
    """A value that differs from that of the record before it: the second by one, the third by four, and so on."""
    match value:
        case datetime():
            return value + number**2 * _MINUTE
        case int() | Decimal():
            return value + number**2
        case _:
            return value


def counts(constants: Constants) -> list[int]:
    """How many records of a collection are worth trying."""
    near = {number + step for number in constants.whole for step in (-1, 0, 1)} | {0, 1, 2}
    return sorted(number for number in near if 0 <= number <= _MOST_COUNTED)


def distance(one: object, other: object) -> float:
    """How far two values of a slot are apart; unlike ones are far."""
    match one, other:
        case (datetime(), datetime()):
            return abs((one - other).total_seconds()) / 86400
        case (date(), date()):
            return float(abs((one - other).days))
        case (bool(), bool()):
            return 1.0
        case (int() | Decimal(), int() | Decimal()):
            return float(abs(Decimal(one) - Decimal(other)))
        case _:
            return 1000.0


def is_own(spec: Spec, roles: Iterable[str], entity: str) -> bool:
    """Whether a caller of one of the roles is a record of the entity."""
    return entity in {spec.roles[role].record for role in roles if role in spec.roles}
