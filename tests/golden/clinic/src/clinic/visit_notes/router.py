"""Visit notes over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from clinic.accounts.access import Caller, allow, roles
from clinic.accounts.models import Role
from clinic.audit.schemas import AuditEntryRead
from clinic.database import Session
from clinic.listing import Paging
from clinic.preconditions import MaybeIfMatch, set_etag
from clinic.problems import BadRequest, Conflict, Forbidden, NotFound, PreconditionFailed, Unauthenticated, responses
from clinic.schemas import Id, Page
from clinic.visit_notes import service
from clinic.visit_notes.schemas import Correct, VisitNoteQuery, VisitNoteRead, VisitNoteVersionRead

router = APIRouter(prefix="/visit-notes", tags=["visit notes"])


@router.get("", responses=responses(Unauthenticated, Forbidden), openapi_extra=roles(Role.DOCTOR))
async def list_visit_notes(
    query: Annotated[VisitNoteQuery, Query()], session: Session, caller: Annotated[Caller, Depends(allow(Role.DOCTOR))]
) -> Page[VisitNoteRead]:
    """List visit notes."""
    visit_notes, total = await service.list_visit_notes(session, caller, query)
    items = [VisitNoteRead.model_validate(visit_note) for visit_note in visit_notes]
    return Page(items=items, total=total, limit=query.limit, offset=query.offset)


@router.get(
    "/{visit_note_id}", responses=responses(Unauthenticated, Forbidden, NotFound), openapi_extra=roles(Role.DOCTOR)
)
async def read_visit_note(
    visit_note_id: Id, session: Session, caller: Annotated[Caller, Depends(allow(Role.DOCTOR))], response: Response
) -> VisitNoteRead:
    """Read a visit note."""
    visit_note = await service.read_visit_note(session, caller, visit_note_id)
    set_etag(response, visit_note)
    return VisitNoteRead.model_validate(visit_note)


@router.get(
    "/{visit_note_id}/versions",
    responses=responses(Unauthenticated, Forbidden, NotFound),
    openapi_extra=roles(Role.DOCTOR),
)
async def list_visit_note_versions(
    visit_note_id: Id,
    query: Annotated[Paging, Query()],
    session: Session,
    caller: Annotated[Caller, Depends(allow(Role.DOCTOR))],
) -> Page[VisitNoteVersionRead]:
    """Read everything that a visit note ever said, oldest first."""
    versions, total = await service.list_visit_note_versions(session, caller, visit_note_id, query)
    items = [VisitNoteVersionRead.model_validate(version) for version in versions]
    return Page(items=items, total=total, limit=query.limit, offset=query.offset)


@router.get(
    "/{visit_note_id}/audit",
    dependencies=[Depends(allow(Role.DOCTOR))],
    responses=responses(Unauthenticated, Forbidden, NotFound),
    openapi_extra=roles(Role.DOCTOR),
)
async def list_visit_note_audit(
    visit_note_id: Id, query: Annotated[Paging, Query()], session: Session
) -> Page[AuditEntryRead]:
    """Read who did what with a visit note, oldest first."""
    entries, total = await service.list_visit_note_audit(session, visit_note_id, query)
    items = [AuditEntryRead.model_validate(entry) for entry in entries]
    return Page(items=items, total=total, limit=query.limit, offset=query.offset)


@router.post(
    "/{visit_note_id}/correct",
    responses=responses(Unauthenticated, Forbidden, BadRequest, NotFound, Conflict, PreconditionFailed),
    openapi_extra=roles(Role.DOCTOR),
)
async def correct(
    visit_note_id: Id,
    body: Correct,
    session: Session,
    caller: Annotated[Caller, Depends(allow(Role.DOCTOR))],
    response: Response,
    if_match: MaybeIfMatch = None,
) -> VisitNoteRead:
    """Correct a visit note."""
    visit_note = await service.correct(session, caller, visit_note_id, body, if_match)
    set_etag(response, visit_note)
    return VisitNoteRead.model_validate(visit_note)
