"""Doctors as callers see them."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from clinic.accounts.schemas import NewAccount
from clinic.listing import Paging
from clinic.schemas import Reading, Text, Writing

DoctorName = Annotated[Text, StringConstraints(max_length=200)]
DoctorSpeciality = Literal["general", "paediatrics", "dermatology", "cardiology"]
DoctorRoom = Annotated[Text, StringConstraints(max_length=20)]


class DoctorWrite(Writing):
    """What callers write of a doctor."""

    name: DoctorName
    speciality: DoctorSpeciality
    room: DoctorRoom


class DoctorCreate(DoctorWrite):
    """A new doctor, and the account they sign in with."""

    account: NewAccount


class DoctorRead(Reading):
    """A doctor."""

    name: str
    speciality: DoctorSpeciality
    room: str


class DoctorQuery(Paging):
    """Which doctors are asked for."""

    search: Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00]*$")] | None = Field(
        None, description="Part of name."
    )
    speciality: DoctorSpeciality | None = None
    sort: Literal["name", "-name"] | None = None
