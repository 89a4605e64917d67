"""One part of what a clause says about time, such as `between 08:00 and 18:00` or `up to a day before the start`."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from quantumlayer.qlayer.parser.draft import Draft
from quantumlayer.qlayer.parser.meaning.times.acts import Act, Test
from quantumlayer.qlayer.parser.meaning.times.points import Point
from quantumlayer.qlayer.parser.text.clauses import Clause


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a clause, with what its pattern found in it.

    Args:
        draft: What is known so far.
        clause: Where it stands.
        act: What the clause restricts.
        found: What the pattern found.
        negated: Whether the clause or the part says no.
    """

    draft: Draft
    clause: Clause
    act: Act
    found: re.Match[str]
    negated: bool


Meaning = tuple[re.Pattern[str], Callable[[Part], Test | None]]
"""A way to say something about time, and what it demands; nothing where that is not sure."""


def guarded(point: Point, cel: str, *, missing: bool = True) -> str:
    """A test of a moment, and what counts for a record that lacks it."""
    if not point.optional:
        return cel
    return f"{point.cel} == null || {cel}" if missing else f"{point.cel} != null && {cel}"
