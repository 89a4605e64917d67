"""Records that a request refers to."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from clinic.database import Record
from clinic.problems import Conflict


async def require_reference(session: AsyncSession, model: type[Record], record_id: int) -> None:
    """Refuse a request that refers to a record which is not there, and keep one that is until the transaction ends.

    Raises:
        Conflict: There is none with this id.
    """
    statement = select(model.id).where(model.id == record_id).with_for_update(read=True, key_share=True)
    if await session.scalar(statement) is None:
        raise Conflict(f"There is no {model.__tablename__.replace('_', ' ')} {record_id}.")
