"""Visit notes as callers see them."""

import datetime as dt
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

from clinic.listing import Paging
from clinic.schemas import Id, Reading, Text, Writing

VisitNoteText = Annotated[Text, StringConstraints(max_length=10000)]
CorrectText = Annotated[Text, StringConstraints(max_length=10000)]


class Correct(Writing):
    """Correct a visit note: what callers give."""

    text: CorrectText


class VisitNoteRead(Reading):
    """A visit note."""

    appointment_id: int
    author_id: int
    text: str


class VisitNoteVersionRead(BaseModel):
    """What a visit note said at some time; version 1 is the first."""

    model_config = ConfigDict(from_attributes=True)

    number: int
    text: str
    created_at: dt.datetime


class VisitNoteQuery(Paging):
    """Which visit notes are asked for."""

    author_id: Id | None = None
