"""What is wrong with a Spec, as values that name element, place and remedy."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from quantumlayer.core.errors import DomainError, Kind


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong.

    Args:
        element: Address of the element (`entities.Book.fields.isbn`); empty for the whole file.
        message: One sentence: what is wrong.
        hint: The edit that mends it.
        line: Line in the file, from 1; 0 where the Spec did not come from a file.
        column: Column in the line, from 1.
        warning: Whether the Spec can be built all the same.
    """

    element: str
    message: str
    hint: str
    line: int = 0
    column: int = 0
    warning: bool = False

    def said(self, name: str) -> str:
        """Place in the file `name`, element and message, on one line of printable characters."""
        place = f"{name}:{self.line}:{self.column}" if self.line else name
        element = f" {self.element[:120]}:" if self.element else ""
        return _printable(f"{place}:{element} {self.message}")

    def shown(self, name: str) -> str:
        """The whole problem on one line: what `said` says, and the hint."""
        return f"{self.said(name)} {_printable(self.hint)}"


def _printable(text: str) -> str:
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)


class SpecError(DomainError):
    """A Spec breaks the grammar, or its parts do not fit each other.

    Example: a field has the type `strng`. `problems` lists every place, in the order of the file.
    """

    code: ClassVar[str] = "QL1001"
    kind: ClassVar[Kind] = Kind.INVALID
    hint: str = "Mend the places named above in the Spec."

    def __init__(self, name: str, problems: Sequence[Problem]) -> None:
        first, *others = problems
        why = "\n".join(problem.shown(name) for problem in others)
        super().__init__(first.said(name), why=why, hint=_printable(first.hint))
        self.name = name
        self.problems = tuple(problems)


class UnreadableSpecError(SpecError):
    """A file cannot be read as one YAML document of a Spec: not text, too large, broken or with forbidden YAML."""

    code: ClassVar[str] = "QL1002"
    kind: ClassVar[Kind] = Kind.INVALID
    hint: str = "Give a YAML file in UTF-8 that starts with `spec: 1`."
