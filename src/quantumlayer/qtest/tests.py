"""One test as a value, and the module that holds it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from quantumlayer.qtest.literals import text
from quantumlayer.qtest.variables import FIXTURES, mentioned


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a parametrised test: values as Python, and what this row proves."""

    values: tuple[str, ...]
    proves: tuple[str, ...] = ()
    id: str = ""

    def source(self) -> str:
        """The row as Python."""
        if not self.proves and not self.id:
            return self.values[0] if len(self.values) == 1 else f"({', '.join(self.values)})"
        marks = [f"pytest.mark.proves({text(address)})" for address in self.proves]
        extra = [f"marks={marks[0] if len(marks) == 1 else '[' + ', '.join(marks) + ']'}"] if marks else []
        extra += [f"id={text(self.id)}"] if self.id else []
        return f"pytest.param({', '.join([*self.values, *extra])})"


@dataclass(slots=True)
class Test:
    """A test function.

    Args:
        name: What it proves, in words joined by underscores, without `test_`.
        body: Its lines.
        proves: The addresses it proves.
        names: Parameters with their types.
        rows: Their values.
        postgres: Whether it is worth running on PostgreSQL too.
        decorators: Further decorators, such as hypothesis' `given`.
    """

    __test__ = False

    name: str
    body: list[str]
    proves: Sequence[str] = ()
    names: dict[str, str] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    postgres: bool = False
    decorators: list[str] = field(default_factory=list)

    @property
    def is_async(self) -> bool:
        """Whether it awaits something."""
        return any("await " in line or "async " in line for line in self.body)

    @property
    def arguments(self) -> str:
        """Its parameters with types: fixtures that the body mentions, then its own."""
        names = mentioned(self.body)
        used = [f"{name}: {kind}" for name, kind in FIXTURES.items() if name in names]
        return ", ".join([*used, *(f"{name}: {kind}" for name, kind in self.names.items())])

    @property
    def header(self) -> str:
        """The names of its parameters for `parametrize`."""
        names = [text(name) for name in self.names]
        return names[0] if len(names) == 1 else f"({', '.join(names)})"


@dataclass(slots=True)
class Module:
    """A file of tests.

    Args:
        path: Where it goes.
        title: Its docstring.
        constants: Values shared by its tests, as Python.
    """

    path: str
    title: str
    tests: list[Test] = field(default_factory=list)
    constants: list[str] = field(default_factory=list)
