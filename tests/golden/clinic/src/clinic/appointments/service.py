"""What can be done with appointments."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from clinic.accounts.access import Caller
from clinic.accounts.models import Role
from clinic.appointments import rules
from clinic.appointments.models import Appointment
from clinic.appointments.schemas import AppointmentCreate, AppointmentQuery, AppointmentWrite, WriteNote
from clinic.clock import now
from clinic.database import lock
from clinic.doctors.models import Doctor
from clinic.listing import ordered, page
from clinic.patients.models import Patient
from clinic.preconditions import require_match
from clinic.problems import Forbidden, NotFound, RuleBroken, WrongState
from clinic.references import require_reference
from clinic.visit_notes.models import VisitNote, VisitNoteVersion


def readable(caller: Caller) -> ColumnElement[bool]:
    """The appointments that the caller may read."""
    if caller.role is Role.DOCTOR:
        return Appointment.doctor_id == caller.doctor_id
    if caller.role is Role.PATIENT:
        return Appointment.patient_id == caller.patient_id
    return true()


async def list_appointments(
    session: AsyncSession, caller: Caller, query: AppointmentQuery
) -> tuple[Sequence[Appointment], int]:
    """A page of the appointments that match, and how many match in all."""
    statement = select(Appointment).where(readable(caller))
    if query.doctor_id is not None:
        statement = statement.where(Appointment.doctor_id == query.doctor_id)
    if query.patient_id is not None:
        statement = statement.where(Appointment.patient_id == query.patient_id)
    if query.status is not None:
        statement = statement.where(Appointment.status == query.status)
    statement = ordered(statement, Appointment, query.sort, {"starts_at": Appointment.starts_at})
    return await page(session, statement, query)


async def get_appointment(session: AsyncSession, caller: Caller, appointment_id: int) -> Appointment:
    """One appointment.

    Raises:
        NotFound: There is none with this id that the caller may read.
    """
    appointment = await session.scalar(select(Appointment).where(Appointment.id == appointment_id, readable(caller)))
    if appointment is None:
        raise NotFound(f"There is no appointment {appointment_id}.")
    return appointment


async def create_appointment(session: AsyncSession, caller: Caller, body: AppointmentCreate) -> Appointment:
    """Keep a new appointment.

    Raises:
        Forbidden: The caller may not do this to it.
        Conflict: It refers to a record that is not there.
        RuleBroken: A rule stands against it.
    """
    appointment = Appointment(
        patient_id=body.patient_id,
        doctor_id=body.doctor_id,
        starts_at=body.starts_at,
        duration=body.duration,
        reason=body.reason,
        status="booked",
    )
    appointment.ends_at = appointment.starts_at + timedelta(minutes=appointment.duration)
    if caller.role is Role.PATIENT and appointment.patient_id != caller.patient_id:
        raise Forbidden("You may not create this appointment.")
    await require_reference(session, Patient, appointment.patient_id)
    await require_reference(session, Doctor, appointment.doctor_id)
    await rules.require_valid(session, appointment)
    await rules.require_free(session, appointment)
    await rules.require_creatable(session, caller, appointment)
    session.add(appointment)
    await session.flush()
    await session.refresh(appointment)
    return appointment


async def update_appointment(
    session: AsyncSession, caller: Caller, appointment_id: int, body: AppointmentWrite, if_match: str
) -> Appointment:
    """Replace what is kept of an appointment.

    Raises:
        NotFound: There is no such appointment.
        PreconditionFailed: The appointment was changed since the caller read it.
        RuleBroken: A rule stands against it.
    """
    appointment = await get_appointment(session, caller, appointment_id)
    require_match(if_match, appointment)
    appointment.starts_at = body.starts_at
    appointment.duration = body.duration
    appointment.reason = body.reason
    appointment.ends_at = appointment.starts_at + timedelta(minutes=appointment.duration)
    await rules.require_changeable(session, appointment)
    await rules.require_valid(session, appointment)
    await rules.require_free(session, appointment)
    await session.flush()
    await session.refresh(appointment)
    return appointment


async def confirm(session: AsyncSession, caller: Caller, appointment_id: int, if_match: str | None) -> Appointment:
    """Confirm an appointment.

    Raises:
        NotFound: There is no such appointment.
        PreconditionFailed: It is not the version that the caller means.
        RuleBroken: A rule stands against it.
    """
    await lock(session, Appointment, appointment_id)
    appointment = await get_appointment(session, caller, appointment_id)
    require_match(if_match, appointment)
    if appointment.status != "booked":
        raise WrongState("appointment", appointment.status)
    # An appointment is booked, then confirmed by the front desk, then either completed, cancelled or
    # marked as no-show. A cancelled appointment cannot be confirmed again.
    appointment.status = "confirmed"
    await session.flush()
    await session.refresh(appointment)
    return appointment


async def complete(session: AsyncSession, caller: Caller, appointment_id: int, if_match: str | None) -> Appointment:
    """Complete an appointment.

    Raises:
        NotFound: There is no such appointment.
        PreconditionFailed: It is not the version that the caller means.
        RuleBroken: A rule stands against it.
    """
    await lock(session, Appointment, appointment_id)
    appointment = await get_appointment(session, caller, appointment_id)
    require_match(if_match, appointment)
    if appointment.status != "confirmed":
        raise WrongState("appointment", appointment.status)
    if now() < appointment.starts_at:
        raise RuleBroken("has-begun", "The appointment has not begun yet.")
    # An appointment is booked, then confirmed by the front desk, then either completed, cancelled or
    # marked as no-show.
    appointment.status = "completed"
    await session.flush()
    await session.refresh(appointment)
    return appointment


async def mark_no_show(session: AsyncSession, caller: Caller, appointment_id: int, if_match: str | None) -> Appointment:
    """Mark an appointment as a no-show.

    Raises:
        NotFound: There is no such appointment.
        PreconditionFailed: It is not the version that the caller means.
        RuleBroken: A rule stands against it.
    """
    await lock(session, Appointment, appointment_id)
    appointment = await get_appointment(session, caller, appointment_id)
    require_match(if_match, appointment)
    if appointment.status != "confirmed":
        raise WrongState("appointment", appointment.status)
    if now() < appointment.starts_at:
        raise RuleBroken("has-begun", "The appointment has not begun yet.")
    # An appointment is booked, then confirmed by the front desk, then either completed, cancelled or
    # marked as no-show.
    appointment.status = "no_show"
    await session.flush()
    await session.refresh(appointment)
    return appointment


async def cancel(session: AsyncSession, caller: Caller, appointment_id: int, if_match: str | None) -> Appointment:
    """Cancel an appointment.

    Raises:
        NotFound: There is no such appointment.
        PreconditionFailed: It is not the version that the caller means.
        RuleBroken: A rule stands against it.
    """
    await lock(session, Appointment, appointment_id)
    appointment = await get_appointment(session, caller, appointment_id)
    require_match(if_match, appointment)
    if appointment.status not in {"booked", "confirmed"}:
        raise WrongState("appointment", appointment.status)
    # Patients may cancel up to 24 hours before the start; after that only the front desk can.
    if caller.role is not Role.FRONT_DESK and now() > appointment.starts_at - timedelta(hours=24):
        raise RuleBroken("a-day-ahead", "Less than 24 hours before the start only the front desk can cancel.")
    appointment.status = "cancelled"
    await session.flush()
    await session.refresh(appointment)
    return appointment


async def write_note(
    session: AsyncSession, caller: Caller, appointment_id: int, body: WriteNote, if_match: str | None
) -> VisitNote:
    """Write the note of a visit.

    Raises:
        NotFound: There is no such appointment.
        PreconditionFailed: It is not the version that the caller means.
        RuleBroken: A rule stands against it.
    """
    await lock(session, Appointment, appointment_id)
    appointment = await get_appointment(session, caller, appointment_id)
    require_match(if_match, appointment)
    # Doctors write a visit note after a completed appointment.
    if appointment.status != "completed":
        raise RuleBroken("visit-took-place", "A note is written after a completed appointment.")
    visit_note = await session.scalar(select(VisitNote).where(VisitNote.appointment_id == appointment.id))
    if visit_note is not None:
        raise RuleBroken("no-note-yet", "This appointment has a note; correct that one.")
    visit_note = VisitNote(appointment_id=appointment.id, author_id=caller.doctor_id, text=body.text)
    session.add(visit_note)
    await session.flush()
    session.add(VisitNoteVersion.of(visit_note))
    await session.flush()
    await session.refresh(visit_note)
    return visit_note
