"""What can be done with doctors."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from clinic.accounts.models import Role
from clinic.accounts.service import new_account
from clinic.doctors.models import Doctor
from clinic.doctors.schemas import DoctorCreate, DoctorQuery, DoctorWrite
from clinic.listing import contains, ordered, page
from clinic.preconditions import require_match
from clinic.problems import NotFound


async def list_doctors(session: AsyncSession, query: DoctorQuery) -> tuple[Sequence[Doctor], int]:
    """A page of the doctors that match, and how many match in all."""
    statement = select(Doctor)
    if query.search is not None:
        statement = statement.where(contains(query.search, Doctor.name))
    if query.speciality is not None:
        statement = statement.where(Doctor.speciality == query.speciality)
    statement = ordered(statement, Doctor, query.sort, {"name": Doctor.name})
    return await page(session, statement, query)


async def get_doctor(session: AsyncSession, doctor_id: int) -> Doctor:
    """One doctor.

    Raises:
        NotFound: There is none with this id.
    """
    doctor = await session.scalar(select(Doctor).where(Doctor.id == doctor_id))
    if doctor is None:
        raise NotFound(f"There is no doctor {doctor_id}.")
    return doctor


async def create_doctor(session: AsyncSession, body: DoctorCreate) -> Doctor:
    """Keep a new doctor and open the account they sign in with."""
    await session.commit()  # nothing has changed yet, and no connection waits while the password is hashed
    account = await new_account(body.account, Role.DOCTOR)
    doctor = Doctor(name=body.name, speciality=body.speciality, room=body.room)
    session.add(doctor)
    await session.flush()
    account.doctor_id = doctor.id
    session.add(account)
    await session.flush()
    await session.refresh(doctor)
    return doctor


async def update_doctor(session: AsyncSession, doctor_id: int, body: DoctorWrite, if_match: str) -> Doctor:
    """Replace what is kept of a doctor.

    Raises:
        NotFound: There is no such doctor.
        PreconditionFailed: The doctor was changed since the caller read it.
    """
    doctor = await get_doctor(session, doctor_id)
    require_match(if_match, doctor)
    doctor.name = body.name
    doctor.speciality = body.speciality
    doctor.room = body.room
    await session.flush()
    await session.refresh(doctor)
    return doctor


async def delete_doctor(session: AsyncSession, doctor_id: int, if_match: str) -> None:
    """Remove a doctor; one that has appointments or visit notes stays.

    Raises:
        NotFound: There is no such doctor.
        PreconditionFailed: The doctor was changed since the caller read it.
    """
    doctor = await get_doctor(session, doctor_id)
    require_match(if_match, doctor)
    await session.delete(doctor)
    await session.flush()
