"""Patients as callers see them."""

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import Field, StringConstraints

from clinic.accounts.models import Role
from clinic.accounts.schemas import NewAccount
from clinic.listing import Paging
from clinic.schemas import Day, Email, Reading, Text, Writing

PatientFirstName = Annotated[Text, StringConstraints(max_length=200)]
PatientLastName = Annotated[Text, StringConstraints(max_length=200)]
PatientPhone = Annotated[Text, StringConstraints(max_length=30)]


class PatientWrite(Writing):
    """What callers write of a patient."""

    first_name: PatientFirstName
    last_name: PatientLastName
    date_of_birth: Day
    phone: PatientPhone
    email: Email


class PatientCreate(PatientWrite):
    """A new patient, and the account they sign in with."""

    account: NewAccount


class PatientRead(Reading):
    """A patient."""

    visible_to: ClassVar[Mapping[str, frozenset[Role]]] = {
        "cleared_at": frozenset({Role.FRONT_DESK}),
        "recent_no_shows": frozenset({Role.FRONT_DESK}),
    }

    first_name: str
    last_name: str
    date_of_birth: dt.date
    phone: str
    email: str
    cleared_at: dt.datetime | None = Field(None, description="When the front desk last forgave the no-shows before it.")
    recent_no_shows: int | None = Field(
        None, description="No-shows of the last 12 months that the front desk has not cleared."
    )


class PatientQuery(Paging):
    """Which patients are asked for."""

    search: Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00]*$")] | None = Field(
        None, description="Part of first name or last name."
    )
    sort: Literal["last_name", "-last_name"] | None = None
