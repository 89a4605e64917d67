"""Accounts as the database keeps them."""

from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from clinic.database import NEVER_REUSE_IDS, Record, primary_key


class Role(StrEnum):
    """The part a caller plays."""

    FRONT_DESK = "front_desk"
    DOCTOR = "doctor"
    PATIENT = "patient"


class Account(Record):
    """A user name and what it opens: a role, and the caller's own record where the role has one."""

    __tablename__ = "auth_account"
    __table_args__ = (
        CheckConstraint("role IN ('front_desk', 'doctor', 'patient')", name="role"),
        CheckConstraint("(role = 'doctor') = (doctor_id IS NOT NULL)", name="doctor"),
        CheckConstraint("(role = 'patient') = (patient_id IS NOT NULL)", name="patient"),
        NEVER_REUSE_IDS | {"info": {"title": "account"}},
    )

    id: Mapped[int] = primary_key()
    username: Mapped[str] = mapped_column(String(100), unique=True)
    password_hash: Mapped[str] = mapped_column(String(200))
    role: Mapped[Role] = mapped_column(String(40))
    doctor_id: Mapped[int | None] = mapped_column(ForeignKey("doctor.id", ondelete="CASCADE"), unique=True)
    patient_id: Mapped[int | None] = mapped_column(ForeignKey("patient.id", ondelete="CASCADE"), unique=True)
