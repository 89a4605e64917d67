"""Patients as the database keeps them."""

import datetime as dt

from sqlalchemy import String, func, or_, select
from sqlalchemy.orm import Mapped, column_property, mapped_column

from clinic.appointments.models import Appointment
from clinic.clock import add_months, now
from clinic.database import NEVER_REUSE_IDS, Record, at_execution, primary_key


class Patient(Record):
    """A patient."""

    __tablename__ = "patient"
    __table_args__ = (NEVER_REUSE_IDS,)

    id: Mapped[int] = primary_key()
    first_name: Mapped[str] = mapped_column(String(200))
    last_name: Mapped[str] = mapped_column(String(200))
    date_of_birth: Mapped[dt.date] = mapped_column()
    phone: Mapped[str] = mapped_column(String(30))
    email: Mapped[str] = mapped_column(String(254))
    cleared_at: Mapped[dt.datetime | None] = mapped_column()
    recent_no_shows: Mapped[int] = column_property(
        select(func.count(Appointment.id))
        .where(
            Appointment.patient_id == id,
            Appointment.status == "no_show",
            Appointment.starts_at >= at_execution(lambda: add_months(now(), -12)),
            or_(cleared_at.is_(None), Appointment.starts_at > cleared_at),
        )
        .correlate_except(Appointment)
        .scalar_subquery()
    )
