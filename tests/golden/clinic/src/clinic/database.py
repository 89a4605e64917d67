"""The database: what every table shares, and how a session is opened."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Depends, Request
from sqlalchemy import (
    BigInteger,
    BindParameter,
    DateTime,
    Dialect,
    Integer,
    MetaData,
    TypeDecorator,
    bindparam,
    event,
    select,
)
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedColumn, declared_attr, mapped_column
from sqlalchemy.pool import ConnectionPoolEntry

from clinic.clock import now
from clinic.settings import Settings

# SQLite would give the id of a deleted record to the next one, and with it what old tokens and ETags name.
NEVER_REUSE_IDS = {"sqlite_autoincrement": True}


class UtcDateTime(TypeDecorator[datetime]):
    """An instant, kept in UTC. SQLite has no time zones, so they are taken off and put back there."""

    impl = DateTime(timezone=True)
    cache_ok = True

    @property
    def python_type(self) -> type[datetime]:
        """What the values are in Python."""
        return datetime

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Python to database."""
        return value.astimezone(UTC) if value is not None else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Database to Python."""
        return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value


class Base(DeclarativeBase):
    """The root of all tables; constraint names follow one convention so that migrations can name them."""

    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ix": "ix_%(table_name)s_%(column_0_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
        }
    )
    type_annotation_map = {datetime: UtcDateTime}  # noqa: RUF012 - SQLAlchemy reads it here


def primary_key() -> MappedColumn[int]:
    """A number that the database hands out."""
    return mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, sort_order=-1)


class Record(Base):
    """A table whose rows callers can change: two changes at once are noticed by the version."""

    __abstract__ = True

    id: Mapped[int]
    version: Mapped[int] = mapped_column(sort_order=97)
    created_at: Mapped[datetime] = mapped_column(default=now, sort_order=98)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now, sort_order=99)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:  # noqa: N805 - SQLAlchemy passes the class
        return {"version_id_col": cls.version}


def create_engine(settings: Settings) -> AsyncEngine:
    """An engine for PostgreSQL or, in development, SQLite. Values never reach logs or error messages."""
    url = make_url(settings.database_url)
    engine = create_async_engine(
        url,
        hide_parameters=True,
        pool_size=settings.database_connections,
        max_overflow=0,
        pool_timeout=settings.database_wait_seconds,
        pool_pre_ping=True,
        connect_args=_postgresql(settings) if url.get_backend_name() == "postgresql" else {},
    )
    if engine.dialect.name == "sqlite":
        event.listen(engine.sync_engine, "connect", _prepare_sqlite)
        event.listen(engine.sync_engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine


def _postgresql(settings: Settings) -> dict[str, Any]:
    """Waits end, so that one caller never stops all. A statement sees what others committed before it: locks need that."""
    return {
        "timeout": 5,
        "server_settings": {
            "default_transaction_isolation": "read committed",
            "idle_in_transaction_session_timeout": "60s",
            "lock_timeout": "10s",
            "statement_timeout": f"{settings.database_statement_seconds}s",
        },
    }


def _prepare_sqlite(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    """Foreign keys hold, and a transaction takes the write lock when it begins, so what it read stays true."""
    connection.isolation_level = None
    for pragma in ("foreign_keys = ON", "journal_mode = WAL", "synchronous = NORMAL", "busy_timeout = 30000"):
        connection.cursor().execute(f"PRAGMA {pragma}")


def at_execution(value: Callable[[], datetime]) -> BindParameter[datetime]:
    """A moment that is worked out anew each time a statement runs."""
    return bindparam("moment", callable_=value, type_=UtcDateTime, unique=True)


async def lock(session: AsyncSession, model: type[Record], *record_ids: int) -> None:
    """Make other transactions that lock the same records wait until this one ends.

    It is a statement of its own on purpose: what is read afterwards includes what those transactions changed. New
    records may refer to a locked one meanwhile, it just cannot change or go.
    """
    statement = select(model.id).where(model.id.in_(record_ids)).order_by(model.id)
    await session.execute(statement.with_for_update(key_share=True))


async def lock_to_remove(session: AsyncSession, model: type[Record], record_id: int) -> None:
    """Make other transactions wait that lock the record or begin to refer to it: it may be about to go."""
    await session.execute(select(model.id).where(model.id == record_id).with_for_update())


async def get_session(request: Request) -> AsyncIterator[AsyncSession]:
    """One transaction for one request: committed before the answer is sent, rolled back on any error."""
    sessions: async_sessionmaker[AsyncSession] = request.app.state.sessions
    async with sessions() as session:
        yield session
        await session.commit()


Session = Annotated[AsyncSession, Depends(get_session, scope="function")]
