"""The event envelope that every surface shows."""

from datetime import datetime
from enum import StrEnum
from typing import Protocol

from pydantic import BaseModel, ConfigDict, JsonValue


class EventKind(StrEnum):
    """What happened."""

    RUN_STARTED = "run.started"
    RUN_FINISHED = "run.finished"
    TASK_STARTED = "task.started"
    TASK_PROGRESS = "task.progress"
    TASK_FINISHED = "task.finished"
    TASK_FAILED = "task.failed"
    ARTIFACT_WRITTEN = "artifact.written"
    CHECK_FINISHED = "check.finished"


class Event(BaseModel):
    """One thing that happened in a run.

    `seq` counts from 1 within the run without gaps; `at` is in UTC; `task` names the task it belongs to, empty for the
    run itself; `data` is small and JSON-shaped, large values travel by reference.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: int = 1
    run: str
    seq: int
    at: datetime
    kind: EventKind
    task: str = ""
    data: dict[str, JsonValue] = {}


class Emit(Protocol):
    """Takes an event's kind, task and data; the run adds number and time."""

    def __call__(self, kind: EventKind, task: str = "", /, **data: JsonValue) -> None:
        """Record that something happened."""
