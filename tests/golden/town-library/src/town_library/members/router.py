"""Members over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response, status

from town_library.accounts.access import Caller, allow, roles
from town_library.accounts.models import Role
from town_library.database import Session
from town_library.members import service
from town_library.members.schemas import MemberCreate, MemberQuery, MemberRead, MemberUpdate
from town_library.preconditions import IfMatch, set_etag
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

router = APIRouter(prefix="/members", tags=["members"])


@router.get("", responses=responses(Unauthenticated, Forbidden), openapi_extra=roles(Role.LIBRARIAN, Role.MEMBER))
async def list_members(
    query: Annotated[MemberQuery, Query()],
    session: Session,
    caller: Annotated[Caller, Depends(allow(Role.LIBRARIAN, Role.MEMBER))],
) -> Page[MemberRead]:
    """List members."""
    members, total = await service.list_members(session, caller, query)
    items = [MemberRead.model_validate(member) for member in members]
    return Page(items=items, total=total, limit=query.limit, offset=query.offset)


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    dependencies=[Depends(allow(Role.LIBRARIAN))],
    responses=responses(Unauthenticated, Forbidden, BadRequest, Conflict),
    openapi_extra=roles(Role.LIBRARIAN),
)
async def create_member(body: MemberCreate, session: Session, response: Response) -> MemberRead:
    """Add a member."""
    member = await service.create_member(session, body)
    response.headers["Location"] = f"/members/{member.id}"
    set_etag(response, member)
    return MemberRead.model_validate(member)


@router.get(
    "/{member_id}",
    responses=responses(Unauthenticated, Forbidden, NotFound),
    openapi_extra=roles(Role.LIBRARIAN, Role.MEMBER),
)
async def read_member(
    member_id: Id,
    session: Session,
    caller: Annotated[Caller, Depends(allow(Role.LIBRARIAN, Role.MEMBER))],
    response: Response,
) -> MemberRead:
    """Read a member."""
    member = await service.get_member(session, caller, member_id)
    set_etag(response, member)
    return MemberRead.model_validate(member)


@router.put(
    "/{member_id}",
    responses=responses(
        Unauthenticated, Forbidden, BadRequest, NotFound, Conflict, PreconditionFailed, PreconditionRequired
    ),
    openapi_extra=roles(Role.LIBRARIAN),
)
async def update_member(
    member_id: Id,
    body: MemberUpdate,
    if_match: IfMatch,
    session: Session,
    caller: Annotated[Caller, Depends(allow(Role.LIBRARIAN))],
    response: Response,
) -> MemberRead:
    """Change a member."""
    member = await service.update_member(session, caller, member_id, body, if_match)
    set_etag(response, member)
    return MemberRead.model_validate(member)


@router.delete(
    "/{member_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=responses(Unauthenticated, Forbidden, NotFound, Conflict, PreconditionFailed, PreconditionRequired),
    openapi_extra=roles(Role.LIBRARIAN),
)
async def delete_member(
    member_id: Id, if_match: IfMatch, session: Session, caller: Annotated[Caller, Depends(allow(Role.LIBRARIAN))]
) -> None:
    """Remove a member."""
    await service.delete_member(session, caller, member_id, if_match)
