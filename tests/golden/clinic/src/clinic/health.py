"""Probes for whoever runs the service."""

import asyncio
from http import HTTPStatus

from fastapi import APIRouter
from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from clinic.database import Session
from clinic.problems import Problem, responses


class Health(BaseModel):
    """The answer of a probe."""

    status: str = "ok"


class NotReady(Problem):
    """The service cannot do its work yet, or for a while."""

    status = HTTPStatus.SERVICE_UNAVAILABLE


router = APIRouter(prefix="/health", tags=["health"])


@router.get("/live")
async def live() -> Health:
    """The process runs."""
    return Health()


@router.get("/ready", responses=responses(NotReady))
async def ready(session: Session) -> Health:
    """The service can do its work: the database answers in time and was migrated."""
    try:
        async with asyncio.timeout(2):
            await session.execute(text("SELECT version_num FROM alembic_version"))
    except (SQLAlchemyError, OSError) as error:
        raise NotReady("The database does not answer or was never migrated.") from error
    return Health()
