"""The audit trail as the database keeps it."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from clinic.clock import now
from clinic.database import NEVER_REUSE_IDS, Base, primary_key


class AuditEntry(Base):
    """Somebody did something with a record. Entries are only ever added, and outlive account and record."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index("ix_audit_entry_record", "record_type", "record_id"), NEVER_REUSE_IDS)

    id: Mapped[int] = primary_key()
    record_type: Mapped[str] = mapped_column(String(60))
    record_id: Mapped[int] = mapped_column(BigInteger())
    account_id: Mapped[int] = mapped_column(BigInteger())
    username: Mapped[str] = mapped_column(String(100))
    role: Mapped[str] = mapped_column(String(60))
    action: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime] = mapped_column(default=now)
