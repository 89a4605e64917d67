"""The rules that appointments keep to."""

from datetime import timedelta

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from clinic.accounts.access import Caller
from clinic.accounts.models import Role
from clinic.appointments.models import Appointment
from clinic.clock import TIMEZONE, now, time_of_day
from clinic.database import lock
from clinic.doctors.models import Doctor
from clinic.patients.models import Patient
from clinic.problems import RuleBroken


async def require_valid(session: AsyncSession, appointment: Appointment) -> None:
    """Refuse an appointment that breaks a rule.

    Raises:
        RuleBroken: It breaks one.
    """
    # Appointments can only be booked between 08:00 and 18:00, Monday to Friday, and at least one hour in
    # advance.
    if time_of_day(appointment.starts_at) < timedelta(hours=8) or time_of_day(appointment.starts_at) + timedelta(
        minutes=appointment.duration
    ) > timedelta(hours=18):
        raise RuleBroken("within-opening-hours", "Appointments are between 08:00 and 18:00.")
    if appointment.starts_at.astimezone(TIMEZONE).isoweekday() % 7 not in {1, 2, 3, 4, 5}:
        raise RuleBroken("on-a-weekday", "Appointments are from Monday to Friday.")
    if appointment.starts_at < now() + timedelta(hours=1):
        raise RuleBroken("an-hour-ahead", "Appointments are booked at least one hour in advance.")


async def require_free(session: AsyncSession, appointment: Appointment) -> None:
    """Refuse an appointment at a time that another one takes up.

    Raises:
        RuleBroken: It breaks one.
    """
    await lock(session, Doctor, appointment.doctor_id)
    in_the_way = (
        await session.scalars(
            select(
                exists().where(
                    Appointment.id.is_distinct_from(appointment.id),
                    Appointment.doctor_id == appointment.doctor_id,
                    Appointment.starts_at < appointment.ends_at,
                    Appointment.ends_at > appointment.starts_at,
                    Appointment.status != "cancelled",
                )
            )
        )
    ).one()
    # A doctor cannot have two appointments that overlap.
    if in_the_way:
        raise RuleBroken("no-double-booking", "The doctor has another appointment at that time.")


async def require_creatable(session: AsyncSession, caller: Caller, appointment: Appointment) -> None:
    """Refuse an appointment that may not be made.

    Raises:
        RuleBroken: It breaks one.
    """
    await lock(session, Patient, appointment.patient_id)
    patient = await session.get_one(Patient, appointment.patient_id)
    # A patient with three no-shows in the last 12 months cannot book online until the front desk clears
    # them.
    if caller.role is Role.PATIENT and patient.recent_no_shows >= 3:
        raise RuleBroken("may-book-online", "After three missed appointments only the front desk can book.")


async def require_changeable(session: AsyncSession, appointment: Appointment) -> None:
    """Refuse an appointment that may not be changed.

    Raises:
        RuleBroken: It breaks one.
    """
    if appointment.status not in {"booked", "confirmed"}:
        raise RuleBroken("not-over-yet", "Only an appointment that is booked or confirmed can be changed.")
