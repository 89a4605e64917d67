"""Appointments over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response, status

from clinic.accounts.access import Caller, allow, roles
from clinic.accounts.models import Role
from clinic.appointments import service
from clinic.appointments.schemas import (
    AppointmentCreate,
    AppointmentQuery,
    AppointmentRead,
    AppointmentWrite,
    WriteNote,
)
from clinic.database import Session
from clinic.preconditions import IfMatch, MaybeIfMatch, set_etag
from clinic.problems import (
    BadRequest,
    Conflict,
    Forbidden,
    NotFound,
    PreconditionFailed,
    PreconditionRequired,
    Unauthenticated,
    responses,
)
from clinic.schemas import Id, Page
from clinic.visit_notes.schemas import VisitNoteRead

router = APIRouter(prefix="/appointments", tags=["appointments"])


@router.get(
    "", responses=responses(Unauthenticated, Forbidden), openapi_extra=roles(Role.FRONT_DESK, Role.DOCTOR, Role.PATIENT)
)
async def list_appointments(
    query: Annotated[AppointmentQuery, Query()],
    session: Session,
    caller: Annotated[Caller, Depends(allow(Role.FRONT_DESK, Role.DOCTOR, Role.PATIENT))],
) -> Page[AppointmentRead]:
    """List appointments."""
    appointments, total = await service.list_appointments(session, caller, query)
    items = [AppointmentRead.model_validate(appointment) for appointment in appointments]
    return Page(items=items, total=total, limit=query.limit, offset=query.offset)


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    responses=responses(Unauthenticated, Forbidden, BadRequest, Conflict),
    openapi_extra=roles(Role.FRONT_DESK, Role.PATIENT),
)
async def create_appointment(
    body: AppointmentCreate,
    session: Session,
    caller: Annotated[Caller, Depends(allow(Role.FRONT_DESK, Role.PATIENT))],
    response: Response,
) -> AppointmentRead:
    """Add an appointment."""
    appointment = await service.create_appointment(session, caller, body)
    response.headers["Location"] = f"/appointments/{appointment.id}"
    set_etag(response, appointment)
    return AppointmentRead.model_validate(appointment)


@router.get(
    "/{appointment_id}",
    responses=responses(Unauthenticated, Forbidden, NotFound),
    openapi_extra=roles(Role.FRONT_DESK, Role.DOCTOR, Role.PATIENT),
)
async def read_appointment(
    appointment_id: Id,
    session: Session,
    caller: Annotated[Caller, Depends(allow(Role.FRONT_DESK, Role.DOCTOR, Role.PATIENT))],
    response: Response,
) -> AppointmentRead:
    """Read an appointment."""
    appointment = await service.get_appointment(session, caller, appointment_id)
    set_etag(response, appointment)
    return AppointmentRead.model_validate(appointment)


@router.put(
    "/{appointment_id}",
    responses=responses(
        Unauthenticated, Forbidden, BadRequest, NotFound, Conflict, PreconditionFailed, PreconditionRequired
    ),
    openapi_extra=roles(Role.FRONT_DESK),
)
async def update_appointment(
    appointment_id: Id,
    body: AppointmentWrite,
    if_match: IfMatch,
    session: Session,
    caller: Annotated[Caller, Depends(allow(Role.FRONT_DESK))],
    response: Response,
) -> AppointmentRead:
    """Change an appointment."""
    appointment = await service.update_appointment(session, caller, appointment_id, body, if_match)
    set_etag(response, appointment)
    return AppointmentRead.model_validate(appointment)


@router.post(
    "/{appointment_id}/confirm",
    responses=responses(Unauthenticated, Forbidden, NotFound, Conflict, PreconditionFailed),
    openapi_extra=roles(Role.FRONT_DESK),
)
async def confirm(
    appointment_id: Id,
    session: Session,
    caller: Annotated[Caller, Depends(allow(Role.FRONT_DESK))],
    response: Response,
    if_match: MaybeIfMatch = None,
) -> AppointmentRead:
    """Confirm an appointment."""
    appointment = await service.confirm(session, caller, appointment_id, if_match)
    set_etag(response, appointment)
    return AppointmentRead.model_validate(appointment)


@router.post(
    "/{appointment_id}/complete",
    responses=responses(Unauthenticated, Forbidden, NotFound, Conflict, PreconditionFailed),
    openapi_extra=roles(Role.FRONT_DESK, Role.DOCTOR),
)
async def complete(
    appointment_id: Id,
    session: Session,
    caller: Annotated[Caller, Depends(allow(Role.FRONT_DESK, Role.DOCTOR))],
    response: Response,
    if_match: MaybeIfMatch = None,
) -> AppointmentRead:
    """Complete an appointment."""
    appointment = await service.complete(session, caller, appointment_id, if_match)
    set_etag(response, appointment)
    return AppointmentRead.model_validate(appointment)


@router.post(
    "/{appointment_id}/mark-no-show",
    responses=responses(Unauthenticated, Forbidden, NotFound, Conflict, PreconditionFailed),
    openapi_extra=roles(Role.FRONT_DESK),
)
async def mark_no_show(
    appointment_id: Id,
    session: Session,
    caller: Annotated[Caller, Depends(allow(Role.FRONT_DESK))],
    response: Response,
    if_match: MaybeIfMatch = None,
) -> AppointmentRead:
    """Mark an appointment as a no-show."""
    appointment = await service.mark_no_show(session, caller, appointment_id, if_match)
    set_etag(response, appointment)
    return AppointmentRead.model_validate(appointment)


@router.post(
    "/{appointment_id}/cancel",
    responses=responses(Unauthenticated, Forbidden, NotFound, Conflict, PreconditionFailed),
    openapi_extra=roles(Role.FRONT_DESK, Role.PATIENT),
)
async def cancel(
    appointment_id: Id,
    session: Session,
    caller: Annotated[Caller, Depends(allow(Role.FRONT_DESK, Role.PATIENT))],
    response: Response,
    if_match: MaybeIfMatch = None,
) -> AppointmentRead:
    """Cancel an appointment."""
    appointment = await service.cancel(session, caller, appointment_id, if_match)
    set_etag(response, appointment)
    return AppointmentRead.model_validate(appointment)


@router.post(
    "/{appointment_id}/write-note",
    status_code=status.HTTP_201_CREATED,
    responses=responses(Unauthenticated, Forbidden, BadRequest, NotFound, Conflict, PreconditionFailed),
    openapi_extra=roles(Role.DOCTOR),
)
async def write_note(
    appointment_id: Id,
    body: WriteNote,
    session: Session,
    caller: Annotated[Caller, Depends(allow(Role.DOCTOR))],
    response: Response,
    if_match: MaybeIfMatch = None,
) -> VisitNoteRead:
    """Write the note of a visit."""
    visit_note = await service.write_note(session, caller, appointment_id, body, if_match)
    response.headers["Location"] = f"/visit-notes/{visit_note.id}"
    set_etag(response, visit_note)
    return VisitNoteRead.model_validate(visit_note)
