"""Loans as the database keeps them."""

from datetime import date
from decimal import Decimal

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from town_library.clock import days_between, today
from town_library.database import Record, primary_key


class Loan(Record):
    """A loan."""

    __tablename__ = "loan"

    id: Mapped[int] = primary_key()
    book_id: Mapped[int] = mapped_column(ForeignKey("book.id", ondelete="RESTRICT"), index=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id", ondelete="RESTRICT"), index=True)
    borrowed_on: Mapped[date] = mapped_column(default=today)
    due_on: Mapped[date] = mapped_column()
    returned_on: Mapped[date | None] = mapped_column()
    renewed: Mapped[bool] = mapped_column(default=False)

    @property
    def days_late(self) -> int:
        """Derived: days late."""
        return max(0, days_between(self.due_on, today() if self.returned_on is None else self.returned_on))

    @property
    def fee(self) -> Decimal:
        """What a late return costs; for an open loan, what it would cost today."""
        return min(self.days_late * Decimal("0.25"), Decimal("10.00"))
