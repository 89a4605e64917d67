"""Members as callers see them."""

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from town_library.accounts.schemas import NewAccount
from town_library.listing import Paging
from town_library.schemas import Day, Email, Reading, Text, Writing

MemberName = Annotated[Text, StringConstraints(max_length=200)]


class MemberWrite(Writing):
    """What callers write of a member."""

    name: MemberName
    email: Email


class MemberCreate(MemberWrite):
    """A new member, and the account they sign in with."""

    joined_on: Day | None = None
    account: NewAccount


class MemberUpdate(MemberWrite):
    """A member as it is to be."""

    joined_on: Day


class MemberRead(Reading):
    """A member."""

    name: str
    email: str
    joined_on: dt.date


class MemberQuery(Paging):
    """Which members are asked for."""

    search: Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00]*$")] | None = Field(
        None, description="Part of name."
    )
    email: Email | None = None
    sort: Literal["name", "-name", "joined_on", "-joined_on"] | None = None
