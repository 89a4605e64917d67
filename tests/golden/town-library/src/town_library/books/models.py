"""Books as the database keeps them."""

from sqlalchemy import CheckConstraint, String, func, select
from sqlalchemy.orm import Mapped, column_property, mapped_column

from town_library.database import NEVER_REUSE_IDS, Record, primary_key
from town_library.loans.models import Loan


class Book(Record):
    """A book."""

    __tablename__ = "book"
    __table_args__ = (CheckConstraint("copies >= 0", name="copies"), NEVER_REUSE_IDS)

    id: Mapped[int] = primary_key()
    title: Mapped[str] = mapped_column(String(200))
    author: Mapped[str] = mapped_column(String(200))
    isbn: Mapped[str] = mapped_column(String(200), unique=True)
    copies: Mapped[int] = mapped_column()
    available: Mapped[int] = column_property(
        copies
        - select(func.count(Loan.id))
        .where(Loan.book_id == id, Loan.returned_on.is_(None))
        .correlate_except(Loan)
        .scalar_subquery()
    )
