"""The building blocks of request and response bodies."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Annotated, ClassVar, Generic, Self, TypeVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from clinic.accounts.models import Role
from clinic.database import Record

# The largest whole number that every JSON reader keeps exactly (RFC 8259, section 6).
MAX_ID = 2**53 - 1


def _written(value: object) -> object:
    """Dates are written out; a bare number is a mistake, not a Unix time."""
    if not isinstance(value, date) and not (isinstance(value, str) and re.match(r"\d{4}-\d\d-\d\d", value)):
        raise ValueError("must be written as text, such as 2026-03-01")
    return value


def _day(value: object) -> object:
    if isinstance(value, str) and len(value) > len("2026-03-01"):
        raise ValueError("must be a day without a time")
    return _written(value)


def whole(value: object) -> object:
    """JSON has one kind of number: 3.0 is a whole one, too."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _in_utc(value: datetime) -> datetime:
    if not 1000 <= value.year < 9000:  # in other time zones, too, it is an instant of the calendar
        raise ValueError("must lie in the years 1000 to 8999")
    return value.astimezone(UTC)


# Text begins with something else than a space, and holds no NUL, which PostgreSQL cannot keep.
Text = Annotated[
    str,
    StringConstraints(
        strict=True,
        min_length=1,
        pattern=r"^[^\x00\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000][^\x00]*$",
    ),
]
# Upper and lower case are the same address.
Email = Annotated[
    str,
    StringConstraints(
        strict=True,
        to_lower=True,
        max_length=254,
        # Not the dotted capital I: it alone is longer in lower case.
        pattern=r"^[^@\x00-\x20\x7f-\xa0\u0130]+@[^@\x00-\x20\x7f-\xa0\u0130]+\.[^@\x00-\x20\x7f-\xa0\u0130]+$",
    ),
]
Day = Annotated[date, BeforeValidator(_day)]
Moment = Annotated[
    AwareDatetime, BeforeValidator(_written), AfterValidator(_in_utc), Field(json_schema_extra={"pattern": "^[1-8]"})
]
Id = Annotated[int, Field(ge=1, le=MAX_ID)]
Reference = Annotated[int, Field(strict=True, ge=1, le=MAX_ID), BeforeValidator(whole)]


class Writing(BaseModel):
    """A request body: what it does not know it refuses."""

    model_config = ConfigDict(extra="forbid")


class Reading(BaseModel):
    """A response body, read off a record."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    created_at: datetime
    updated_at: datetime

    visible_to: ClassVar[Mapping[str, frozenset[Role]]] = {}

    @classmethod
    def shown_to(cls, role: Role | None, record: Record) -> Self:
        """What callers of the role see of the record."""
        names = [name for name in cls.model_fields if name not in cls.visible_to or role in cls.visible_to[name]]
        return cls.model_validate({name: getattr(record, name) for name in names})


T = TypeVar("T")


class Page(BaseModel, Generic[T]):
    """Part of a list: `items` from `offset` on, of `total`."""

    items: Sequence[T]
    total: int
    limit: int
    offset: int
