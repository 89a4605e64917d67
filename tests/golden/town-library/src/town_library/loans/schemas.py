"""Loans as callers see them."""

import datetime as dt
from typing import Literal

from pydantic import Field

from town_library.listing import Paging
from town_library.schemas import Id, Money, Reading


class LoanRead(Reading):
    """A loan."""

    book_id: int
    member_id: int
    borrowed_on: dt.date
    due_on: dt.date
    returned_on: dt.date | None
    renewed: bool
    days_late: int
    fee: Money = Field(description="What a late return costs; for an open loan, what it would cost today.")


class LoanQuery(Paging):
    """Which loans are asked for."""

    book_id: Id | None = None
    member_id: Id | None = None
    sort: Literal["due_on", "-due_on", "borrowed_on", "-borrowed_on"] | None = None
