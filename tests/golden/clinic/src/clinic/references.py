"""Records that a request refers to."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from clinic.database import Record
from clinic.problems import Conflict


async def require_reference(session: AsyncSession, model: type[Record], record_id: int) -> None:
    """Refuse a request that refers to a record which is not there.

    Raises:
        Conflict: There is none with this id.
    """
    if await session.scalar(select(model.id).where(model.id == record_id)) is None:
        raise Conflict(f"There is no {model.__tablename__.replace('_', ' ')} {record_id}.")
