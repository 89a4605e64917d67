"""Reports: tables that are worked out when somebody asks for them."""

from typing import Annotated, Literal

from pydantic import Field as Key

from quantumlayer.spec.base import Cel, EntityName, Field, FieldType, Name, Names, Node
from quantumlayer.spec.effects import Cell, Reference

PERIOD = ("since", "until")
"""The parameters that bound the days of a report, both days included."""
DAY = "day"
"""What expressions and rows call the day of a row."""
PATH = "reports"
"""Where callers find reports."""


class Value(Node):
    """What each row of a report shows under a name.

    The expression speaks of `this`, the record of the row, of `day`, of `caller` and `takes`, and of all records of an
    entity by its name. They count whoever may read them, as those behind a derived value do.
    """

    type: FieldType
    cel: Cel
    about: str = ""
    optional: bool = False


class Report(Node):
    """A table with a name of its own: a row for each record `of` an entity, for each day, or for each of both.

    Records are those for which `where` holds, of those that the caller may read, in the order of the entity's list.
    With `per: day` the parameters `since` and `until` bound the days, which are those of the service's time zone.
    """

    of: EntityName | None = None
    by: Names
    about: str = ""
    takes: dict[Name, Cell] = {}  # noqa: RUF012 - pydantic copies a default
    where: Cel | None = None
    per: Literal["day"] | None = None
    values: Annotated[dict[Name, Value], Key(min_length=1)]

    @property
    def inputs(self) -> dict[str, Field]:
        """The values that callers give."""
        return {key: one for key, one in self.takes.items() if isinstance(one, Field)}

    @property
    def references(self) -> dict[str, Reference]:
        """The records that callers name."""
        return {key: one for key, one in self.takes.items() if isinstance(one, Reference)}
