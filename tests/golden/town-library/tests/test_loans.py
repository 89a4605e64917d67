"""Loans."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from time_machine import TimeMachineFixture

from town_library.loans.models import Loan

from .callers import SignIn, pointers, refusal
from .factories import Make


@pytest.mark.proves("entities.Loan.fields.borrowed_on")
@pytest.mark.proves("entities.Loan.fields.due_on")
@pytest.mark.proves("entities.Loan.fields.returned_on")
@pytest.mark.proves("entities.Loan.fields.renewed")
@pytest.mark.proves("entities.Loan.relations.book")
@pytest.mark.proves("entities.Loan.relations.member")
async def test_a_loan_is_shown_as_it_is_kept(make: Make, sign_in: SignIn) -> None:
    loan = await make.loan(
        borrowed_on=date(2026, 3, 3), due_on=date(2026, 3, 4), returned_on=date(2026, 3, 4), renewed=True
    )
    as_librarian = await sign_in("librarian")
    answer = await as_librarian.get(f"/loans/{loan.id}")
    assert (
        answer.json().items()
        >= {
            "borrowed_on": "2026-03-03",
            "due_on": "2026-03-04",
            "returned_on": "2026-03-04",
            "renewed": True,
            "book_id": loan.book_id,
            "member_id": loan.member_id,
        }.items()
    )


async def test_a_loan_that_does_not_exist_is_not_found(make: Make, sign_in: SignIn) -> None:
    await make.loan()
    as_librarian = await sign_in("librarian")
    answer = await as_librarian.get("/loans/999999")
    assert refusal(answer) == (404, "about:blank", "There is no loan 999999.")


@pytest.mark.proves("entities.Loan.derived.days_late")
@pytest.mark.parametrize(
    ("given", "days_late"),
    [
        ({}, 0),
        ({"due_on": date(2026, 3, 3)}, 1),
        ({"due_on": date(2025, 1, 28)}, 400),
        ({"returned_on": date(2027, 4, 8)}, 379),
        ({"due_on": date(2026, 3, 4)}, 0),
        ({"returned_on": date(2026, 3, 5)}, 0),
    ],
)
async def test_days_late_is_worked_out(make: Make, sign_in: SignIn, given: dict[str, Any], days_late: object) -> None:
    loan = await make.loan(**given)
    as_librarian = await sign_in("librarian")
    answer = await as_librarian.get(f"/loans/{loan.id}")
    assert answer.json()["days_late"] == days_late


@pytest.mark.proves("entities.Loan.derived.fee")
@pytest.mark.parametrize(
    ("due_on", "returned_on", "fee"),
    [
        (date(2026, 3, 1), date(2026, 3, 4), "0.75"),
        (date(2026, 3, 1), date(2026, 4, 30), "10.00"),
        (date(2026, 3, 1), date(2026, 3, 1), "0.00"),
    ],
)
async def test_fee_is_as_in_the_examples(
    make: Make, sign_in: SignIn, due_on: date, returned_on: date | None, fee: object
) -> None:
    loan = await make.loan(due_on=due_on, returned_on=returned_on)
    as_librarian = await sign_in("librarian")
    answer = await as_librarian.get(f"/loans/{loan.id}")
    assert answer.json().items() >= {"fee": fee}.items()


@pytest.mark.proves("entities.Loan.derived.fee")
@pytest.mark.parametrize(
    ("given", "fee"),
    [
        ({}, "0.00"),
        ({"due_on": date(2026, 3, 3)}, "0.25"),
        ({"due_on": date(2025, 1, 28)}, "10.00"),
        ({"due_on": date(2026, 3, 3), "returned_on": date(2026, 3, 5)}, "0.50"),
        ({"due_on": date(2026, 3, 4)}, "0.00"),
        ({"returned_on": date(2026, 3, 5)}, "0.00"),
        ({"returned_on": date(2027, 4, 8)}, "10.00"),
    ],
)
async def test_fee_is_worked_out(make: Make, sign_in: SignIn, given: dict[str, Any], fee: object) -> None:
    loan = await make.loan(**given)
    as_librarian = await sign_in("librarian")
    answer = await as_librarian.get(f"/loans/{loan.id}")
    assert answer.json()["fee"] == fee


@pytest.mark.proves("entities.Loan.relations.book")
async def test_a_loan_needs_book_that_exists(make: Make, sessions: async_sessionmaker[AsyncSession]) -> None:
    loan = await make.loan()
    async with sessions() as session:
        session.add(loan)
        loan.book_id = 999999
        with pytest.raises(IntegrityError):
            await session.flush()


@pytest.mark.proves("entities.Loan.relations.book.on_delete")
async def test_book_of_a_loan_cannot_be_deleted(
    make: Make, sign_in: SignIn, sessions: async_sessionmaker[AsyncSession]
) -> None:
    book = await make.book()
    as_librarian = await sign_in("librarian")
    loan = await make.loan(book=book)
    answer = await as_librarian.delete(f"/books/{book.id}", headers={"If-Match": "*"})
    assert refusal(answer) == (409, "about:blank", "Other records depend on this one.")
    assert (await as_librarian.get(f"/books/{book.id}")).status_code == 200
    async with sessions() as session:
        assert await session.get(Loan, loan.id) is not None


@pytest.mark.proves("entities.Loan.relations.member")
async def test_a_loan_needs_member_that_exists(make: Make, sessions: async_sessionmaker[AsyncSession]) -> None:
    loan = await make.loan()
    async with sessions() as session:
        session.add(loan)
        loan.member_id = 999999
        with pytest.raises(IntegrityError):
            await session.flush()


@pytest.mark.proves("entities.Loan.relations.member.on_delete")
async def test_member_of_a_loan_cannot_be_deleted(
    make: Make, sign_in: SignIn, sessions: async_sessionmaker[AsyncSession]
) -> None:
    member = await make.member()
    as_librarian = await sign_in("librarian")
    loan = await make.loan(member=member)
    answer = await as_librarian.delete(f"/members/{member.id}", headers={"If-Match": "*"})
    assert refusal(answer) == (409, "about:blank", "Other records depend on this one.")
    assert (await as_librarian.get(f"/members/{member.id}")).status_code == 200
    async with sessions() as session:
        assert await session.get(Loan, loan.id) is not None


@pytest.mark.proves("operations.renew")
@pytest.mark.proves("operations.renew.by")
async def test_member_may_renew(make: Make, sign_in: SignIn) -> None:
    member = await make.member()
    loan = await make.loan(member=member, due_on=date(2026, 3, 5))
    as_member = await sign_in("member", member)
    answer = await as_member.post(f"/loans/{loan.id}/renew")
    assert answer.status_code == 200
    assert answer.json().items() >= {"due_on": "2026-03-19", "renewed": True}.items()


@pytest.mark.proves("operations.renew.requires.still_open")
async def test_renew_is_refused_unless_still_open(make: Make, sign_in: SignIn) -> None:
    member = await make.member()
    loan = await make.loan(member=member, returned_on=date(2026, 3, 4))
    as_member = await sign_in("member", member)
    answer = await as_member.post(f"/loans/{loan.id}/renew")
    assert refusal(answer) == (409, "still-open", "This loan was returned already.")


@pytest.mark.proves("operations.renew.requires.still_open")
async def test_renew_is_accepted_when_still_open(make: Make, sign_in: SignIn) -> None:
    member = await make.member()
    loan = await make.loan(member=member)
    as_member = await sign_in("member", member)
    answer = await as_member.post(f"/loans/{loan.id}/renew")
    assert answer.status_code == 200


@pytest.mark.proves("operations.renew.requires.not_overdue")
async def test_renew_is_refused_unless_not_overdue(make: Make, sign_in: SignIn) -> None:
    member = await make.member()
    loan = await make.loan(member=member, due_on=date(2026, 3, 3))
    as_member = await sign_in("member", member)
    answer = await as_member.post(f"/loans/{loan.id}/renew")
    assert refusal(answer) == (409, "not-overdue", "An overdue loan cannot be renewed.")


@pytest.mark.proves("operations.renew.requires.not_overdue")
async def test_renew_is_accepted_when_not_overdue(make: Make, sign_in: SignIn) -> None:
    member = await make.member()
    loan = await make.loan(member=member, due_on=date(2026, 3, 4))
    as_member = await sign_in("member", member)
    answer = await as_member.post(f"/loans/{loan.id}/renew")
    assert answer.status_code == 200


@pytest.mark.proves("operations.renew.requires.not_renewed")
async def test_renew_is_refused_unless_not_renewed(make: Make, sign_in: SignIn) -> None:
    member = await make.member()
    loan = await make.loan(member=member, renewed=True)
    as_member = await sign_in("member", member)
    answer = await as_member.post(f"/loans/{loan.id}/renew")
    assert refusal(answer) == (409, "not-renewed", "A loan can be renewed only once.")


@pytest.mark.proves("operations.renew.requires.not_renewed")
async def test_renew_is_accepted_when_not_renewed(make: Make, sign_in: SignIn) -> None:
    member = await make.member()
    loan = await make.loan(member=member)
    as_member = await sign_in("member", member)
    answer = await as_member.post(f"/loans/{loan.id}/renew")
    assert answer.status_code == 200


@pytest.mark.proves("operations.renew")
async def test_renew_is_refused_for_another_version(make: Make, sign_in: SignIn) -> None:
    member = await make.member()
    loan = await make.loan(member=member)
    as_member = await sign_in("member", member)
    answer = await as_member.post(f"/loans/{loan.id}/renew", headers={"If-Match": '"0"'})
    assert answer.status_code == 412


@pytest.mark.proves("operations.return")
@pytest.mark.proves("operations.return.by")
async def test_member_may_return(make: Make, sign_in: SignIn) -> None:
    member = await make.member()
    loan = await make.loan(member=member)
    as_member = await sign_in("member", member)
    answer = await as_member.post(f"/loans/{loan.id}/return")
    assert answer.status_code == 200
    assert answer.json().items() >= {"returned_on": "2026-03-04"}.items()


@pytest.mark.proves("operations.return.requires.still_open")
async def test_return_is_refused_unless_still_open(make: Make, sign_in: SignIn) -> None:
    member = await make.member()
    loan = await make.loan(member=member, returned_on=date(2026, 3, 4))
    as_member = await sign_in("member", member)
    answer = await as_member.post(f"/loans/{loan.id}/return")
    assert refusal(answer) == (409, "still-open", "This loan was returned already.")


@pytest.mark.proves("operations.return.requires.still_open")
async def test_return_is_accepted_when_still_open(make: Make, sign_in: SignIn) -> None:
    member = await make.member()
    loan = await make.loan(member=member)
    as_member = await sign_in("member", member)
    answer = await as_member.post(f"/loans/{loan.id}/return")
    assert answer.status_code == 200


@pytest.mark.proves("operations.return")
async def test_return_is_refused_for_another_version(make: Make, sign_in: SignIn) -> None:
    member = await make.member()
    loan = await make.loan(member=member)
    as_member = await sign_in("member", member)
    answer = await as_member.post(f"/loans/{loan.id}/return", headers={"If-Match": '"0"'})
    assert answer.status_code == 412


@pytest.mark.proves("entities.Loan.derived.days_late")
async def test_days_late_follows_the_local_day_a_minute_before_midnight(
    make: Make, sign_in: SignIn, clock: TimeMachineFixture
) -> None:
    clock.move_to(datetime(2026, 3, 4, 22, 59, tzinfo=UTC))
    loan = await make.loan(due_on=date(2026, 3, 4))
    as_librarian = await sign_in("librarian")
    answer = await as_librarian.get(f"/loans/{loan.id}")
    assert answer.json()["days_late"] == 0


@pytest.mark.proves("entities.Loan.derived.days_late")
async def test_days_late_follows_the_local_day_at_midnight(
    make: Make, sign_in: SignIn, clock: TimeMachineFixture
) -> None:
    clock.move_to(datetime(2026, 7, 1, 22, 0, tzinfo=UTC))
    loan = await make.loan()
    as_librarian = await sign_in("librarian")
    answer = await as_librarian.get(f"/loans/{loan.id}")
    assert answer.json()["days_late"] == 99


@pytest.mark.proves("operations.renew.requires.not_overdue")
async def test_renew_is_accepted_when_not_overdue_a_minute_before_midnight(
    make: Make, sign_in: SignIn, clock: TimeMachineFixture
) -> None:
    clock.move_to(datetime(2026, 3, 4, 22, 59, tzinfo=UTC))
    member = await make.member()
    loan = await make.loan(member=member, due_on=date(2026, 3, 4))
    as_member = await sign_in("member", member)
    answer = await as_member.post(f"/loans/{loan.id}/renew")
    assert answer.status_code == 200


@pytest.mark.proves("operations.renew.requires.not_overdue")
async def test_renew_is_refused_unless_not_overdue_at_midnight(
    make: Make, sign_in: SignIn, clock: TimeMachineFixture
) -> None:
    clock.move_to(datetime(2026, 7, 1, 22, 0, tzinfo=UTC))
    member = await make.member()
    loan = await make.loan(member=member, due_on=date(2026, 7, 1))
    as_member = await sign_in("member", member)
    answer = await as_member.post(f"/loans/{loan.id}/renew")
    assert refusal(answer) == (409, "not-overdue", "An overdue loan cannot be renewed.")


@pytest.mark.proves("operations.return")
@pytest.mark.parametrize(
    ("moment", "returned_on"),
    [(datetime(2026, 3, 4, 22, 59, tzinfo=UTC), "2026-03-04"), (datetime(2026, 7, 1, 22, 0, tzinfo=UTC), "2026-07-02")],
)
async def test_return_gives_returned_on_by_the_local_day(
    make: Make, sign_in: SignIn, clock: TimeMachineFixture, moment: datetime, returned_on: object
) -> None:
    clock.move_to(moment)
    member = await make.member()
    loan = await make.loan(member=member)
    as_member = await sign_in("member", member)
    answer = await as_member.post(f"/loans/{loan.id}/return")
    assert answer.json()["returned_on"] == returned_on


@pytest.mark.proves("entities.Loan.list.filter")
async def test_loans_are_filtered_by_book(make: Make, sign_in: SignIn) -> None:
    loan = await make.loan()
    await make.loan()
    as_librarian = await sign_in("librarian")
    answer = await as_librarian.get("/loans", params={"book_id": loan.book_id})
    assert [item["id"] for item in answer.json()["items"]] == [loan.id]


@pytest.mark.proves("entities.Loan.list.filter")
async def test_loans_are_filtered_by_member(make: Make, sign_in: SignIn) -> None:
    loan = await make.loan()
    await make.loan()
    as_librarian = await sign_in("librarian")
    answer = await as_librarian.get("/loans", params={"member_id": loan.member_id})
    assert [item["id"] for item in answer.json()["items"]] == [loan.id]


@pytest.mark.proves("entities.Loan.list.sort")
async def test_loans_are_sorted_by_due_on(make: Make, sign_in: SignIn) -> None:
    high = await make.loan(due_on=date(2026, 3, 4))
    low = await make.loan(due_on=date(2026, 3, 3))
    as_librarian = await sign_in("librarian")
    up = await as_librarian.get("/loans", params={"sort": "due_on"})
    down = await as_librarian.get("/loans", params={"sort": "-due_on"})
    assert [item["id"] for item in up.json()["items"]] == [low.id, high.id]
    assert [item["id"] for item in down.json()["items"]] == [high.id, low.id]


@pytest.mark.proves("entities.Loan.list.sort")
async def test_loans_are_sorted_by_borrowed_on(make: Make, sign_in: SignIn) -> None:
    high = await make.loan(borrowed_on=date(2026, 3, 4))
    low = await make.loan(borrowed_on=date(2026, 3, 3))
    as_librarian = await sign_in("librarian")
    up = await as_librarian.get("/loans", params={"sort": "borrowed_on"})
    down = await as_librarian.get("/loans", params={"sort": "-borrowed_on"})
    assert [item["id"] for item in up.json()["items"]] == [low.id, high.id]
    assert [item["id"] for item in down.json()["items"]] == [high.id, low.id]


async def test_loans_are_given_out_in_pages(make: Make, sign_in: SignIn) -> None:
    all_records = [await make.loan() for _ in range(3)]
    as_librarian = await sign_in("librarian")
    answer = await as_librarian.get("/loans", params={"limit": 2, "offset": 1})
    assert [item["id"] for item in answer.json()["items"]] == [record.id for record in all_records[1:]]
    assert answer.json().items() >= {"total": 3, "limit": 2, "offset": 1}.items()


@pytest.mark.parametrize(
    ("key", "value"), [("limit", "0"), ("limit", "101"), ("offset", "-1"), ("sort", "nonsense"), ("nonsense", "1")]
)
async def test_a_list_of_loans_is_refused_with(sign_in: SignIn, key: str, value: str) -> None:
    as_librarian = await sign_in("librarian")
    answer = await as_librarian.get("/loans", params={key: value})
    assert pointers(answer) == [f"/query/{key}"]
