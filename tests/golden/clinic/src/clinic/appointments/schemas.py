"""Appointments as callers see them."""

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from clinic.listing import Paging
from clinic.schemas import Id, Moment, Reading, Reference, Text, Writing

AppointmentDuration = Literal[15, 30, 45]
AppointmentReason = Annotated[Text, StringConstraints(max_length=500)]
AppointmentState = Literal["booked", "confirmed", "completed", "cancelled", "no_show"]
WriteNoteText = Annotated[Text, StringConstraints(max_length=10000)]


class AppointmentWrite(Writing):
    """What callers write of an appointment."""

    starts_at: Moment
    duration: AppointmentDuration = Field(description="In minutes.")
    reason: AppointmentReason


class AppointmentCreate(AppointmentWrite):
    """A new appointment."""

    patient_id: Reference
    doctor_id: Reference


class WriteNote(Writing):
    """Write the note of a visit: what callers give."""

    text: WriteNoteText


class AppointmentRead(Reading):
    """An appointment."""

    patient_id: int
    doctor_id: int
    starts_at: dt.datetime
    duration: AppointmentDuration = Field(description="In minutes.")
    reason: str
    ends_at: dt.datetime
    status: AppointmentState


class AppointmentQuery(Paging):
    """Which appointments are asked for."""

    doctor_id: Id | None = None
    patient_id: Id | None = None
    status: AppointmentState | None = None
    sort: Literal["starts_at", "-starts_at"] | None = None
