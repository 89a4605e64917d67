"""What can be done with patients."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from clinic.accounts.access import Caller
from clinic.accounts.models import Role
from clinic.accounts.service import new_account
from clinic.clock import now
from clinic.database import lock
from clinic.listing import contains, ordered, page
from clinic.patients import rules
from clinic.patients.models import Patient
from clinic.patients.schemas import PatientCreate, PatientQuery, PatientWrite
from clinic.preconditions import require_match
from clinic.problems import NotFound


def readable(caller: Caller) -> ColumnElement[bool]:
    """The patients that the caller may read."""
    # Patients register with first name, last name, date of birth, phone and email.
    if caller.role is Role.PATIENT:
        return Patient.id == caller.patient_id
    return true()


async def list_patients(session: AsyncSession, caller: Caller, query: PatientQuery) -> tuple[Sequence[Patient], int]:
    """A page of the patients that match, and how many match in all."""
    statement = select(Patient).where(readable(caller))
    if query.search is not None:
        statement = statement.where(contains(query.search, Patient.first_name, Patient.last_name))
    statement = ordered(statement, Patient, query.sort, {"last_name": Patient.last_name})
    return await page(session, statement, query)


async def get_patient(session: AsyncSession, caller: Caller, patient_id: int) -> Patient:
    """One patient.

    Raises:
        NotFound: There is none with this id that the caller may read.
    """
    patient = await session.scalar(select(Patient).where(Patient.id == patient_id, readable(caller)))
    if patient is None:
        raise NotFound(f"There is no patient {patient_id}.")
    return patient


async def create_patient(session: AsyncSession, body: PatientCreate) -> Patient:
    """Keep a new patient and open the account they sign in with."""
    await session.commit()  # nothing has changed yet, and no connection waits while the password is hashed
    account = await new_account(body.account, Role.PATIENT)
    patient = Patient(
        first_name=body.first_name,
        last_name=body.last_name,
        date_of_birth=body.date_of_birth,
        phone=body.phone,
        email=body.email,
    )
    session.add(patient)
    await session.flush()
    account.patient_id = patient.id
    session.add(account)
    await session.flush()
    await session.refresh(patient)
    return patient


async def update_patient(
    session: AsyncSession, caller: Caller, patient_id: int, body: PatientWrite, if_match: str
) -> Patient:
    """Replace what is kept of a patient.

    Raises:
        NotFound: There is no such patient.
        PreconditionFailed: The patient was changed since the caller read it.
    """
    patient = await get_patient(session, caller, patient_id)
    require_match(if_match, patient)
    patient.first_name = body.first_name
    patient.last_name = body.last_name
    patient.date_of_birth = body.date_of_birth
    patient.phone = body.phone
    patient.email = body.email
    await session.flush()
    await session.refresh(patient)
    return patient


async def delete_patient(session: AsyncSession, caller: Caller, patient_id: int, if_match: str) -> None:
    """Remove a patient.

    Raises:
        NotFound: There is no such patient.
        PreconditionFailed: The patient was changed since the caller read it.
        RuleBroken: A rule stands against it.
    """
    patient = await get_patient(session, caller, patient_id)
    require_match(if_match, patient)
    await rules.require_removable(session, patient)
    await session.delete(patient)
    await session.flush()


async def clear_no_shows(session: AsyncSession, caller: Caller, patient_id: int, if_match: str | None) -> Patient:
    """Forgive a patient the no-shows so far.

    Raises:
        NotFound: There is no such patient.
        PreconditionFailed: It is not the version that the caller means.
    """
    await lock(session, Patient, patient_id)
    patient = await get_patient(session, caller, patient_id)
    require_match(if_match, patient)
    # A patient with three no-shows in the last 12 months cannot book online until the front desk clears
    # them.
    patient.cleared_at = now()
    await session.flush()
    await session.refresh(patient)
    return patient
