"""Texts that fit a regular expression, and texts that do not, always the same ones."""

import re
from collections.abc import Iterator
from functools import lru_cache
from importlib import import_module
from itertools import islice
from typing import Any

from quantumlayer.spec.validate.patterns import matches, readable

_ORDER = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_. "
_MOST_TRIED = 200
_ROOM = 4


def matching(pattern: str, shortest: int, longest: int) -> Iterator[str]:
    """Different texts that fit, bounded; none if none was found."""
    yield from _found(pattern, shortest, longest)


@lru_cache(maxsize=1 << 12)  # every test of a field asks for the same ones
def _found(pattern: str, shortest: int, longest: int) -> tuple[str, ...]:
    for room in (_ROOM, 1, 0, 12):
        positions = _positions(_parsed(pattern), room)
        found = [
            sample
            for sample in islice(_counted(positions), _MOST_TRIED)
            if shortest <= len(sample) <= longest and matches(pattern, sample)
        ]
        if found:
            return tuple(dict.fromkeys(found))
    return ()


def unfit(pattern: str, fitting: str) -> list[str]:
    """Texts that do not fit, as close as possible to one that does: shorter, longer, with another character."""
    others = [f"{fitting[:-1]}{other}" for other in "x5!"]
    tries = ((fitting[:-1],), (f"{fitting}{fitting[-1:]}", f"{fitting}!", f"!{fitting}", f"{fitting}x"), others, ("?",))
    found = (next((one for one in kind if one and not matches(pattern, one)), None) for kind in tries)
    return [*dict.fromkeys(one for one in found if one is not None)][:3]


def numbered(pattern: str, fitting: str) -> tuple[str, int, str] | None:
    """What stands before and after a run of digits that may be any number, and how many digits it has."""
    for run in sorted(re.finditer(r"[0-9]{2,}", fitting), key=lambda found: -len(found[0])):
        before, digits, after = fitting[: run.start()], len(run[0]), fitting[run.end() :]
        if all(matches(pattern, f"{before}{number:0{digits}}{after}") for number in (1, 9, 10, 37, 42, 99)):
            return before, digits, after
    return None


def _parsed(pattern: str) -> list[tuple[Any, Any]]:
    return list(import_module("re._parser").parse(readable(pattern)))


def _positions(nodes: list[tuple[Any, Any]], room: int) -> list[str]:
    """The characters that may stand at each position of one shape of the text."""
    found: list[str] = []
    for operator, argument in nodes:
        match str(operator):
            case "LITERAL":
                found.append(chr(argument))
            case "NOT_LITERAL":
                found.append(_ORDER.replace(chr(argument), ""))
            case "ANY":
                found.append(_ORDER)
            case "IN":
                found.append(_members(argument))
            case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
                least, most, inner = argument
                once = _positions(list(inner), room)
                found += once * min(int(most), max(int(least), room))
            case "SUBPATTERN":
                found += _positions(list(argument[-1]), room)
            case "BRANCH":
                found += _positions(list(argument[1][0]), room)
    return found


def _members(items: list[tuple[Any, Any]]) -> str:
    fits = re.compile("[" + "".join(_member(operator, argument) for operator, argument in items) + "]")
    within = "".join(char for char in _ORDER if fits.match(char))
    return within or next((chr(code) for code in range(33, 0x3000) if fits.match(chr(code))), "?")


_CATEGORIES = {
    "CATEGORY_DIGIT": r"\d",
    "CATEGORY_NOT_DIGIT": r"\D",
    "CATEGORY_WORD": r"\w",
    "CATEGORY_NOT_WORD": r"\W",
    "CATEGORY_SPACE": r"\s",
    "CATEGORY_NOT_SPACE": r"\S",
}


def _member(operator: object, argument: Any) -> str:  # noqa: ANN401  the parser's tree has no types
    match str(operator):
        case "NEGATE":
            return "^"
        case "RANGE":
            return f"{re.escape(chr(argument[0]))}-{re.escape(chr(argument[1]))}"
        case "CATEGORY":
            return _CATEGORIES[str(argument)]
        case _:
            return re.escape(chr(argument))


def _counted(positions: list[str]) -> Iterator[str]:
    """Counts through the positions like a mileage counter, the last one first."""
    number = 0
    while True:
        rest, chars = number, []
        for choices in reversed(positions):
            rest, digit = divmod(rest, len(choices))
            chars.append(choices[digit])
        if rest:
            return
        yield "".join(reversed(chars))
        number += 1
