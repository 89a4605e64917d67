"""Members as the database keeps them."""

import datetime as dt

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from town_library.clock import today
from town_library.database import NEVER_REUSE_IDS, Record, primary_key


class Member(Record):
    """A member."""

    __tablename__ = "member"
    __table_args__ = (NEVER_REUSE_IDS,)

    id: Mapped[int] = primary_key()
    name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str] = mapped_column(String(254), unique=True)
    joined_on: Mapped[dt.date] = mapped_column(default=today)
