"""Lists: search, order and paging."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from clinic.database import Base, Record

R = TypeVar("R", bound=Record)
T = TypeVar("T", bound=Base)


class Paging(BaseModel):
    """Which part of a list is asked for."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(20, ge=1, le=100)
    offset: int = Field(0, ge=0, le=1_000_000)


def contains(text: str, *columns: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    """Whether any of the columns contains the text, in upper or lower case."""
    return or_(*(column.icontains(text, autoescape=True) for column in columns))


def ordered(
    statement: Select[R], model: type[R], sort: str | None, columns: Mapping[str, InstrumentedAttribute[Any]]
) -> Select[R]:
    """In the order asked for, missing values last (`-title` is descending), then as the records were made."""
    if sort is not None:
        column = columns[sort.removeprefix("-")]
        direction = column.desc() if sort.startswith("-") else column.asc()
        statement = statement.order_by(direction.nulls_last())
    return statement.order_by(model.id)


async def page(session: AsyncSession, statement: Select[T], paging: Paging) -> tuple[Sequence[T], int]:
    """The records of one page, and how many there are in all."""
    total = await session.scalar(select(func.count()).select_from(statement.order_by(None).subquery()))
    records = await session.scalars(statement.limit(paging.limit).offset(paging.offset))
    return records.all(), total or 0
