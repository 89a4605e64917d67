"""Pieces of Python source, and what a pack says when it cannot write one."""

import io
import re
import tokenize
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from enum import IntEnum
from functools import lru_cache

_LOOKED_UP = re.compile(r"await session\.get(?:_one)?\((\w+), ")


class UnsupportedError(Exception):
    """The pack cannot express this part of an expression; the message says which."""


def names_in(lines: Iterable[str]) -> frozenset[str]:
    """Every name that the statements use; what stands in texts and comments is none."""
    return _names_in("\n".join(lines))


@lru_cache(maxsize=1 << 12)  # a function's statements are asked for one name after the other
def _names_in(source: str) -> frozenset[str]:
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return frozenset(token.string for token in tokens if token.type == tokenize.NAME)


class Level(IntEnum):
    """How tightly an expression binds in Python, loosest first."""

    CHOICE = 1
    OR = 2
    AND = 3
    NOT = 4
    COMPARE = 5
    SUM = 6
    PRODUCT = 7
    SIGN = 8
    ATOM = 9


@dataclass(frozen=True, slots=True)
class Code:
    """An expression's source and how tightly it binds."""

    text: str
    level: Level = Level.ATOM

    def at(self, level: Level) -> str:
        """The source, in parentheses when it binds more loosely than its place allows."""
        return self.text if self.level >= level else f"({self.text})"


def either(left: Code, right: Code) -> Code:
    """`left or right`, with `and` inside it in parentheses."""
    sides = (side.text if side.level == Level.OR else side.at(Level.NOT) for side in (left, right))
    return Code(" or ".join(sides), Level.OR)


def literal(value: object) -> str:
    """The source of a constant."""
    return f'Decimal("{value}")' if isinstance(value, Decimal) else repr(value)


@dataclass(slots=True)
class Prelude:
    """Statements that must run before an expression: records to load, rows to count. Each is written once.

    `purpose` tells variables apart that would be called alike. Records of the classes in `reread` are read again,
    whoever has loaded them before.
    """

    known: dict[str, str] = field(default_factory=dict)
    pending: list[str] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)
    purpose: str = ""
    reread: frozenset[str] = frozenset()

    def variable(self, name: str, value: str) -> str:
        """The variable that holds the value; the statement is added when the value is new."""
        if value not in self.known:
            self.known[value] = self.fresh(name, self._again(value))
        return self.known[value]

    def _again(self, value: str) -> str:
        found = _LOOKED_UP.match(value)
        return f"{value[:-1]}, populate_existing=True)" if found and found[1] in self.reread else value

    def fresh(self, name: str, value: str) -> str:
        """A variable of its own for the value, whatever others there are."""
        free = self.free(name)
        self.pending.append(f"{free} = {value}")
        return free

    def free(self, name: str) -> str:
        """A name that nothing has yet."""
        free = name = f"{name}_for_{self.purpose}" if self.purpose and name in self.taken else name
        number = 2
        while free in self.taken:
            free = f"{name}_{number}"
            number += 1
        self.taken.add(free)
        return free

    def take(self) -> list[str]:
        """The statements added since the last call."""
        lines, self.pending = self.pending, []
        return lines

    def copy(self) -> "Prelude":
        """What is there now."""
        return Prelude(dict(self.known), list(self.pending), set(self.taken), self.purpose, self.reread)

    def restore(self, before: "Prelude") -> None:
        """Forget what was added since the copy."""
        self.known, self.pending, self.taken = before.known, before.pending, before.taken
