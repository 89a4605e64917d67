"""What the tests share: a service with a database of its own, a clock that stands still, and callers of every role."""

import io
import logging
import os
from collections.abc import AsyncIterator, Callable, Iterator

import pytest
import structlog
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from time_machine import TimeMachineFixture

from town_library import observability
from town_library.__main__ import migrate
from town_library.app import create_app
from town_library.database import Base
from town_library.settings import Settings, get_settings

from .callers import SignIn
from .factories import NOW, Make

Logs = Callable[[], str]


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def clock(time_machine: TimeMachineFixture) -> TimeMachineFixture:
    """Time stands still, so that no test depends on the day it runs."""
    time_machine.move_to(NOW, tick=False)
    return time_machine


@pytest.fixture(autouse=True)
def proofs(request: pytest.FixtureRequest, record_property: Callable[[str, object], None]) -> None:
    """The report of the tests names the elements of the Spec that each of them proves."""
    for mark in request.node.iter_markers("proves"):
        record_property("proves", mark.args[0])


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """The settings of an up-to-date database: a new SQLite file, or that of TEST_DATABASE_URL, which is emptied."""
    file = tmp_path_factory.mktemp("database") / "test.db"
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("DATABASE_URL", os.environ.get("TEST_DATABASE_URL", f"sqlite+aiosqlite:///{file}"))
        environment.setenv("TOKEN_SECRET", "a secret that is good for tests only")
        get_settings.cache_clear()
        migrate()
        yield get_settings()
    get_settings.cache_clear()


@pytest.fixture(scope="session")
async def app(settings: Settings) -> AsyncIterator[FastAPI]:
    app = create_app(settings)
    yield app
    await app.state.sessions.kw["bind"].dispose()


@pytest.fixture
async def sessions(app: FastAPI) -> AsyncIterator[async_sessionmaker[AsyncSession]]:
    """Sessions on the database, which is emptied afterwards."""
    sessions: async_sessionmaker[AsyncSession] = app.state.sessions
    yield sessions
    async with sessions.begin() as session:
        for table in reversed(Base.metadata.sorted_tables):
            await session.execute(table.delete())


@pytest.fixture
def make(sessions: async_sessionmaker[AsyncSession]) -> Make:
    return Make(sessions)


@pytest.fixture
def sign_in(app: FastAPI, make: Make) -> SignIn:
    return SignIn(app, make)


@pytest.fixture
def logs() -> Iterator[Logs]:
    """What the service has written to its log."""
    observability.configure_logging("INFO")
    written = io.StringIO()
    for handler in logging.getLogger().handlers:
        if isinstance(handler, logging.StreamHandler):
            handler.setStream(written)
    yield written.getvalue
    logging.basicConfig(handlers=[logging.NullHandler()], force=True)
    structlog.reset_defaults()
