"""The interpreter for one process: it keeps everything in memory and forgets it with the process."""

import asyncio
from collections.abc import Mapping
from graphlib import TopologicalSorter

from quantumlayer.core.clock import Clock
from quantumlayer.core.errors import DomainError
from quantumlayer.core.events import Emit, EventKind
from quantumlayer.core.plan import Plan, Task
from quantumlayer.workflow.errors import StepCrashError, UnknownStepError
from quantumlayer.workflow.ports import Step


class MemoryWorkflow:
    """Runs plans in this process's event loop.

    Args:
        clock: Measures the seconds of each task.
        limit: How many tasks run at the same time, at least 1.
    """

    def __init__(self, clock: Clock, limit: int = 2) -> None:
        self._clock = clock
        self._limit = max(1, limit)

    async def run(self, plan: Plan, steps: Mapping[str, Step], emit: Emit) -> Mapping[str, object]:
        """See `quantumlayer.workflow.ports.Workflow.run`."""
        if unknown := sorted({task.kind for task in plan.tasks} - set(steps)):
            raise UnknownStepError(f"nothing here can do tasks of the kind {', '.join(unknown)}")
        run = _Run(plan, steps, emit, self._clock, self._limit)
        try:
            await run.to_the_end()
        finally:
            await run.stop()
        if run.error is not None:
            raise run.error
        return run.results


class _Run:
    """One execution of a plan."""

    def __init__(self, plan: Plan, steps: Mapping[str, Step], emit: Emit, clock: Clock, limit: int) -> None:
        self.results: dict[str, object] = {}
        self.error: DomainError | None = None
        self._tasks = {task.id: task for task in plan.tasks}
        self._graph = TopologicalSorter({task.id: task.needs for task in plan.tasks})
        self._urgency = _urgency(plan)
        self._steps = steps
        self._emit = emit
        self._clock = clock
        self._limit = limit
        self._running: dict[asyncio.Task[bool], str] = {}

    async def to_the_end(self) -> None:
        """Run everything that can run."""
        self._graph.prepare()
        ready = list(self._graph.get_ready())
        while ready or self._running:
            ready.sort(key=self._urgency.__getitem__)
            while ready and len(self._running) < self._limit:
                task = self._tasks[ready.pop()]
                self._running[asyncio.create_task(self._do(task))] = task.id
            done, _ = await asyncio.wait(self._running, return_when=asyncio.FIRST_COMPLETED)
            ended = {self._running.pop(one): one.result() for one in done}
            # A failed task is never marked as done, so whatever needs it never becomes ready.
            self._graph.done(*[name for name, finished in ended.items() if finished])
            ready += self._graph.get_ready()

    async def stop(self) -> None:
        """Cancel what still runs and wait for it."""
        for one in self._running:
            one.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _do(self, task: Task) -> bool:
        """Whether the task has a result now."""
        start = self._clock.seconds()
        self._emit(EventKind.TASK_STARTED, task.id, title=task.title, group=task.group, estimate=task.estimate)
        try:
            given = {need: self.results[need] for need in task.needs}
            self.results[task.id] = await self._steps[task.kind](task, given, self._emit)
        except Exception as caught:  # noqa: BLE001  whatever a step raises belongs to its task
            error = caught if isinstance(caught, DomainError) else _crash(task, caught)
            self.error = self.error or error
            seconds = self._clock.seconds() - start
            self._emit(EventKind.TASK_FAILED, task.id, seconds=seconds, code=error.code, error=error.what)
            return False
        self._emit(EventKind.TASK_FINISHED, task.id, seconds=self._clock.seconds() - start)
        return True


def _crash(task: Task, error: Exception) -> StepCrashError:
    crash = StepCrashError(f"the task {task.id} broke off with {type(error).__name__}: {error}")
    crash.__cause__ = error
    return crash


def _urgency(plan: Plan) -> dict[str, float]:
    """Seconds from the start of a task to the end of the plan: the longest way goes first."""
    after: dict[str, float] = {task.id: 0.0 for task in plan.tasks}
    urgency: dict[str, float] = {}
    tasks = {task.id: task for task in plan.tasks}
    for name in reversed([*TopologicalSorter({task.id: task.needs for task in plan.tasks}).static_order()]):
        urgency[name] = tasks[name].estimate + after[name]
        for need in tasks[name].needs:
            after[need] = max(after[need], urgency[name])
    return urgency
