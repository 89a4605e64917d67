"""Writing and reading the audit trail."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from clinic.accounts.access import Caller
from clinic.audit.models import AuditEntry
from clinic.database import Record
from clinic.listing import Paging, page


async def record_action(session: AsyncSession, caller: Caller, action: str, records: Sequence[Record]) -> None:
    """Note who did something with these records, in the transaction in which it happens."""
    session.add_all(
        AuditEntry(
            record_type=record.__tablename__,
            record_id=record.id,
            account_id=caller.id,
            username=caller.username,
            role=caller.role,
            action=action,
        )
        for record in records
    )
    await session.flush()


async def list_entries(session: AsyncSession, record: Record, paging: Paging) -> tuple[Sequence[AuditEntry], int]:
    """A page of what was noted about a record, oldest first, and how much there is in all."""
    statement = select(AuditEntry).where(
        AuditEntry.record_type == record.__tablename__, AuditEntry.record_id == record.id
    )
    return await page(session, statement.order_by(AuditEntry.id), paging)
