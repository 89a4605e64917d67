"""The rules that books keep to."""

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from town_library.books.models import Book
from town_library.database import lock
from town_library.loans.models import Loan
from town_library.problems import RuleBroken


async def require_changeable(session: AsyncSession, book: Book) -> None:
    """Refuse a book that may not be changed.

    Raises:
        RuleBroken: It breaks one.
    """
    await lock(session, Book, book.id)
    loan_count = (
        await session.scalars(select(func.count(Loan.id)).where(Loan.book_id == book.id, Loan.returned_on.is_(None)))
    ).one()
    if book.copies < loan_count:
        raise RuleBroken("enough-for-open-loans", "More copies of this book are out on loan.")
