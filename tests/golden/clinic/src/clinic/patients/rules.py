"""The rules that patients keep to."""

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from clinic.appointments.models import Appointment
from clinic.clock import add_months, now
from clinic.database import lock_to_remove
from clinic.patients.models import Patient
from clinic.problems import RuleBroken


async def require_removable(session: AsyncSession, patient: Patient) -> None:
    """Refuse a patient that may not be removed.

    Raises:
        RuleBroken: It breaks one.
    """
    await lock_to_remove(session, Patient, patient.id)
    has_appointments = (
        await session.scalars(
            select(exists().where(Appointment.patient_id == patient.id, Appointment.ends_at > add_months(now(), -120)))
        )
    ).one()
    # Patients' data is kept for 10 years.
    if patient.created_at > add_months(now(), -120) or has_appointments:
        raise RuleBroken("kept-for-ten-years", "Patients' data is kept for 10 years.")
