"""The application: everything is put together here."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import async_sessionmaker

from clinic import health, observability, problems
from clinic.accounts.router import router as accounts
from clinic.appointments.router import router as appointments
from clinic.body_limit import BodyLimit
from clinic.database import create_engine
from clinic.doctors.router import router as doctors
from clinic.patients.router import router as patients
from clinic.security_headers import SecurityHeaders
from clinic.settings import Settings, get_settings
from clinic.visit_notes.router import router as visit_notes


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
        title="Clinic",
        summary="Appointments and visit notes of a group practice.",
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
    for router in (health.router, accounts, patients, doctors, appointments, visit_notes):
        app.include_router(router)
    return app
