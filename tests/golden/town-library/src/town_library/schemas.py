"""The building blocks of request and response bodies."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Generic, TypeVar

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
)

MAX_ID = 2**63 - 1
MAX_INT = 2**31 - 1


def _written(value: object) -> object:
    """Dates are written out; a bare number is a mistake, not a Unix time."""
    if not isinstance(value, str | date):
        raise ValueError("must be written as text, such as 2026-03-01")
    return value


def _two_places(value: Decimal) -> str:
    return f"{value:.2f}"


# PostgreSQL cannot keep the character NUL.
Text = Annotated[str, StringConstraints(strict=True, min_length=1, pattern=r"^[^\x00]*$")]
Email = Annotated[
    str, StringConstraints(strict=True, max_length=254, pattern=r"^[^@\s\x00]+@[^@\s\x00]+\.[^@\s\x00]+$")
]
Whole = Annotated[int, Field(strict=True, ge=-MAX_INT, le=MAX_INT)]
Flag = Annotated[bool, Field(strict=True)]
Day = Annotated[date, BeforeValidator(_written)]
Moment = Annotated[AwareDatetime, BeforeValidator(_written)]
Money = Annotated[Decimal, PlainSerializer(_two_places), Field(json_schema_extra={"example": "12.50"})]
Id = Annotated[int, Field(ge=1, le=MAX_ID)]


class Writing(BaseModel):
    """A request body: what it does not know it refuses."""

    model_config = ConfigDict(extra="forbid")


class Reading(BaseModel):
    """A response body, read off a record."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    created_at: datetime
    updated_at: datetime


T = TypeVar("T")


class Page(BaseModel, Generic[T]):
    """Part of a list: `items` from `offset` on, of `total`."""

    items: Sequence[T]
    total: int
    limit: int
    offset: int
