"""Valid records, put straight into the database past the rules."""

import itertools
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from town_library.accounts.models import Account, Role
from town_library.books.models import Book
from town_library.database import Base, Record
from town_library.loans.models import Loan
from town_library.members.models import Member

NOW = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)
"""When the tests take place: a Wednesday, 10:00 in Europe/Berlin."""

R = TypeVar("R", bound=Base)


class Make:
    """Makes records: `await make.book()`. What a test does not say is ordinary, and unique where it must be."""

    def __init__(self, sessions: async_sessionmaker[AsyncSession]) -> None:
        self._sessions = sessions
        self._numbers = itertools.count(111)

    async def account(self, role: str, record: Record | None = None, *, password_hash: str | None = None) -> Account:
        records: dict[str, Callable[[], Awaitable[Record]]] = {"member": self.member}
        if record is None and role in records:
            record = await records[role]()
        owner = {f"{role}_id": record.id} if record is not None else {}
        account = Account(
            username=f"{role}-{next(self._numbers)}",
            password_hash=password_hash or "no password fits",
            role=Role(role),
            **owner,
        )
        return await self._keep(account)

    async def book(
        self, *, title: str = "Moby-Dick", author: str = "Herman Melville", isbn: str | None = None, copies: int = 2
    ) -> Book:
        book = Book(title=title, author=author, isbn=isbn or f"{next(self._numbers):013}", copies=copies)
        return await self._keep(book)

    async def member(
        self, *, name: str = "Ada Lovelace", email: str | None = None, joined_on: date = date(2026, 3, 4)
    ) -> Member:
        member = Member(name=name, email=email or f"email-{next(self._numbers)}@example.org", joined_on=joined_on)
        return await self._keep(member)

    async def loan(
        self,
        *,
        book: Book | None = None,
        member: Member | None = None,
        borrowed_on: date = date(2026, 3, 4),
        due_on: date = date(2026, 3, 25),
        returned_on: date | None = None,
        renewed: bool = False,
    ) -> Loan:
        loan = Loan(
            book_id=(book or await self.book()).id,
            member_id=(member or await self.member()).id,
            borrowed_on=borrowed_on,
            due_on=due_on,
            returned_on=returned_on,
            renewed=renewed,
        )
        return await self._keep(loan)

    async def _keep(self, record: R) -> R:
        async with self._sessions.begin() as session:
            session.add(record)
        return record
