"""Loans as the database keeps them."""

import datetime as dt
from decimal import Decimal

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from town_library.clock import days_between, today
from town_library.database import NEVER_REUSE_IDS, Record, primary_key


class Loan(Record):
    """A loan."""

    __tablename__ = "loan"
    __table_args__ = (NEVER_REUSE_IDS,)

    id: Mapped[int] = primary_key()
    book_id: Mapped[int] = mapped_column(ForeignKey("book.id", ondelete="RESTRICT"), index=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id", ondelete="RESTRICT"), index=True)
    borrowed_on: Mapped[dt.date] = mapped_column(default=today)
    due_on: Mapped[dt.date] = mapped_column()
    returned_on: Mapped[dt.date | None] = mapped_column()
    renewed: Mapped[bool] = mapped_column(default=False)

    @property
    def days_late(self) -> int:
        """Days late."""
        # When a book is returned late the member owes a fee of 0.25 per day late, but never more than 10.00.
        return max(0, days_between(self.due_on, today() if self.returned_on is None else self.returned_on))

    @property
    def fee(self) -> Decimal:
        """What a late return costs; for an open loan, what it would cost today."""
        # When a book is returned late the member owes a fee of 0.25 per day late, but never more than 10.00.
        return min(self.days_late * Decimal("0.25"), Decimal("10.00"))
