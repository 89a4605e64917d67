"""Finds repetitions beside each other that can share a text in so many ways that backtracking hangs on it.

`a*a*a*b` tries every way to cut a run of `a` into three: of a text of n letters, n to the third of them.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, product
from typing import Any

_LAST = 128
_EVERY = frozenset(range(_LAST + 1))
"""ASCII, and one number for all characters beyond it."""
_DIGITS = frozenset(range(ord("0"), ord("9") + 1))
_SPACES = frozenset(map(ord, " \t\n\r\f\v"))
_WORDS = frozenset(code for code in range(_LAST) if chr(code).isalnum() or chr(code) == "_")
_CATEGORIES = {"DIGIT": _DIGITS, "SPACE": _SPACES, "WORD": _WORDS}
_MANY = 50
"""From so many on, a repetition counts as endless."""
_FEW = 3
_PATHS = 256
_IN_A_ROW = 2
_IN_ALL = 3

Path = tuple["_Item", ...]


@dataclass(frozen=True, slots=True)
class _Item:
    """A character, or a repetition of some: what each round of it must have, and whether one round must be there."""

    chars: frozenset[int]
    musts: tuple[frozenset[int], ...]
    needed: bool = True
    endless: bool = False


def share_a_text(nodes: Iterable[Any]) -> bool:
    """Whether the tree of a pattern has more than two endless repetitions in a row for the same characters.

    With a character between them that they hold, too (`.+@.+[.].+`), three are still fast enough.
    """
    paths = list(islice(_paths(list(nodes)), _PATHS))
    return len(paths) == _PATHS or any(_longest(path) for path in paths)


def _longest(path: Path) -> bool:
    items = list(path)
    while items and items[-1].endless and items[-1].chars >= _EVERY - {0}:
        items.pop()  # an end that takes everything never makes anybody try again
    rows: list[tuple[int, int]] = []
    ends = [index for index, item in enumerate(items) if item.endless]
    for place, end in enumerate(ends):
        row = chain = 1
        for earlier, start in enumerate(ends[:place]):
            if _overlap(items[start], items[end], items[start + 1 : end]):
                chain = max(chain, rows[earlier][1] + 1)
                if not any(item.needed and not item.endless for item in items[start + 1 : end]):
                    row = max(row, rows[earlier][0] + 1)
        rows.append((row, chain))
    return any(row > _IN_A_ROW or chain > _IN_ALL for row, chain in rows)


def _overlap(one: _Item, other: _Item, between: Sequence[_Item]) -> bool:
    """Whether what one repetition matches can as well be the other's."""
    needed = [must for item in between if item.needed for must in item.musts]
    return (
        not one.chars.isdisjoint(other.chars)
        and not any(must.isdisjoint(other.chars) for must in (*one.musts, *needed))
        and not any(must.isdisjoint(one.chars) for must in (*other.musts, *needed))
    )


def _paths(nodes: Sequence[Any]) -> Iterator[Path]:
    """The ways through a pattern, as far as they differ in their repetitions."""
    for parts in product(*(_ways(str(operator), argument) for operator, argument in nodes)):
        yield tuple(item for part in parts for item in part)


def _ways(operator: str, argument: Any) -> list[Path]:  # noqa: ANN401  the parser's tree has no types
    match operator:
        case "AT":
            return [()]
        case "SUBPATTERN":
            return _few(argument[-1])
        case "ATOMIC_GROUP":
            return _few(argument)
        case "BRANCH":
            ways = [way for branch in argument[1] for way in _few(branch)]
            return _merged(ways)
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
            return _repeated(int(argument[0]), int(argument[1]), argument[2])
    chars = _chars(operator, argument)
    return [(_Item(chars, (chars,)),)]


def _few(nodes: Iterable[Any]) -> list[Path]:
    return list(islice(_paths(list(nodes)), _PATHS))


def _merged(ways: list[Path]) -> list[Path]:
    """Ways without a repetition are one, of which no character is sure."""
    plain = [way for way in ways if not any(item.endless for item in way)]
    rest = [way for way in ways if way not in plain]
    same = bool(plain) and len({len(way) for way in plain}) == 1
    if not plain or not same:
        return [*rest, *([()] if plain else [])]
    columns = (frozenset().union(*(item.chars for item in column)) for column in zip(*plain, strict=True))
    return [*rest, tuple(_Item(chars, (chars,)) for chars in columns)]


def _repeated(least: int, most: int, nodes: Iterable[Any]) -> list[Path]:
    ways = _few(nodes)
    inner = [item for way in ways for item in way]
    if most - least < _MANY:
        if not any(item.endless for item in inner):
            return [way * min(least, _FEW) for way in _merged(ways)]
        return [way * max(1, min(most, _FEW)) for way in ways] + ([()] if least == 0 else [])
    chars = frozenset[int]().union(*(item.chars for item in inner))
    sure = tuple(must for item in ways[0] if item.needed for must in item.musts) if len(ways) == 1 else ()
    return [(_Item(chars, sure, needed=least > 0, endless=True),)]


def _chars(operator: str, argument: Any) -> frozenset[int]:  # noqa: ANN401  the parser's tree has no types
    """The characters that one node matches."""
    match operator:
        case "LITERAL":
            return frozenset({min(int(argument), _LAST)})
        case "NOT_LITERAL":
            return _EVERY - {int(argument) if argument < _LAST else -1}
        case "RANGE":
            return frozenset(range(min(argument[0], _LAST), min(argument[1], _LAST) + 1))
        case "CATEGORY":
            kind = str(argument).removeprefix("CATEGORY_")
            return _EVERY - _CATEGORIES[kind[4:]] if kind.startswith("NOT_") else _CATEGORIES[kind]
        case "IN":
            negated = str(argument[0][0]) == "NEGATE"
            found = frozenset[int]().union(*(_chars(str(one), held) for one, held in argument[int(negated) :]))
            return (_EVERY - found) | {_LAST} if negated else found
    return _EVERY - {ord("\n")}
