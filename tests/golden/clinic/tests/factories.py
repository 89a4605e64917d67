"""Valid records, put straight into the database past the rules."""

import itertools
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from clinic.accounts.models import Account, Role
from clinic.appointments.models import Appointment
from clinic.database import Base, Record
from clinic.doctors.models import Doctor
from clinic.patients.models import Patient
from clinic.visit_notes.models import VisitNote, VisitNoteVersion

NOW = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)
"""When the tests take place: a Wednesday, 10:00 in Europe/Berlin."""

R = TypeVar("R", bound=Base)


class Make:
    """Makes records: `await make.patient()`. What a test does not say is ordinary, and unique where it must be."""

    def __init__(self, sessions: async_sessionmaker[AsyncSession]) -> None:
        self._sessions = sessions
        self._numbers = itertools.count(111)

    async def account(self, role: str, record: Record | None = None, *, password_hash: str | None = None) -> Account:
        records: dict[str, Callable[[], Awaitable[Record]]] = {"doctor": self.doctor, "patient": self.patient}
        if record is None and role in records:
            record = await records[role]()
        owner = {f"{role}_id": record.id} if record is not None else {}
        account = Account(
            username=f"{role}-{next(self._numbers)}",
            password_hash=password_hash or "no password fits",
            role=Role(role),
            **owner,
        )
        return await self._keep(account)

    async def patient(
        self,
        *,
        first_name: str = "Ada",
        last_name: str = "Lovelace",
        date_of_birth: date = date(2026, 3, 4),
        phone: str = "+49 30 1234567",
        email: str = "ada@example.org",
        cleared_at: datetime | None = None,
        created_at: datetime = NOW,
    ) -> Patient:
        patient = Patient(
            first_name=first_name,
            last_name=last_name,
            date_of_birth=date_of_birth,
            phone=phone,
            email=email,
            cleared_at=cleared_at,
            created_at=created_at,
        )
        return await self._keep(patient)

    async def doctor(
        self,
        *,
        name: str = "Ada Lovelace",
        speciality: str = "general",
        room: str = "Some room",
        created_at: datetime = NOW,
    ) -> Doctor:
        doctor = Doctor(name=name, speciality=speciality, room=room, created_at=created_at)
        return await self._keep(doctor)

    async def appointment(
        self,
        *,
        patient: Patient | None = None,
        doctor: Doctor | None = None,
        starts_at: datetime = datetime(2026, 3, 11, 9, 0, tzinfo=UTC),
        duration: int = 15,
        reason: str = "Some reason",
        status: str = "booked",
        created_at: datetime = NOW,
    ) -> Appointment:
        appointment = Appointment(
            patient_id=(patient or await self.patient()).id,
            doctor_id=(doctor or await self.doctor()).id,
            starts_at=starts_at,
            duration=duration,
            reason=reason,
            ends_at=starts_at + timedelta(minutes=duration),
            status=status,
            created_at=created_at,
        )
        return await self._keep(appointment)

    async def visit_note(
        self,
        *,
        appointment: Appointment | None = None,
        author: Doctor | None = None,
        text: str = "Some text",
        created_at: datetime = NOW,
    ) -> VisitNote:
        visit_note = VisitNote(
            appointment_id=(appointment or await self.appointment()).id,
            author_id=(author or await self.doctor()).id,
            text=text,
            created_at=created_at,
        )
        await self._keep(visit_note)
        await self._keep(VisitNoteVersion.of(visit_note))
        return visit_note

    async def _keep(self, record: R) -> R:
        async with self._sessions.begin() as session:
            session.add(record)
        return record
