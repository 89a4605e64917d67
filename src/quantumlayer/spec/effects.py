"""What operations take and what they do: requirements, creations, and effects on several records."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Discriminator, Tag
from pydantic import Field as Key

from quantumlayer.spec.base import Cel, EntityName, Field, Name, Names, Node

CREATED = "created"
"""The name of the record that an operation makes, in the effects that follow."""
MOST_ROWS = 1000
"""The most rows that one request may bring."""


class Requirement(Node):
    """What must hold before an operation, over `this`, `caller` and `takes`, and what the caller is told otherwise."""

    cel: Cel
    else_: str = Key(alias="else", min_length=1)
    about: str = ""


class Creation(Node):
    """The record an operation makes: every field and relation that it sets, as CEL."""

    entity: EntityName
    set: dict[Name, Cel] = {}


class Reference(Node):
    """A record that callers name in the input of an operation; they must be allowed to read it."""

    to: EntityName
    about: str = ""
    optional: bool = False


def _kind_of_input(value: object) -> str:
    """Whether an input is a value, a record or rows; what names no entity and no rows is read as a value."""
    if isinstance(value, Reference) or (isinstance(value, dict) and "to" in value):
        return INPUT_TAGS[1]
    if isinstance(value, Rows) or (isinstance(value, dict) and "each" in value):
        return INPUT_TAGS[2]
    return INPUT_TAGS[0]


INPUT_TAGS = ("a value", "a reference", "rows")
"""What pydantic calls the kinds of input in the places of its errors."""
Cell = Annotated[
    Annotated[Field, Tag(INPUT_TAGS[0])] | Annotated[Reference, Tag(INPUT_TAGS[1])], Discriminator(_kind_of_input)
]


class Rows(Node):
    """From `min` to `max` rows of values and records that callers give at once."""

    each: Annotated[dict[Name, Cell], Key(min_length=1)]
    about: str = ""
    min: Annotated[int, Key(ge=0)] = 1
    max: Annotated[int, Key(ge=1, le=MOST_ROWS)] = 100

    @property
    def inputs(self) -> dict[str, Field]:
        """The values of a row."""
        return {key: one for key, one in self.each.items() if isinstance(one, Field)}

    @property
    def references(self) -> dict[str, Reference]:
        """The records that a row names."""
        return {key: one for key, one in self.each.items() if isinstance(one, Reference)}


Input = Annotated[
    Annotated[Field, Tag(INPUT_TAGS[0])]
    | Annotated[Reference, Tag(INPUT_TAGS[1])]
    | Annotated[Rows, Tag(INPUT_TAGS[2])],
    Discriminator(_kind_of_input),
]


class Effect(Node):
    """Something that an operation does besides: to `each` of some records or rows, or to the one record `on`.

    `each` gives records or rows, and `as_` names one of them in all other expressions. `on` is the record that is
    changed, `each` one itself if left out; where there is none, or `when` is false, nothing happens. In order: every
    requirement must hold, then `sets` changes the record, `to` moves it, `creates` makes another one, `also` does what
    follows for this one, `sends` tells other systems, and `deletes` removes it. Records that are changed are locked
    before anything is judged.

    With `skips`, a row that breaks a requirement is left out, and the answer says which and why; else all is refused.
    """

    each: Cel | None = None
    as_: Name | None = Key(default=None, alias="as")
    on: Cel | None = None
    about: str = ""
    when: Cel | None = None
    requires: dict[Name, Requirement] = {}
    skips: bool = False
    sets: dict[Name, Cel] = {}
    to: Name | None = None
    creates: Creation | None = None
    also: "dict[Name, Effect]" = {}
    sends: Names = ()
    deletes: bool = False


class Job(Node):
    """Something that the service does by itself, `every` so often, to each record for which `where` holds.

    `where` and the effects speak of the record as `this`; nobody calls, so there is no `caller`. Each record is done
    by itself, so that one which fails holds up no other.
    """

    of: EntityName
    where: Cel
    every: Annotated[str, Key(pattern=r"^[1-9][0-9]{0,4}[smhd]$")]
    about: str = ""
    sets: dict[Name, Cel] = {}
    to: Name | None = None
    creates: Creation | None = None
    also: dict[Name, Effect] = {}
    sends: Names = ()
    deletes: bool = False

    @property
    def effect(self) -> Effect:
        """What is done to one record."""
        return Effect(
            on="this",
            sets=self.sets,
            to=self.to,
            creates=self.creates,
            also=self.also,
            sends=self.sends,
            deletes=self.deletes,
        )


def effects_within(effects: dict[str, Effect], above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Effect]]:
    """Every effect with the names that lead to it, each before those within it."""
    for key, effect in effects.items():
        path = (*above, key)
        yield path, effect
        yield from effects_within(effect.also, path)
