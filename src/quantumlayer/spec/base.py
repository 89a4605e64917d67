"""The ground that the classes of the Spec stand on: names, expressions, and fields with their types."""

from collections.abc import Hashable
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, model_validator
from pydantic import Field as Key

from quantumlayer.spec.sizes import read_size

Cel = Annotated[str, Key(min_length=1, max_length=4000, description="An expression in CEL.")]
EntityName = Annotated[str, Key(pattern=r"^[A-Z][A-Za-z0-9]{0,59}$")]
Name = Annotated[str, Key(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
HeaderName = Annotated[str, Key(pattern=r"^[A-Za-z][A-Za-z0-9-]{0,59}$")]
Literal_ = bool | int | Decimal | date | str


def _listed(value: object) -> object:
    """A single word stands for a list of one."""
    return [value] if isinstance(value, str) else value


Names = Annotated[tuple[Name, ...], BeforeValidator(_listed)]
MediaTypes = Annotated[tuple[str, ...], BeforeValidator(_listed)]
Order = Annotated[str, Key(pattern=r"^-?[a-z][a-z0-9_]{0,59}$")]
Orders = Annotated[tuple[Order, ...], BeforeValidator(_listed)]


class Node(BaseModel):
    """A part of the Spec: immutable, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    @cached_property
    def worked_out(self) -> dict[Hashable, Any]:
        """What `remembered` functions found out about this part."""
        return {}

    def __copy__(self) -> Self:
        """The same without what was worked out, which need not be true of a copy that is changed."""
        copied = super().__copy__()
        copied.__dict__.pop("worked_out", None)
        return copied


class FieldType(StrEnum):
    """What a field holds.

    `string` is one line of at most 200 characters unless `max` says otherwise, `email` of 254, `text` prose of 10,000;
    `money` is a decimal with two places, `decimal` one with up to six; `float` is a binary fraction of double
    precision, for measurements; `datetime` is an instant, kept in UTC. `json` is a structure kept as a whole. A
    `file` is put, fetched and removed at an address of its own, below the record's.
    """

    STRING = "string"
    TEXT = "text"
    EMAIL = "email"
    INT = "int"
    DECIMAL = "decimal"
    MONEY = "money"
    FLOAT = "float"
    BOOL = "bool"
    DATE = "date"
    DATETIME = "datetime"
    JSON = "json"
    FILE = "file"


LONGEST = {FieldType.STRING: 200, FieldType.EMAIL: 254, FieldType.TEXT: 10_000}
"""Characters of a text whose field has no `max`."""
LARGEST_FILE = 10_000_000
"""Bytes of a file whose field has no `max`."""


class Computed(Node):
    """A default that is worked out when the record is made."""

    cel: Cel


class Field(Node):
    """One attribute of an entity.

    A field is required unless it is `optional` or has a `default`. `min` and `max` bound a number's value and a text's
    length; a `float` never is the bound itself that `exclusive` names. `personal` marks personal data, which never
    reaches a log. `immutable` fields are set once; `read_only` ones are never taken from a caller, only set by
    defaults and operations. `visible_to` names the roles that see it; empty means everyone who sees the record.

    A record begins without its files. `max` bounds the bytes of one (a number, or text such as `10 MB`), and `media`
    names the media types that it may have; empty means any. Only an `optional` one can be taken away again.
    """

    type: FieldType
    about: str = ""
    optional: bool = False
    unique: bool = False
    default: Computed | Literal_ | None = None
    min: int | Decimal | None = None
    max: int | Decimal | None = None
    exclusive: tuple[Literal["min", "max"], ...] = ()
    pattern: str | None = None
    one_of: tuple[int | str, ...] = ()
    personal: bool = False
    immutable: bool = False
    read_only: bool = False
    visible_to: Names = ()
    media: MediaTypes = ()

    @model_validator(mode="before")
    @classmethod
    def _with_bytes(cls, given: object) -> object:
        """The size of a file may be written with its unit."""
        if not isinstance(given, dict) or given.get("type") != FieldType.FILE or not isinstance(given.get("max"), str):
            return given
        size = read_size(given["max"])
        return given if size is None else {**given, "max": size}

    @property
    def is_file(self) -> bool:
        """Whether it holds a file."""
        return self.type is FieldType.FILE

    @property
    def required(self) -> bool:
        """Whether a record cannot be made without it."""
        return not (self.optional or self.default is not None or self.is_file)
