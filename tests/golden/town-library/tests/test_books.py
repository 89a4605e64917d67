"""Books."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from time_machine import TimeMachineFixture

from .callers import SignIn, pointers, refusal
from .factories import Make

BOOK: dict[str, Any] = {"title": "Moby-Dick", "author": "Herman Melville", "isbn": "0000000000000", "copies": 2}


@pytest.mark.proves("entities.Book.fields.title")
@pytest.mark.proves("entities.Book.fields.author")
@pytest.mark.proves("entities.Book.fields.isbn")
@pytest.mark.proves("entities.Book.fields.copies")
async def test_a_book_is_kept_as_it_was_given(sign_in: SignIn) -> None:
    as_librarian = await sign_in("librarian")
    body = BOOK
    answer = await as_librarian.post("/books", json=body)
    assert answer.status_code == 201
    assert answer.json().items() >= body.items()
    read = await as_librarian.get(answer.headers["Location"])
    assert read.json() == answer.json()
    assert read.headers["ETag"] == answer.headers["ETag"]


@pytest.mark.proves("entities.Book.fields.isbn.unique")
async def test_no_two_books_have_the_same_isbn(make: Make, sign_in: SignIn) -> None:
    await make.book(isbn=BOOK["isbn"])
    as_librarian = await sign_in("librarian")
    answer = await as_librarian.post("/books", json=BOOK)
    assert refusal(answer) == (409, "about:blank", "Another book has the same isbn.")


@pytest.mark.parametrize(
    "key",
    [
        pytest.param("title", marks=pytest.mark.proves("entities.Book.fields.title")),
        pytest.param("author", marks=pytest.mark.proves("entities.Book.fields.author")),
        pytest.param("isbn", marks=pytest.mark.proves("entities.Book.fields.isbn")),
        pytest.param("copies", marks=pytest.mark.proves("entities.Book.fields.copies")),
    ],
)
async def test_a_book_is_refused_without(sign_in: SignIn, key: str) -> None:
    as_librarian = await sign_in("librarian")
    body = BOOK
    answer = await as_librarian.post("/books", json={name: body[name] for name in body if name != key})
    assert pointers(answer) == [f"/body/{key}"]


@pytest.mark.parametrize(
    ("key", "value"), [("id", 7), ("created_at", "2020-01-01T00:00:00Z"), ("available", 1), ("nonsense", 1)]
)
async def test_no_caller_sets_what_the_service_keeps_of_a_book(sign_in: SignIn, key: str, value: object) -> None:
    as_librarian = await sign_in("librarian")
    answer = await as_librarian.post("/books", json=BOOK | {key: value})
    assert pointers(answer) == [f"/body/{key}"]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("title", 7),
        ("author", 7),
        ("isbn", 7),
        ("copies", "many"),
        ("title", None),
        ("author", None),
        ("isbn", None),
        ("copies", None),
    ],
)
async def test_a_book_is_refused_with_a_value_of_another_type(sign_in: SignIn, key: str, value: object) -> None:
    as_librarian = await sign_in("librarian")
    answer = await as_librarian.post("/books", json=BOOK | {key: value})
    assert pointers(answer) == [f"/body/{key}"]


async def test_a_book_that_does_not_exist_is_not_found(make: Make, sign_in: SignIn) -> None:
    await make.book()
    as_librarian = await sign_in("librarian")
    answer = await as_librarian.get("/books/999999")
    assert refusal(answer) == (404, "about:blank", "There is no book 999999.")


@pytest.mark.proves("entities.Book.fields.title")
@pytest.mark.proves("entities.Book.fields.author")
@pytest.mark.proves("entities.Book.fields.isbn")
@pytest.mark.proves("entities.Book.fields.copies")
async def test_a_book_is_changed_as_a_whole(make: Make, sign_in: SignIn) -> None:
    book = await make.book()
    as_librarian = await sign_in("librarian")
    body = {"title": "Emma", "author": "Jane Austen", "isbn": "0000000000001", "copies": 3}
    answer = await as_librarian.put(f"/books/{book.id}", json=body, headers={"If-Match": "*"})
    assert answer.status_code == 200
    assert answer.json().items() >= body.items()
    assert (await as_librarian.get(f"/books/{book.id}")).json() == answer.json()


async def test_a_change_of_a_book_names_the_version_that_it_is_based_on(make: Make, sign_in: SignIn) -> None:
    book = await make.book()
    as_librarian = await sign_in("librarian")
    body = {"title": "Emma", "author": "Jane Austen", "isbn": "0000000000001", "copies": 3}
    etag = (await as_librarian.get(f"/books/{book.id}")).headers["ETag"]
    assert (await as_librarian.put(f"/books/{book.id}", json=body)).status_code == 428
    assert (await as_librarian.put(f"/books/{book.id}", json=body, headers={"If-Match": etag})).status_code == 200
    assert (await as_librarian.put(f"/books/{book.id}", json=body, headers={"If-Match": etag})).status_code == 412


async def test_a_book_is_gone_once_deleted(make: Make, sign_in: SignIn) -> None:
    book = await make.book()
    as_librarian = await sign_in("librarian")
    url = f"/books/{book.id}"
    assert (await as_librarian.delete(url)).status_code == 428
    assert (await as_librarian.delete(url, headers={"If-Match": '"0"'})).status_code == 412
    assert (await as_librarian.delete(url, headers={"If-Match": "*"})).status_code == 204
    assert (await as_librarian.get(url)).status_code == 404


@pytest.mark.parametrize(
    ("key", "value"),
    [
        pytest.param("title", "x" * 200, id="title of 200 characters"),
        pytest.param("author", "x" * 200, id="author of 200 characters"),
        pytest.param("isbn", "0000000000000", marks=pytest.mark.proves("entities.Book.fields.isbn.pattern")),
        pytest.param("copies", 0, marks=pytest.mark.proves("entities.Book.fields.copies.min")),
    ],
)
async def test_book_takes_a_value_at_its_limit(sign_in: SignIn, key: str, value: object) -> None:
    as_librarian = await sign_in("librarian")
    answer = await as_librarian.post("/books", json=BOOK | {key: value})
    assert answer.json()[key] == value


@pytest.mark.parametrize(
    ("key", "value"),
    [
        pytest.param("title", "x" * 201, id="title of 201 characters"),
        ("title", ""),
        pytest.param("author", "x" * 201, id="author of 201 characters"),
        ("author", ""),
        pytest.param("isbn", "000000000000", marks=pytest.mark.proves("entities.Book.fields.isbn.pattern")),
        pytest.param("isbn", "00000000000000", marks=pytest.mark.proves("entities.Book.fields.isbn.pattern")),
        pytest.param("isbn", "000000000000x", marks=pytest.mark.proves("entities.Book.fields.isbn.pattern")),
        pytest.param("copies", -1, marks=pytest.mark.proves("entities.Book.fields.copies.min")),
    ],
)
async def test_book_refuses_a_value_beyond_its_limit(sign_in: SignIn, key: str, value: object) -> None:
    as_librarian = await sign_in("librarian")
    answer = await as_librarian.post("/books", json=BOOK | {key: value})
    assert pointers(answer) == [f"/body/{key}"]


@pytest.mark.proves("entities.Book.derived.available")
async def test_available_with_1_loan(make: Make, sign_in: SignIn) -> None:
    book = await make.book()
    await make.loan(book=book)
    as_librarian = await sign_in("librarian")
    answer = await as_librarian.get(f"/books/{book.id}")
    assert answer.json()["available"] == 1


@pytest.mark.proves("entities.Book.derived.available")
async def test_available_with_2_loans(make: Make, sign_in: SignIn) -> None:
    book = await make.book()
    for _ in range(2):
        await make.loan(book=book)
    as_librarian = await sign_in("librarian")
    answer = await as_librarian.get(f"/books/{book.id}")
    assert answer.json()["available"] == 0


@pytest.mark.proves("entities.Book.derived.available")
async def test_available_with_1_loan_and_returned_on_2026_03_04(make: Make, sign_in: SignIn) -> None:
    book = await make.book()
    await make.loan(book=book, returned_on=date(2026, 3, 4))
    as_librarian = await sign_in("librarian")
    answer = await as_librarian.get(f"/books/{book.id}")
    assert answer.json()["available"] == 2


@pytest.mark.proves("entities.Book.derived.available")
async def test_available_leaves_out_loans_of_another_book(make: Make, sign_in: SignIn) -> None:
    book = await make.book()
    another_book = await make.book()
    await make.loan(book=another_book)
    as_librarian = await sign_in("librarian")
    answer = await as_librarian.get(f"/books/{book.id}")
    assert answer.json()["available"] == 2


@pytest.mark.proves("entities.Book.derived.available")
@pytest.mark.parametrize(("given", "available"), [({}, 2), ({"copies": 3}, 3)])
async def test_available_is_worked_out(make: Make, sign_in: SignIn, given: dict[str, Any], available: object) -> None:
    book = await make.book(**given)
    as_librarian = await sign_in("librarian")
    answer = await as_librarian.get(f"/books/{book.id}")
    assert answer.json()["available"] == available


@pytest.mark.proves("entities.Book.rules.enough_for_open_loans")
async def test_a_book_is_not_changed_unless_enough_for_open_loans(make: Make, sign_in: SignIn) -> None:
    book = await make.book(copies=0)
    await make.loan(book=book)
    as_librarian = await sign_in("librarian")
    answer = await as_librarian.put(
        f"/books/{book.id}",
        json={"title": "Moby-Dick", "author": "Herman Melville", "isbn": "0000000000000", "copies": 0},
        headers={"If-Match": "*"},
    )
    assert refusal(answer) == (409, "enough-for-open-loans", "More copies of this book are out on loan.")


@pytest.mark.proves("entities.Book.rules.enough_for_open_loans")
async def test_a_book_is_changed_when_enough_for_open_loans(make: Make, sign_in: SignIn) -> None:
    book = await make.book(copies=0)
    as_librarian = await sign_in("librarian")
    answer = await as_librarian.put(
        f"/books/{book.id}",
        json={"title": "Moby-Dick", "author": "Herman Melville", "isbn": "0000000000000", "copies": 0},
        headers={"If-Match": "*"},
    )
    assert answer.status_code == 200


@pytest.mark.proves("entities.Book.rules.enough_for_open_loans")
async def test_a_book_is_changed_as_enough_for_open_loans_leaves_out_loans_with_returned_on_2026_03_04(
    make: Make, sign_in: SignIn
) -> None:
    book = await make.book(copies=0)
    await make.loan(book=book, returned_on=date(2026, 3, 4))
    as_librarian = await sign_in("librarian")
    answer = await as_librarian.put(
        f"/books/{book.id}",
        json={"title": "Moby-Dick", "author": "Herman Melville", "isbn": "0000000000000", "copies": 0},
        headers={"If-Match": "*"},
    )
    assert answer.status_code == 200


@pytest.mark.proves("entities.Book.rules.enough_for_open_loans")
async def test_a_book_is_changed_as_enough_for_open_loans_leaves_out_loans_of_another_book(
    make: Make, sign_in: SignIn
) -> None:
    book = await make.book(copies=0)
    another_book = await make.book()
    await make.loan(book=another_book)
    as_librarian = await sign_in("librarian")
    answer = await as_librarian.put(
        f"/books/{book.id}",
        json={"title": "Moby-Dick", "author": "Herman Melville", "isbn": "0000000000000", "copies": 0},
        headers={"If-Match": "*"},
    )
    assert answer.status_code == 200


@pytest.mark.proves("entities.Book.rules.enough_for_open_loans")
async def test_a_book_is_changed_as_enough_for_open_loans_with_copies_2(make: Make, sign_in: SignIn) -> None:
    book = await make.book()
    await make.loan(book=book)
    as_librarian = await sign_in("librarian")
    answer = await as_librarian.put(
        f"/books/{book.id}",
        json={"title": "Moby-Dick", "author": "Herman Melville", "isbn": "0000000000000", "copies": 2},
        headers={"If-Match": "*"},
    )
    assert answer.status_code == 200


@pytest.mark.proves("operations.borrow")
@pytest.mark.proves("operations.borrow.by")
@pytest.mark.proves("entities.Loan.relations.book")
@pytest.mark.proves("entities.Loan.relations.member")
@pytest.mark.proves("entities.Loan.fields.borrowed_on.default")
@pytest.mark.proves("entities.Loan.fields.due_on.default")
@pytest.mark.proves("entities.Loan.fields.renewed.default")
async def test_member_may_borrow(make: Make, sign_in: SignIn) -> None:
    member = await make.member()
    book = await make.book()
    as_member = await sign_in("member", member)
    answer = await as_member.post(f"/books/{book.id}/borrow")
    assert answer.status_code == 201
    assert (
        answer.json().items()
        >= {
            "book_id": book.id,
            "member_id": member.id,
            "borrowed_on": "2026-03-04",
            "due_on": "2026-03-25",
            "returned_on": None,
            "renewed": False,
        }.items()
    )
    assert answer.headers["Location"] == f"/loans/{answer.json()['id']}"


@pytest.mark.proves("operations.borrow.requires.copy_available")
async def test_borrow_is_refused_unless_copy_available(make: Make, sign_in: SignIn) -> None:
    book = await make.book()
    for _ in range(2):
        await make.loan(book=book)
    as_member = await sign_in("member")
    answer = await as_member.post(f"/books/{book.id}/borrow")
    assert refusal(answer) == (409, "copy-available", "Every copy of this book is out.")


@pytest.mark.proves("operations.borrow.requires.copy_available")
async def test_borrow_is_accepted_when_copy_available(make: Make, sign_in: SignIn) -> None:
    book = await make.book()
    await make.loan(book=book)
    as_member = await sign_in("member")
    answer = await as_member.post(f"/books/{book.id}/borrow")
    assert answer.status_code == 201


@pytest.mark.proves("operations.borrow.requires.fewer_than_five_open")
async def test_borrow_is_refused_unless_fewer_than_five_open(make: Make, sign_in: SignIn) -> None:
    member = await make.member()
    book = await make.book()
    for _ in range(5):
        await make.loan(member=member)
    as_member = await sign_in("member", member)
    answer = await as_member.post(f"/books/{book.id}/borrow")
    assert refusal(answer) == (409, "fewer-than-five-open", "A member may not have more than 5 open loans.")


@pytest.mark.proves("operations.borrow.requires.fewer_than_five_open")
async def test_borrow_is_accepted_when_fewer_than_five_open(make: Make, sign_in: SignIn) -> None:
    member = await make.member()
    book = await make.book()
    for _ in range(4):
        await make.loan(member=member)
    as_member = await sign_in("member", member)
    answer = await as_member.post(f"/books/{book.id}/borrow")
    assert answer.status_code == 201


@pytest.mark.proves("operations.borrow.requires.fewer_than_five_open")
async def test_borrow_is_accepted_as_fewer_than_five_open_leaves_out_loans_with_returned_on_2026_03_04(
    make: Make, sign_in: SignIn
) -> None:
    member = await make.member()
    book = await make.book()
    for _ in range(5):
        await make.loan(member=member, returned_on=date(2026, 3, 4))
    as_member = await sign_in("member", member)
    answer = await as_member.post(f"/books/{book.id}/borrow")
    assert answer.status_code == 201


@pytest.mark.proves("operations.borrow.requires.fewer_than_five_open")
async def test_borrow_is_accepted_as_fewer_than_five_open_leaves_out_loans_of_another_member(
    make: Make, sign_in: SignIn
) -> None:
    book = await make.book()
    member = await make.member()
    for _ in range(5):
        await make.loan(member=member)
    as_member = await sign_in("member")
    answer = await as_member.post(f"/books/{book.id}/borrow")
    assert answer.status_code == 201


@pytest.mark.proves("operations.borrow")
async def test_borrow_is_refused_for_another_version(make: Make, sign_in: SignIn) -> None:
    book = await make.book()
    as_member = await sign_in("member")
    answer = await as_member.post(f"/books/{book.id}/borrow", headers={"If-Match": '"0"'})
    assert answer.status_code == 412


@pytest.mark.proves("entities.Loan.fields.borrowed_on.default")
@pytest.mark.parametrize(
    ("moment", "borrowed_on"),
    [(datetime(2026, 3, 4, 22, 59, tzinfo=UTC), "2026-03-04"), (datetime(2026, 7, 1, 22, 0, tzinfo=UTC), "2026-07-02")],
)
async def test_borrow_gives_borrowed_on_by_the_local_day(
    make: Make, sign_in: SignIn, clock: TimeMachineFixture, moment: datetime, borrowed_on: object
) -> None:
    clock.move_to(moment)
    book = await make.book()
    as_member = await sign_in("member")
    answer = await as_member.post(f"/books/{book.id}/borrow")
    assert answer.json()["borrowed_on"] == borrowed_on


@pytest.mark.proves("entities.Book.list.search")
@pytest.mark.parametrize("part", ["OBY-DICK 0", "ERMAN MELVILLE 1"])
async def test_books_are_found_by_a_part_of_their_text(make: Make, sign_in: SignIn, part: str) -> None:
    book = await make.book(title="Moby-Dick 0", author="Herman Melville 1")
    await make.book(title="Emma", author="Jane Austen")
    as_librarian = await sign_in("librarian")
    answer = await as_librarian.get("/books", params={"search": part})
    assert [item["id"] for item in answer.json()["items"]] == [book.id]


@pytest.mark.proves("entities.Book.list.search")
async def test_signs_with_a_meaning_to_the_database_find_no_books(make: Make, sign_in: SignIn) -> None:
    await make.book(title="Moby-Dick 0", author="Herman Melville 1")
    as_librarian = await sign_in("librarian")
    answer = await as_librarian.get("/books", params={"search": "%_"})
    assert answer.json()["items"] == []


@pytest.mark.proves("entities.Book.list.filter")
async def test_books_are_filtered_by_isbn(make: Make, sign_in: SignIn) -> None:
    book = await make.book(isbn="0000000000001")
    await make.book()
    as_librarian = await sign_in("librarian")
    answer = await as_librarian.get("/books", params={"isbn": "0000000000001"})
    assert [item["id"] for item in answer.json()["items"]] == [book.id]


@pytest.mark.proves("entities.Book.list.sort")
async def test_books_are_sorted_by_title(make: Make, sign_in: SignIn) -> None:
    high = await make.book(title="Bert")
    low = await make.book(title="Anna")
    as_librarian = await sign_in("librarian")
    up = await as_librarian.get("/books", params={"sort": "title"})
    down = await as_librarian.get("/books", params={"sort": "-title"})
    assert [item["id"] for item in up.json()["items"]] == [low.id, high.id]
    assert [item["id"] for item in down.json()["items"]] == [high.id, low.id]


@pytest.mark.proves("entities.Book.list.sort")
async def test_books_are_sorted_by_author(make: Make, sign_in: SignIn) -> None:
    high = await make.book(author="Bert")
    low = await make.book(author="Anna")
    as_librarian = await sign_in("librarian")
    up = await as_librarian.get("/books", params={"sort": "author"})
    down = await as_librarian.get("/books", params={"sort": "-author"})
    assert [item["id"] for item in up.json()["items"]] == [low.id, high.id]
    assert [item["id"] for item in down.json()["items"]] == [high.id, low.id]


async def test_books_are_given_out_in_pages(make: Make, sign_in: SignIn) -> None:
    all_records = [await make.book() for _ in range(3)]
    as_librarian = await sign_in("librarian")
    answer = await as_librarian.get("/books", params={"limit": 2, "offset": 1})
    assert [item["id"] for item in answer.json()["items"]] == [record.id for record in all_records[1:]]
    assert answer.json().items() >= {"total": 3, "limit": 2, "offset": 1}.items()


@pytest.mark.parametrize(
    ("key", "value"), [("limit", "0"), ("limit", "101"), ("offset", "-1"), ("sort", "nonsense"), ("nonsense", "1")]
)
async def test_a_list_of_books_is_refused_with(sign_in: SignIn, key: str, value: str) -> None:
    as_librarian = await sign_in("librarian")
    answer = await as_librarian.get("/books", params={key: value})
    assert pointers(answer) == [f"/query/{key}"]
