"""Runs migrations against the database of the settings."""

import asyncio

from alembic import context
from sqlalchemy import Connection, text

from town_library import seeds
from town_library.database import Base, create_engine
from town_library.settings import get_settings

# Imported so that every table is known.
__all__ = ["seeds"]


def run(connection: Connection) -> None:
    """Run within one transaction, however long it takes, and wait for whoever else runs migrations."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('alembic_version'))"))
    context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()


async def connect_and_run() -> None:
    """Open a connection and run."""
    engine = create_engine(get_settings())
    async with engine.begin() as connection:
        await connection.run_sync(run)
    await engine.dispose()


asyncio.run(connect_and_run())
