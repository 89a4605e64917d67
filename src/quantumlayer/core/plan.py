"""A plan: the task graph as data."""

from enum import StrEnum
from graphlib import CycleError, TopologicalSorter
from typing import Self

from pydantic import BaseModel, ConfigDict, JsonValue, model_validator


class Tier(StrEnum):
    """How much ceremony a Spec needs; the thresholds are those of the product's tier table."""

    SIMPLE = "simple"
    STANDARD = "standard"
    COMPLEX = "complex"
    ENTERPRISE = "enterprise"


class Task(BaseModel):
    """One node of the graph.

    `kind` names the step that does it, `inputs` are its small JSON arguments, `needs` the ids of the tasks whose
    results it takes, `group` the branch it is shown under, `estimate` the expected seconds on two cores.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    kind: str
    title: str
    group: str = ""
    needs: tuple[str, ...] = ()
    inputs: dict[str, JsonValue] = {}
    estimate: float = 0.1


class Plan(BaseModel):
    """Tasks in an order in which they may run, the Spec's tier and the estimated lines of business code."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tier: Tier
    lines: int
    tasks: tuple[Task, ...]

    @model_validator(mode="after")
    def _acyclic(self) -> Self:
        ids = [task.id for task in self.tasks]
        if len(set(ids)) != len(ids):
            raise ValueError("two tasks have the same id")
        graph = {task.id: task.needs for task in self.tasks}
        if missing := {need for task in self.tasks for need in task.needs} - set(ids):
            message = f"tasks need unknown tasks: {sorted(missing)}"
            raise ValueError(message)
        try:
            TopologicalSorter(graph).prepare()
        except CycleError as error:
            message = f"tasks need each other in a circle: {error.args[1]}"
            raise ValueError(message) from error
        return self
