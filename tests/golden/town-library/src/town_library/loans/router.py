"""Loans over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from town_library.accounts.access import Caller, allow, roles
from town_library.accounts.models import Role
from town_library.database import Session
from town_library.loans import service
from town_library.loans.schemas import LoanQuery, LoanRead
from town_library.preconditions import MaybeIfMatch, set_etag
from town_library.problems import Conflict, Forbidden, NotFound, PreconditionFailed, Unauthenticated, responses
from town_library.schemas import Id, Page

router = APIRouter(prefix="/loans", tags=["loans"])


@router.get("", responses=responses(Unauthenticated, Forbidden), openapi_extra=roles(Role.LIBRARIAN, Role.MEMBER))
async def list_loans(
    query: Annotated[LoanQuery, Query()],
    session: Session,
    caller: Annotated[Caller, Depends(allow(Role.LIBRARIAN, Role.MEMBER))],
) -> Page[LoanRead]:
    """List loans."""
    loans, total = await service.list_loans(session, caller, query)
    items = [LoanRead.model_validate(loan) for loan in loans]
    return Page(items=items, total=total, limit=query.limit, offset=query.offset)


@router.get(
    "/{loan_id}",
    responses=responses(Unauthenticated, Forbidden, NotFound),
    openapi_extra=roles(Role.LIBRARIAN, Role.MEMBER),
)
async def read_loan(
    loan_id: Id,
    session: Session,
    caller: Annotated[Caller, Depends(allow(Role.LIBRARIAN, Role.MEMBER))],
    response: Response,
) -> LoanRead:
    """Read a loan."""
    loan = await service.get_loan(session, caller, loan_id)
    set_etag(response, loan)
    return LoanRead.model_validate(loan)


@router.post(
    "/{loan_id}/renew",
    responses=responses(Unauthenticated, Forbidden, NotFound, Conflict, PreconditionFailed),
    openapi_extra=roles(Role.MEMBER),
)
async def renew(
    loan_id: Id,
    session: Session,
    caller: Annotated[Caller, Depends(allow(Role.MEMBER))],
    response: Response,
    if_match: MaybeIfMatch = None,
) -> LoanRead:
    """Renew a loan."""
    loan = await service.renew(session, caller, loan_id, if_match)
    set_etag(response, loan)
    return LoanRead.model_validate(loan)


@router.post(
    "/{loan_id}/return",
    responses=responses(Unauthenticated, Forbidden, NotFound, Conflict, PreconditionFailed),
    openapi_extra=roles(Role.MEMBER),
)
async def return_(
    loan_id: Id,
    session: Session,
    caller: Annotated[Caller, Depends(allow(Role.MEMBER))],
    response: Response,
    if_match: MaybeIfMatch = None,
) -> LoanRead:
    """Return a loan."""
    loan = await service.return_(session, caller, loan_id, if_match)
    set_etag(response, loan)
    return LoanRead.model_validate(loan)
