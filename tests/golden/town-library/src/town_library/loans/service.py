"""What can be done with loans."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from town_library.accounts.access import Caller
from town_library.accounts.models import Role
from town_library.clock import today
from town_library.database import lock
from town_library.listing import ordered, page
from town_library.loans.models import Loan
from town_library.loans.schemas import LoanQuery
from town_library.preconditions import require_match
from town_library.problems import NotFound, RuleBroken


def readable(caller: Caller) -> ColumnElement[bool]:
    """The loans that the caller may read."""
    # Librarians manage books and members and can see every loan. Members can search books by title or
    # author, borrow, renew and return, and see only their own loans and fees.
    if caller.role is Role.MEMBER:
        return Loan.member_id == caller.member_id
    return true()


async def list_loans(session: AsyncSession, caller: Caller, query: LoanQuery) -> tuple[Sequence[Loan], int]:
    """A page of the loans that match, and how many match in all."""
    statement = select(Loan).where(readable(caller))
    if query.book_id is not None:
        statement = statement.where(Loan.book_id == query.book_id)
    if query.member_id is not None:
        statement = statement.where(Loan.member_id == query.member_id)
    statement = ordered(statement, Loan, query.sort, {"due_on": Loan.due_on, "borrowed_on": Loan.borrowed_on})
    return await page(session, statement, query)


async def get_loan(session: AsyncSession, caller: Caller, loan_id: int) -> Loan:
    """One loan.

    Raises:
        NotFound: There is none with this id that the caller may read.
    """
    loan = await session.scalar(select(Loan).where(Loan.id == loan_id, readable(caller)))
    if loan is None:
        raise NotFound(f"There is no loan {loan_id}.")
    return loan


async def renew(session: AsyncSession, caller: Caller, loan_id: int, if_match: str | None) -> Loan:
    """Renew a loan.

    Raises:
        NotFound: There is no such loan.
        PreconditionFailed: It is not the version that the caller means.
        RuleBroken: A rule stands against it.
    """
    await lock(session, Loan, loan_id)
    loan = await get_loan(session, caller, loan_id)
    require_match(if_match, loan)
    if loan.returned_on is not None:
        raise RuleBroken("still-open", "This loan was returned already.")
    # A loan that is already overdue cannot be renewed.
    if today() > loan.due_on:
        raise RuleBroken("not-overdue", "An overdue loan cannot be renewed.")
    # A member can renew a loan once; renewing adds 14 days to the due date.
    if loan.renewed:
        raise RuleBroken("not-renewed", "A loan can be renewed only once.")
    loan.due_on = loan.due_on + timedelta(days=14)
    loan.renewed = True
    await session.flush()
    await session.refresh(loan)
    return loan


async def return_(session: AsyncSession, caller: Caller, loan_id: int, if_match: str | None) -> Loan:
    """Return a loan.

    Raises:
        NotFound: There is no such loan.
        PreconditionFailed: It is not the version that the caller means.
        RuleBroken: A rule stands against it.
    """
    await lock(session, Loan, loan_id)
    loan = await get_loan(session, caller, loan_id)
    require_match(if_match, loan)
    if loan.returned_on is not None:
        raise RuleBroken("still-open", "This loan was returned already.")
    # Members can search books by title or author, borrow, renew and return, and see only their own loans
    # and fees.
    loan.returned_on = today()
    await session.flush()
    await session.refresh(loan)
    return loan
