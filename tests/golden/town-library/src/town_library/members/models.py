"""Members as the database keeps them."""

from datetime import date

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from town_library.clock import today
from town_library.database import Record, primary_key


class Member(Record):
    """A member."""

    __tablename__ = "member"

    id: Mapped[int] = primary_key()
    name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str] = mapped_column(String(254), unique=True)
    joined_on: Mapped[date] = mapped_column(default=today)
