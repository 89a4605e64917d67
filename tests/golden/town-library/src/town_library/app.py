"""The application: everything is put together here."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import async_sessionmaker

from town_library import health, observability, problems
from town_library.accounts.router import router as accounts
from town_library.body_limit import BodyLimit
from town_library.books.router import router as books
from town_library.database import create_engine
from town_library.loans.router import router as loans
from town_library.members.router import router as members
from town_library.security_headers import SecurityHeaders
from town_library.settings import Settings, get_settings


def create_app(settings: Settings | None = None) -> FastAPI:
    """The service, ready to be served."""
    settings = settings or get_settings()
    engine = create_engine(settings)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        observability.configure_logging(settings.log_level)
        tracing = observability.configure_tracing(settings)
        yield
        await engine.dispose()
        if tracing is not None:
            tracing.shutdown()

    app = FastAPI(
        title="Town library",
        summary="Loans of a small town library.",
        version="0.1.0",
        lifespan=lifespan,
        docs_url="/docs" if settings.environment == "development" else None,
        redoc_url=None,
        redirect_slashes=False,
        telemetry={"tracing": False, "metrics": False, "logs": False},  # ours keep queries to themselves
    )
    app.state.settings = settings
    app.state.sessions = async_sessionmaker(engine, autoflush=False, expire_on_commit=False)
    problems.install(app)
    observability.install(app)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(BodyLimit)
    for router in (health.router, accounts, books, members, loans):
        app.include_router(router)
    return app
