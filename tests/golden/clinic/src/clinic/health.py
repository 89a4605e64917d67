"""Probes for whoever runs the service."""

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
    """The database does not answer."""

    status = HTTPStatus.SERVICE_UNAVAILABLE


router = APIRouter(prefix="/health", tags=["health"])


@router.get("/live")
async def live() -> Health:
    """The process runs."""
    return Health()


@router.get("/ready", responses=responses(NotReady))
async def ready(session: Session) -> Health:
    """The service can do its work: the database answers."""
    try:
        await session.execute(text("SELECT 1"))
    except (SQLAlchemyError, OSError) as error:
        raise NotReady("The database does not answer.") from error
    return Health()
