"""The variables of an expression as Python knows them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from quantumlayer.qlayer.packs.fastapi.code import UnsupportedError
from quantumlayer.spec.cel import FILE, Member, Nullable
from quantumlayer.spec.naming import content_column


class Root(Protocol):
    """Where the members of a variable such as `this` are found in Python."""

    def value(self, name: str) -> str:
        """The source of a column's or property's value."""
        ...

    @property
    def variable(self) -> str:
        """The loaded record itself."""
        ...


@dataclass(frozen=True, slots=True)
class Loaded:
    """A record in a variable."""

    variable: str

    def value(self, name: str) -> str:
        """An attribute of the record."""
        return f"{self.variable}.{name}"


@dataclass(frozen=True, slots=True)
class Changing(Loaded):
    """A record whose values were just set: what the database works out of them is not there yet.

    The derived values in `still` are as they were loaded, because nothing that they read is written.
    """

    still: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Values:
    """A record that is being put together: some of its values have a source of their own."""

    sources: Mapping[str, str]

    @property
    def variable(self) -> str:
        """There is none yet."""
        raise UnsupportedError("the record itself before it is made")

    def value(self, name: str) -> str:
        """The source of a value."""
        if name not in self.sources:
            message = f"`this.{name}` before the record is made"
            raise UnsupportedError(message)
        return self.sources[name]


def column_name(member: Member) -> str:
    """The column that holds a field: of a file the one that refers to its content."""
    return content_column(member.name) if member.type == Nullable(FILE) else member.name


def caller_root() -> Loaded:
    """The caller, as service functions know them."""
    return Loaded("caller")
