"""Doctors over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response, status

from clinic.accounts.access import allow, roles
from clinic.accounts.models import Role
from clinic.database import Session
from clinic.doctors import service
from clinic.doctors.schemas import DoctorCreate, DoctorQuery, DoctorRead, DoctorWrite
from clinic.preconditions import IfMatch, set_etag
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

router = APIRouter(prefix="/doctors", tags=["doctors"])


@router.get(
    "",
    dependencies=[Depends(allow(Role.FRONT_DESK, Role.DOCTOR, Role.PATIENT))],
    responses=responses(Unauthenticated, Forbidden),
    openapi_extra=roles(Role.FRONT_DESK, Role.DOCTOR, Role.PATIENT),
)
async def list_doctors(query: Annotated[DoctorQuery, Query()], session: Session) -> Page[DoctorRead]:
    """List doctors."""
    doctors, total = await service.list_doctors(session, query)
    items = [DoctorRead.model_validate(doctor) for doctor in doctors]
    return Page(items=items, total=total, limit=query.limit, offset=query.offset)


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    dependencies=[Depends(allow(Role.FRONT_DESK))],
    responses=responses(Unauthenticated, Forbidden, BadRequest, Conflict),
    openapi_extra=roles(Role.FRONT_DESK),
)
async def create_doctor(body: DoctorCreate, session: Session, response: Response) -> DoctorRead:
    """Add a doctor."""
    doctor = await service.create_doctor(session, body)
    response.headers["Location"] = f"/doctors/{doctor.id}"
    set_etag(response, doctor)
    return DoctorRead.model_validate(doctor)


@router.get(
    "/{doctor_id}",
    dependencies=[Depends(allow(Role.FRONT_DESK, Role.DOCTOR, Role.PATIENT))],
    responses=responses(Unauthenticated, Forbidden, NotFound),
    openapi_extra=roles(Role.FRONT_DESK, Role.DOCTOR, Role.PATIENT),
)
async def read_doctor(doctor_id: Id, session: Session, response: Response) -> DoctorRead:
    """Read a doctor."""
    doctor = await service.get_doctor(session, doctor_id)
    set_etag(response, doctor)
    return DoctorRead.model_validate(doctor)


@router.put(
    "/{doctor_id}",
    dependencies=[Depends(allow(Role.FRONT_DESK))],
    responses=responses(
        Unauthenticated, Forbidden, BadRequest, NotFound, Conflict, PreconditionFailed, PreconditionRequired
    ),
    openapi_extra=roles(Role.FRONT_DESK),
)
async def update_doctor(
    doctor_id: Id, body: DoctorWrite, if_match: IfMatch, session: Session, response: Response
) -> DoctorRead:
    """Change a doctor."""
    doctor = await service.update_doctor(session, doctor_id, body, if_match)
    set_etag(response, doctor)
    return DoctorRead.model_validate(doctor)


@router.delete(
    "/{doctor_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    dependencies=[Depends(allow(Role.FRONT_DESK))],
    responses=responses(Unauthenticated, Forbidden, NotFound, Conflict, PreconditionFailed, PreconditionRequired),
    openapi_extra=roles(Role.FRONT_DESK),
)
async def delete_doctor(doctor_id: Id, if_match: IfMatch, session: Session) -> None:
    """Remove a doctor."""
    await service.delete_doctor(session, doctor_id, if_match)
