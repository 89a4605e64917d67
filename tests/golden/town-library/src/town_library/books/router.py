"""Books over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response, status

from town_library.accounts.access import Caller, allow, roles
from town_library.accounts.models import Role
from town_library.books import service
from town_library.books.schemas import BookQuery, BookRead, BookWrite
from town_library.database import Session
from town_library.loans.schemas import LoanRead
from town_library.preconditions import IfMatch, MaybeIfMatch, set_etag
from town_library.problems import (
    BadRequest,
    Conflict,
    Forbidden,
    NotFound,
    PreconditionFailed,
    PreconditionRequired,
    Unauthenticated,
    responses,
)
from town_library.schemas import Id, Page

router = APIRouter(prefix="/books", tags=["books"])


@router.get(
    "",
    dependencies=[Depends(allow(Role.LIBRARIAN, Role.MEMBER))],
    responses=responses(Unauthenticated, Forbidden),
    openapi_extra=roles(Role.LIBRARIAN, Role.MEMBER),
)
async def list_books(query: Annotated[BookQuery, Query()], session: Session) -> Page[BookRead]:
    """List books."""
    books, total = await service.list_books(session, query)
    items = [BookRead.model_validate(book) for book in books]
    return Page(items=items, total=total, limit=query.limit, offset=query.offset)


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    dependencies=[Depends(allow(Role.LIBRARIAN))],
    responses=responses(Unauthenticated, Forbidden, BadRequest, Conflict),
    openapi_extra=roles(Role.LIBRARIAN),
)
async def create_book(body: BookWrite, session: Session, response: Response) -> BookRead:
    """Add a book."""
    book = await service.create_book(session, body)
    response.headers["Location"] = f"/books/{book.id}"
    set_etag(response, book)
    return BookRead.model_validate(book)


@router.get(
    "/{book_id}",
    dependencies=[Depends(allow(Role.LIBRARIAN, Role.MEMBER))],
    responses=responses(Unauthenticated, Forbidden, NotFound),
    openapi_extra=roles(Role.LIBRARIAN, Role.MEMBER),
)
async def read_book(book_id: Id, session: Session, response: Response) -> BookRead:
    """Read a book."""
    book = await service.get_book(session, book_id)
    set_etag(response, book)
    return BookRead.model_validate(book)


@router.put(
    "/{book_id}",
    dependencies=[Depends(allow(Role.LIBRARIAN))],
    responses=responses(
        Unauthenticated, Forbidden, BadRequest, NotFound, Conflict, PreconditionFailed, PreconditionRequired
    ),
    openapi_extra=roles(Role.LIBRARIAN),
)
async def update_book(
    book_id: Id, body: BookWrite, if_match: IfMatch, session: Session, response: Response
) -> BookRead:
    """Change a book."""
    book = await service.update_book(session, book_id, body, if_match)
    set_etag(response, book)
    return BookRead.model_validate(book)


@router.delete(
    "/{book_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    dependencies=[Depends(allow(Role.LIBRARIAN))],
    responses=responses(Unauthenticated, Forbidden, NotFound, Conflict, PreconditionFailed, PreconditionRequired),
    openapi_extra=roles(Role.LIBRARIAN),
)
async def delete_book(book_id: Id, if_match: IfMatch, session: Session) -> None:
    """Remove a book."""
    await service.delete_book(session, book_id, if_match)


@router.post(
    "/{book_id}/borrow",
    status_code=status.HTTP_201_CREATED,
    responses=responses(Unauthenticated, Forbidden, NotFound, Conflict, PreconditionFailed),
    openapi_extra=roles(Role.MEMBER),
)
async def borrow(
    book_id: Id,
    session: Session,
    caller: Annotated[Caller, Depends(allow(Role.MEMBER))],
    response: Response,
    if_match: MaybeIfMatch = None,
) -> LoanRead:
    """Borrow a book."""
    loan = await service.borrow(session, caller, book_id, if_match)
    response.headers["Location"] = f"/loans/{loan.id}"
    set_etag(response, loan)
    return LoanRead.model_validate(loan)
