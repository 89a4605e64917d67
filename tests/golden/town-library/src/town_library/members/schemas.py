"""Members as callers see them."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from town_library.accounts.schemas import NewAccount
from town_library.listing import Paging
from town_library.schemas import Day, Email, Reading, Text, Writing

Name = Annotated[Text, StringConstraints(max_length=200)]


class MemberWrite(Writing):
    """What callers write of a member."""

    name: Name
    email: Email


class MemberCreate(MemberWrite):
    """A new member, and the account they sign in with."""

    joined_on: Day | None = None
    account: NewAccount


class MemberUpdate(MemberWrite):
    """A member as they shall be."""

    joined_on: Day


class MemberRead(Reading):
    """A member."""

    name: str
    email: str
    joined_on: date


class MemberQuery(Paging):
    """Which members are asked for."""

    search: Annotated[str, Field(min_length=1, max_length=200, description="Part of name.")] | None = None
    email: Email | None = None
    sort: Literal["name", "-name", "joined_on", "-joined_on"] | None = None
