"""What holds for every value, tried with many."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .callers import SignIn
from .factories import Make


@pytest.mark.proves("entities.Book.fields.title")
@pytest.mark.proves("entities.Book.fields.author")
@given(
    title=st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=200).filter(
        lambda text: text == text.lstrip()
    ),
    author=st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=200).filter(
        lambda text: text == text.lstrip()
    ),
)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_any_text_of_a_book_is_given_back_unchanged(make: Make, sign_in: SignIn, title: str, author: str) -> None:
    book = await make.book()
    as_librarian = await sign_in("librarian")
    body = {"title": title, "author": author, "isbn": book.isbn, "copies": 3}
    answer = await as_librarian.put(f"/books/{book.id}", json=body, headers={"If-Match": "*"})
    assert answer.status_code == 200
    assert answer.json().items() >= body.items()


@pytest.mark.proves("entities.Member.fields.name")
@given(
    name=st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=200).filter(
        lambda text: text == text.lstrip()
    )
)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_any_text_of_a_member_is_given_back_unchanged(make: Make, sign_in: SignIn, name: str) -> None:
    member = await make.member()
    as_librarian = await sign_in("librarian")
    body = {"name": name, "email": member.email, "joined_on": "2026-03-03"}
    answer = await as_librarian.put(f"/members/{member.id}", json=body, headers={"If-Match": "*"})
    assert answer.status_code == 200
    assert answer.json().items() >= body.items()


@pytest.mark.proves("entities.Loan.derived.days_late")
@given(
    due_on=st.dates(date(2000, 1, 1), date(2100, 1, 1)),
    returned_on=st.none() | st.dates(date(2000, 1, 1), date(2100, 1, 1)),
)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_days_late_stays_within_its_bounds(
    make: Make, sign_in: SignIn, due_on: date, returned_on: date | None
) -> None:
    loan = await make.loan(due_on=due_on, returned_on=returned_on)
    as_librarian = await sign_in("librarian")
    answer = await as_librarian.get(f"/loans/{loan.id}")
    days_late = Decimal(answer.json()["days_late"])
    assert days_late >= 0


@pytest.mark.proves("entities.Loan.derived.fee")
@given(
    due_on=st.dates(date(2000, 1, 1), date(2100, 1, 1)),
    returned_on=st.none() | st.dates(date(2000, 1, 1), date(2100, 1, 1)),
)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_fee_stays_within_its_bounds(make: Make, sign_in: SignIn, due_on: date, returned_on: date | None) -> None:
    loan = await make.loan(due_on=due_on, returned_on=returned_on)
    as_librarian = await sign_in("librarian")
    answer = await as_librarian.get(f"/loans/{loan.id}")
    fee = Decimal(answer.json()["fee"])
    assert 0 <= fee <= 10
