"""Pairs of worlds in their order."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from quantumlayer.qtest.witness import Pair


def numbered(pairs: "Iterable[Pair]") -> "Iterator[tuple[str, Pair]]":
    """Pairs, each with what its tests' names end in."""
    number = 0
    for pair in pairs:
        number += not pair.clocks_changed
        nth = f"_{number}" if number > 1 else ""
        yield f"{nth}_with_clocks_changed" if pair.clocks_changed else nth, pair
