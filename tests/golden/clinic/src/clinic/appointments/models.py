"""Appointments as the database keeps them."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from clinic.database import NEVER_REUSE_IDS, Record, primary_key


class Appointment(Record):
    """An appointment."""

    __tablename__ = "appointment"
    __table_args__ = (
        CheckConstraint("duration IN (15, 30, 45)", name="duration"),
        CheckConstraint("status IN ('booked', 'confirmed', 'completed', 'cancelled', 'no_show')", name="status"),
        ExcludeConstraint(
            (text("int8range(doctor_id, doctor_id, '[]')"), "&&"),
            (text("tstzrange(starts_at, ends_at)"), "&&"),
            where=text("ends_at > starts_at AND status <> 'cancelled'"),
            name="ex_appointment_no_double_booking",
        ).ddl_if(dialect="postgresql"),
        NEVER_REUSE_IDS,
    )

    id: Mapped[int] = primary_key()
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id", ondelete="CASCADE"), index=True)
    doctor_id: Mapped[int] = mapped_column(ForeignKey("doctor.id", ondelete="RESTRICT"), index=True)
    starts_at: Mapped[dt.datetime] = mapped_column()
    duration: Mapped[int] = mapped_column()
    reason: Mapped[str] = mapped_column(Text())
    ends_at: Mapped[dt.datetime] = mapped_column()
    status: Mapped[str] = mapped_column(String(60), default="booked")
