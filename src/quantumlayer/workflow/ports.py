"""What an interpreter of plans is, and what it is given."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

from quantumlayer.core.events import Emit
from quantumlayer.core.plan import Plan, Task

Step = Callable[[Task, Mapping[str, object], Emit], Awaitable[object]]
"""Does one task, given the results of the tasks it needs; what it returns is the task's result."""


class Workflow(Protocol):
    """Runs a plan's tasks, independent ones side by side."""

    async def run(self, plan: Plan, steps: Mapping[str, Step], emit: Emit) -> Mapping[str, object]:
        """The result of each task by its id.

        `steps` holds a step for each kind of task. Each start, end and failure is emitted with its seconds. When a
        task fails, those that need it are left out, the others still run, and the first error is raised at the end.
        Cancelling stops all running tasks and waits for them.

        Raises:
            DomainError: What the first failed step raised.
            StepCrashError: The first failed step raised anything else.
            UnknownStepError: A task is of a kind that has no step; nothing was run.
        """
        ...
