"""Doctors as the database keeps them."""

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from clinic.database import NEVER_REUSE_IDS, Record, primary_key


class Doctor(Record):
    """A doctor."""

    __tablename__ = "doctor"
    __table_args__ = (
        CheckConstraint("speciality IN ('general', 'paediatrics', 'dermatology', 'cardiology')", name="speciality"),
        NEVER_REUSE_IDS,
    )

    id: Mapped[int] = primary_key()
    name: Mapped[str] = mapped_column(String(200))
    speciality: Mapped[str] = mapped_column(String(200))
    room: Mapped[str] = mapped_column(String(20))
