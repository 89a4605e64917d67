"""Who may do what, and who sees what."""

import pytest

from .callers import SignIn
from .factories import Make


@pytest.mark.proves("entities.Book.access")
@pytest.mark.parametrize(
    ("role", "method", "path", "status"),
    [
        ("anyone", "POST", "/books", 401),
        ("member", "POST", "/books", 403),
        ("anyone", "GET", "/books/1", 401),
        ("anyone", "GET", "/books", 401),
        ("anyone", "PUT", "/books/1", 401),
        ("member", "PUT", "/books/1", 403),
        ("anyone", "DELETE", "/books/1", 401),
        ("member", "DELETE", "/books/1", 403),
    ],
)
async def test_whoever_has_no_grant_is_refused_books(
    sign_in: SignIn, role: str, method: str, path: str, status: int
) -> None:
    caller = await sign_in(role)
    answer = await caller.request(method, path)
    assert answer.status_code == status


@pytest.mark.proves("entities.Book.access.0")
async def test_librarian_may_create_a_book(sign_in: SignIn) -> None:
    as_librarian = await sign_in("librarian")
    answer = await as_librarian.post(
        "/books", json={"title": "Moby-Dick", "author": "Herman Melville", "isbn": "0000000000000", "copies": 2}
    )
    assert answer.status_code == 201


@pytest.mark.proves("entities.Book.access.0")
async def test_librarian_may_read_a_book(make: Make, sign_in: SignIn) -> None:
    book = await make.book()
    as_librarian = await sign_in("librarian")
    answer = await as_librarian.get(f"/books/{book.id}")
    assert answer.status_code == 200
    listed = await as_librarian.get("/books")
    assert book.id in [item["id"] for item in listed.json()["items"]]


@pytest.mark.proves("entities.Book.access.1")
async def test_member_may_read_a_book(make: Make, sign_in: SignIn) -> None:
    book = await make.book()
    as_member = await sign_in("member")
    answer = await as_member.get(f"/books/{book.id}")
    assert answer.status_code == 200
    listed = await as_member.get("/books")
    assert book.id in [item["id"] for item in listed.json()["items"]]


@pytest.mark.proves("entities.Book.access.0")
async def test_librarian_may_update_a_book(make: Make, sign_in: SignIn) -> None:
    book = await make.book()
    as_librarian = await sign_in("librarian")
    answer = await as_librarian.put(
        f"/books/{book.id}",
        json={"title": "Moby-Dick", "author": "Herman Melville", "isbn": "0000000000000", "copies": 2},
        headers={"If-Match": "*"},
    )
    assert answer.status_code == 200


@pytest.mark.proves("entities.Book.access.0")
async def test_librarian_may_delete_a_book(make: Make, sign_in: SignIn) -> None:
    book = await make.book()
    as_librarian = await sign_in("librarian")
    answer = await as_librarian.delete(f"/books/{book.id}", headers={"If-Match": "*"})
    assert answer.status_code == 204


@pytest.mark.proves("entities.Member.access")
@pytest.mark.parametrize(
    ("role", "method", "path", "status"),
    [
        ("anyone", "POST", "/members", 401),
        ("member", "POST", "/members", 403),
        ("anyone", "GET", "/members/1", 401),
        ("anyone", "GET", "/members", 401),
        ("anyone", "PUT", "/members/1", 401),
        ("member", "PUT", "/members/1", 403),
        ("anyone", "DELETE", "/members/1", 401),
        ("member", "DELETE", "/members/1", 403),
    ],
)
async def test_whoever_has_no_grant_is_refused_members(
    sign_in: SignIn, role: str, method: str, path: str, status: int
) -> None:
    caller = await sign_in(role)
    answer = await caller.request(method, path)
    assert answer.status_code == status


@pytest.mark.proves("entities.Member.access.0")
async def test_librarian_may_create_a_member(sign_in: SignIn) -> None:
    as_librarian = await sign_in("librarian")
    answer = await as_librarian.post(
        "/members",
        json={
            "name": "Ada Lovelace",
            "email": "ada@example.org",
            "joined_on": "2026-03-04",
            "account": {"username": "newcomer", "password": "a password to try"},
        },
    )
    assert answer.status_code == 201


@pytest.mark.proves("entities.Member.access.0")
async def test_librarian_may_read_a_member(make: Make, sign_in: SignIn) -> None:
    member = await make.member()
    as_librarian = await sign_in("librarian")
    answer = await as_librarian.get(f"/members/{member.id}")
    assert answer.status_code == 200
    listed = await as_librarian.get("/members")
    assert member.id in [item["id"] for item in listed.json()["items"]]


@pytest.mark.proves("entities.Member.access.1")
async def test_member_may_read_member_of_their_own(make: Make, sign_in: SignIn) -> None:
    member = await make.member()
    as_member = await sign_in("member", member)
    answer = await as_member.get(f"/members/{member.id}")
    assert answer.status_code == 200
    listed = await as_member.get("/members")
    assert member.id in [item["id"] for item in listed.json()["items"]]


@pytest.mark.proves("entities.Member.access.1")
async def test_member_may_not_read_another_member(make: Make, sign_in: SignIn) -> None:
    member = await make.member()
    as_member = await sign_in("member")
    answer = await as_member.get(f"/members/{member.id}")
    assert answer.status_code == 404
    listed = await as_member.get("/members")
    assert member.id not in [item["id"] for item in listed.json()["items"]]


@pytest.mark.proves("entities.Member.access.0")
async def test_librarian_may_update_a_member(make: Make, sign_in: SignIn) -> None:
    member = await make.member()
    as_librarian = await sign_in("librarian")
    answer = await as_librarian.put(
        f"/members/{member.id}",
        json={"name": "Ada Lovelace", "email": "ada@example.org", "joined_on": "2026-03-04"},
        headers={"If-Match": "*"},
    )
    assert answer.status_code == 200


@pytest.mark.proves("entities.Member.access.0")
async def test_librarian_may_delete_a_member(make: Make, sign_in: SignIn) -> None:
    member = await make.member()
    as_librarian = await sign_in("librarian")
    answer = await as_librarian.delete(f"/members/{member.id}", headers={"If-Match": "*"})
    assert answer.status_code == 204


@pytest.mark.proves("entities.Loan.access")
@pytest.mark.parametrize(
    ("role", "method", "path", "status"), [("anyone", "GET", "/loans/1", 401), ("anyone", "GET", "/loans", 401)]
)
async def test_whoever_has_no_grant_is_refused_loans(
    sign_in: SignIn, role: str, method: str, path: str, status: int
) -> None:
    caller = await sign_in(role)
    answer = await caller.request(method, path)
    assert answer.status_code == status


@pytest.mark.proves("entities.Loan.access.0")
async def test_librarian_may_read_a_loan(make: Make, sign_in: SignIn) -> None:
    loan = await make.loan()
    as_librarian = await sign_in("librarian")
    answer = await as_librarian.get(f"/loans/{loan.id}")
    assert answer.status_code == 200
    listed = await as_librarian.get("/loans")
    assert loan.id in [item["id"] for item in listed.json()["items"]]


@pytest.mark.proves("entities.Loan.access.1")
async def test_member_may_read_loan_of_their_own(make: Make, sign_in: SignIn) -> None:
    member = await make.member()
    loan = await make.loan(member=member)
    as_member = await sign_in("member", member)
    answer = await as_member.get(f"/loans/{loan.id}")
    assert answer.status_code == 200
    listed = await as_member.get("/loans")
    assert loan.id in [item["id"] for item in listed.json()["items"]]


@pytest.mark.proves("entities.Loan.access.1")
async def test_member_may_not_read_another_loan(make: Make, sign_in: SignIn) -> None:
    loan = await make.loan()
    as_member = await sign_in("member")
    answer = await as_member.get(f"/loans/{loan.id}")
    assert answer.status_code == 404
    listed = await as_member.get("/loans")
    assert loan.id not in [item["id"] for item in listed.json()["items"]]


@pytest.mark.parametrize(
    ("role", "path", "status"),
    [
        pytest.param("anyone", "/books/1/borrow", 401, marks=pytest.mark.proves("operations.borrow.by")),
        pytest.param("librarian", "/books/1/borrow", 403, marks=pytest.mark.proves("operations.borrow.by")),
        pytest.param("anyone", "/loans/1/renew", 401, marks=pytest.mark.proves("operations.renew.by")),
        pytest.param("librarian", "/loans/1/renew", 403, marks=pytest.mark.proves("operations.renew.by")),
        pytest.param("anyone", "/loans/1/return", 401, marks=pytest.mark.proves("operations.return.by")),
        pytest.param("librarian", "/loans/1/return", 403, marks=pytest.mark.proves("operations.return.by")),
    ],
)
async def test_an_operation_is_refused_to(sign_in: SignIn, role: str, path: str, status: int) -> None:
    caller = await sign_in(role)
    answer = await caller.post(path)
    assert answer.status_code == status


@pytest.mark.proves("operations.renew.by")
async def test_member_cannot_renew_what_they_may_not_read(make: Make, sign_in: SignIn) -> None:
    loan = await make.loan()
    as_member = await sign_in("member")
    answer = await as_member.post(f"/loans/{loan.id}/renew")
    assert answer.status_code == 404


@pytest.mark.proves("operations.return.by")
async def test_member_cannot_return_what_they_may_not_read(make: Make, sign_in: SignIn) -> None:
    loan = await make.loan()
    as_member = await sign_in("member")
    answer = await as_member.post(f"/loans/{loan.id}/return")
    assert answer.status_code == 404
