"""Patients over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response, status

from clinic.accounts.access import Caller, allow, roles
from clinic.accounts.models import Role
from clinic.database import Session
from clinic.patients import service
from clinic.patients.schemas import PatientCreate, PatientQuery, PatientRead, PatientWrite
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

router = APIRouter(prefix="/patients", tags=["patients"])


@router.get(
    "",
    response_model_exclude_unset=True,
    responses=responses(Unauthenticated, Forbidden),
    openapi_extra=roles(Role.FRONT_DESK, Role.DOCTOR, Role.PATIENT),
)
async def list_patients(
    query: Annotated[PatientQuery, Query()],
    session: Session,
    caller: Annotated[Caller, Depends(allow(Role.FRONT_DESK, Role.DOCTOR, Role.PATIENT))],
) -> Page[PatientRead]:
    """List patients."""
    patients, total = await service.list_patients(session, caller, query)
    items = [PatientRead.shown_to(caller.role, patient) for patient in patients]
    return Page(items=items, total=total, limit=query.limit, offset=query.offset)


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    response_model_exclude_unset=True,
    responses=responses(BadRequest, Conflict),
)
async def create_patient(body: PatientCreate, session: Session, response: Response) -> PatientRead:
    """Add a patient."""
    patient = await service.create_patient(session, body)
    response.headers["Location"] = f"/patients/{patient.id}"
    set_etag(response, patient)
    return PatientRead.shown_to(None, patient)


@router.get(
    "/{patient_id}",
    response_model_exclude_unset=True,
    responses=responses(Unauthenticated, Forbidden, NotFound),
    openapi_extra=roles(Role.FRONT_DESK, Role.DOCTOR, Role.PATIENT),
)
async def read_patient(
    patient_id: Id,
    session: Session,
    caller: Annotated[Caller, Depends(allow(Role.FRONT_DESK, Role.DOCTOR, Role.PATIENT))],
    response: Response,
) -> PatientRead:
    """Read a patient."""
    patient = await service.get_patient(session, caller, patient_id)
    set_etag(response, patient)
    return PatientRead.shown_to(caller.role, patient)


@router.put(
    "/{patient_id}",
    response_model_exclude_unset=True,
    responses=responses(
        Unauthenticated, Forbidden, BadRequest, NotFound, Conflict, PreconditionFailed, PreconditionRequired
    ),
    openapi_extra=roles(Role.FRONT_DESK, Role.PATIENT),
)
async def update_patient(
    patient_id: Id,
    body: PatientWrite,
    if_match: IfMatch,
    session: Session,
    caller: Annotated[Caller, Depends(allow(Role.FRONT_DESK, Role.PATIENT))],
    response: Response,
) -> PatientRead:
    """Change a patient."""
    patient = await service.update_patient(session, caller, patient_id, body, if_match)
    set_etag(response, patient)
    return PatientRead.shown_to(caller.role, patient)


@router.delete(
    "/{patient_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=responses(Unauthenticated, Forbidden, NotFound, Conflict, PreconditionFailed, PreconditionRequired),
    openapi_extra=roles(Role.FRONT_DESK),
)
async def delete_patient(
    patient_id: Id, if_match: IfMatch, session: Session, caller: Annotated[Caller, Depends(allow(Role.FRONT_DESK))]
) -> None:
    """Remove a patient."""
    await service.delete_patient(session, caller, patient_id, if_match)


@router.post(
    "/{patient_id}/clear-no-shows",
    response_model_exclude_unset=True,
    responses=responses(Unauthenticated, Forbidden, NotFound, Conflict, PreconditionFailed),
    openapi_extra=roles(Role.FRONT_DESK),
)
async def clear_no_shows(
    patient_id: Id,
    session: Session,
    caller: Annotated[Caller, Depends(allow(Role.FRONT_DESK))],
    response: Response,
    if_match: MaybeIfMatch = None,
) -> PatientRead:
    """Forgive a patient the no-shows so far."""
    patient = await service.clear_no_shows(session, caller, patient_id, if_match)
    set_etag(response, patient)
    return PatientRead.shown_to(caller.role, patient)
