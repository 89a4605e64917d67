"""Callers who do the same thing at the same moment."""

import asyncio
from datetime import date
from typing import Any

import pytest

from .callers import SignIn
from .factories import Make

BOOK: dict[str, Any] = {"title": "Moby-Dick", "author": "Herman Melville", "isbn": "0000000000000", "copies": 2}

MEMBER: dict[str, Any] = {
    "name": "Ada Lovelace",
    "email": "ada@example.org",
    "account": {"username": "newcomer", "password": "a password to try"},
}


@pytest.mark.proves("entities.Book.fields.isbn.unique")
@pytest.mark.postgres
async def test_one_of_several_books_with_the_same_isbn_is_kept(sign_in: SignIn) -> None:
    as_librarian = await sign_in("librarian")
    bodies = [BOOK for _ in range(4)]
    calls = [as_librarian.post("/books", json=body) for body in bodies]
    answers = await asyncio.gather(*calls)
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]


@pytest.mark.proves("entities.Member.fields.email.unique")
@pytest.mark.postgres
async def test_one_of_several_members_with_the_same_email_is_kept(sign_in: SignIn) -> None:
    as_librarian = await sign_in("librarian")
    bodies = [
        MEMBER | {"account": {"username": f"newcomer-{number}", "password": "a password to try"}} for number in range(4)
    ]
    calls = [as_librarian.post("/members", json=body) for body in bodies]
    answers = await asyncio.gather(*calls)
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]


@pytest.mark.proves("operations.borrow.requires.copy_available")
@pytest.mark.postgres
async def test_callers_at_once_cannot_pass_copy_available_together(make: Make, sign_in: SignIn) -> None:
    for _ in range(5):
        book = await make.book()
        await make.loan(book=book)
        callers = [await sign_in("member") for _ in range(4)]
        calls = [caller.post(f"/books/{book.id}/borrow") for caller in callers]
        answers = await asyncio.gather(*calls)
        assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]


@pytest.mark.proves("operations.borrow.requires.fewer_than_five_open")
@pytest.mark.postgres
async def test_callers_at_once_cannot_pass_fewer_than_five_open_together(make: Make, sign_in: SignIn) -> None:
    for _ in range(5):
        member = await make.member()
        for _ in range(4):
            await make.loan(member=member)
        as_member = await sign_in("member", member)
        books = [await make.book() for _ in range(4)]
        calls = [as_member.post(f"/books/{book.id}/borrow") for book in books]
        answers = await asyncio.gather(*calls)
        assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]


@pytest.mark.proves("operations.renew.requires.not_renewed")
@pytest.mark.postgres
async def test_one_of_several_callers_may_renew_the_same_loan(make: Make, sign_in: SignIn) -> None:
    for _ in range(5):
        member = await make.member()
        loan = await make.loan(member=member, due_on=date(2026, 3, 5))
        as_member = await sign_in("member", member)
        calls = [as_member.post(f"/loans/{loan.id}/renew") for _ in range(4)]
        answers = await asyncio.gather(*calls)
        assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]


@pytest.mark.proves("operations.return.requires.still_open")
@pytest.mark.postgres
async def test_one_of_several_callers_may_return_the_same_loan(make: Make, sign_in: SignIn) -> None:
    for _ in range(5):
        member = await make.member()
        loan = await make.loan(member=member)
        as_member = await sign_in("member", member)
        calls = [as_member.post(f"/loans/{loan.id}/return") for _ in range(4)]
        answers = await asyncio.gather(*calls)
        assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
