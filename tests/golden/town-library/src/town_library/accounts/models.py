"""Accounts as the database keeps them."""

from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from town_library.database import NEVER_REUSE_IDS, Record, primary_key


class Role(StrEnum):
    """The part a caller plays."""

    LIBRARIAN = "librarian"
    MEMBER = "member"


class Account(Record):
    """A user name and what it opens: a role, and the caller's own record where the role has one."""

    __tablename__ = "auth_account"
    __table_args__ = (
        CheckConstraint("role IN ('librarian', 'member')", name="role"),
        CheckConstraint("(role = 'member') = (member_id IS NOT NULL)", name="member"),
        NEVER_REUSE_IDS | {"info": {"title": "account"}},
    )

    id: Mapped[int] = primary_key()
    username: Mapped[str] = mapped_column(String(100), unique=True)
    password_hash: Mapped[str] = mapped_column(String(200))
    role: Mapped[Role] = mapped_column(String(40))
    member_id: Mapped[int | None] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"), unique=True)
