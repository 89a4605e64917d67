"""Visit notes as the database keeps them."""

import datetime as dt
from typing import Self

from sqlalchemy import ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from clinic.clock import now
from clinic.database import NEVER_REUSE_IDS, Base, Record, primary_key


class VisitNote(Record):
    """A visit note."""

    __tablename__ = "visit_note"
    __table_args__ = (NEVER_REUSE_IDS,)

    id: Mapped[int] = primary_key()
    appointment_id: Mapped[int] = mapped_column(ForeignKey("appointment.id", ondelete="RESTRICT"), unique=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("doctor.id", ondelete="RESTRICT"), index=True)
    text: Mapped[str] = mapped_column(Text())


class VisitNoteVersion(Base):
    """What a visit note said at some time; versions are only ever added."""

    __tablename__ = "visit_note_version"
    __table_args__ = (UniqueConstraint("visit_note_id", "number"), NEVER_REUSE_IDS)

    id: Mapped[int] = primary_key()
    visit_note_id: Mapped[int] = mapped_column(ForeignKey("visit_note.id", ondelete="CASCADE"))
    number: Mapped[int] = mapped_column()
    text: Mapped[str] = mapped_column(Text())
    created_at: Mapped[dt.datetime] = mapped_column(default=now)

    @classmethod
    def of(cls, visit_note: VisitNote) -> Self:
        """The version that is current."""
        return cls(visit_note_id=visit_note.id, number=visit_note.version, text=visit_note.text)
