"""What can be done with books."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from town_library.accounts.access import Caller
from town_library.books import rules
from town_library.books.models import Book
from town_library.books.schemas import BookQuery, BookWrite
from town_library.clock import today
from town_library.database import lock
from town_library.listing import contains, ordered, page
from town_library.loans.models import Loan
from town_library.members.models import Member
from town_library.preconditions import require_match
from town_library.problems import NotFound, RuleBroken


async def list_books(session: AsyncSession, query: BookQuery) -> tuple[Sequence[Book], int]:
    """A page of the books that match, and how many match in all."""
    statement = select(Book)
    if query.search is not None:
        statement = statement.where(contains(query.search, Book.title, Book.author))
    if query.isbn is not None:
        statement = statement.where(Book.isbn == query.isbn)
    statement = ordered(statement, Book, query.sort, {"title": Book.title, "author": Book.author})
    return await page(session, statement, query)


async def get_book(session: AsyncSession, book_id: int) -> Book:
    """One book.

    Raises:
        NotFound: There is none with this id.
    """
    book = await session.scalar(select(Book).where(Book.id == book_id))
    if book is None:
        raise NotFound(f"There is no book {book_id}.")
    return book


async def create_book(session: AsyncSession, body: BookWrite) -> Book:
    """Keep a new book."""
    book = Book(title=body.title, author=body.author, isbn=body.isbn, copies=body.copies)
    session.add(book)
    await session.flush()
    await session.refresh(book)
    return book


async def update_book(session: AsyncSession, book_id: int, body: BookWrite, if_match: str) -> Book:
    """Replace what is kept of a book.

    Raises:
        NotFound: There is no such book.
        PreconditionFailed: The book was changed since the caller read it.
        RuleBroken: A rule stands against it.
    """
    book = await get_book(session, book_id)
    require_match(if_match, book)
    book.title = body.title
    book.author = body.author
    book.isbn = body.isbn
    book.copies = body.copies
    await rules.require_changeable(session, book)
    await session.flush()
    await session.refresh(book)
    return book


async def delete_book(session: AsyncSession, book_id: int, if_match: str) -> None:
    """Remove a book; one that has loans stays.

    Raises:
        NotFound: There is no such book.
        PreconditionFailed: The book was changed since the caller read it.
    """
    book = await get_book(session, book_id)
    require_match(if_match, book)
    await session.delete(book)
    await session.flush()


async def borrow(session: AsyncSession, caller: Caller, book_id: int, if_match: str | None) -> Loan:
    """Borrow a book.

    What the rules count is locked first, so that two callers at once cannot both pass.

    Raises:
        NotFound: There is no such book.
        PreconditionFailed: It is not the version that the caller means.
        RuleBroken: A rule stands against it.
    """
    await lock(session, Book, book_id)
    await lock(session, Member, caller.member_id)
    book = await get_book(session, book_id)
    require_match(if_match, book)
    # Nobody may borrow a book when every copy is out, and a member may not have more than 5 open loans.
    if book.available <= 0:
        raise RuleBroken("copy-available", "Every copy of this book is out.")
    loan_count = (
        await session.scalars(
            select(func.count(Loan.id)).where(Loan.member_id == caller.member_id, Loan.returned_on.is_(None))
        )
    ).one()
    if loan_count >= 5:
        raise RuleBroken("fewer-than-five-open", "A member may not have more than 5 open loans.")
    borrowed_on = today()
    # A member borrows a book.
    loan = Loan(
        book_id=book.id, member_id=caller.member_id, borrowed_on=borrowed_on, due_on=borrowed_on + timedelta(days=21)
    )
    session.add(loan)
    await session.flush()
    await session.refresh(loan)
    return loan
