"""The in-memory interpreter runs what can run, side by side, and says what happened."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import JsonValue

from quantumlayer.core.events import Emit, Event, EventKind
from quantumlayer.core.journal import Journal
from quantumlayer.core.plan import Plan, Task, Tier
from quantumlayer.workflow.errors import StepCrashError, UnknownStepError
from quantumlayer.workflow.memory import MemoryWorkflow
from quantumlayer.workflow.ports import Step


class Ticking:
    """A clock that goes on by a second whenever it is asked; its dates go back in between."""

    def __init__(self) -> None:
        self.asked = 0

    def now(self) -> datetime:
        self.asked += 1
        return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=-self.asked if self.asked == 3 else self.asked)

    def seconds(self) -> float:
        self.asked += 1
        return float(self.asked)


def plan(*tasks: Task) -> Plan:
    return Plan(tier=Tier.SIMPLE, lines=1, tasks=tasks)


def task(name: str, *needs: str, kind: str = "note", estimate: float = 0.1, **inputs: JsonValue) -> Task:
    return Task(id=name, kind=kind, title=name.title(), needs=needs, inputs=inputs, estimate=estimate)


class Bench:
    """Runs plans and keeps what happened."""

    def __init__(self, limit: int = 2) -> None:
        self.events: list[Event] = []
        self.order: list[str] = []
        self.now = 0
        self.most = 0
        self.cancelled: list[str] = []
        self.waiting = asyncio.Semaphore(0)
        clock = Ticking()
        self.journal = Journal("r1", clock, [self.events.append])
        self.workflow = MemoryWorkflow(clock, limit)

    async def run(self, made: Plan) -> Mapping[str, object]:
        steps: dict[str, Step] = {"note": self.note, "fail": self.fail, "wait": self.wait}
        return await self.workflow.run(made, steps, self.journal.emit)

    async def note(self, done: Task, given: Mapping[str, object], emit: Emit) -> object:
        emit(EventKind.TASK_PROGRESS, done.id)
        self.order.append(done.id)
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(0)
        self.now -= 1
        return [done.id, *given]

    async def fail(self, done: Task, given: Mapping[str, object], emit: Emit) -> object:
        emit(EventKind.TASK_PROGRESS, done.id, given=len(given))
        error = StepCrashError("as planned") if done.inputs.get("domain") else ValueError(f"bad {done.id}")
        raise error

    async def wait(self, done: Task, given: Mapping[str, object], emit: Emit) -> object:
        emit(EventKind.TASK_PROGRESS, done.id, given=len(given))
        self.waiting.release()
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            self.cancelled.append(done.id)
        return None

    def kinds(self) -> list[tuple[EventKind, str]]:
        return [(event.kind, event.task) for event in self.events]


def test_each_task_is_given_the_results_of_those_it_needs() -> None:
    bench = Bench()
    results = asyncio.run(bench.run(plan(task("a"), task("b"), task("c", "a", "b"), task("d", "c"))))
    assert results == {"a": ["a"], "b": ["b"], "c": ["c", "a", "b"], "d": ["d", "c"]}


def test_events_have_numbers_without_gaps_and_times_that_never_go_back() -> None:
    bench = Bench()
    asyncio.run(bench.run(plan(task("a"), task("b"), task("c", "a"))))
    assert [event.seq for event in bench.events] == list(range(1, 10))
    assert [event.at for event in bench.events] == sorted(event.at for event in bench.events)
    assert {event.run for event in bench.events} == {"r1"}


def test_start_and_end_of_each_task_are_told_with_its_seconds() -> None:
    bench = Bench()
    asyncio.run(bench.run(plan(task("a"))))
    kinds = [EventKind.TASK_STARTED, EventKind.TASK_PROGRESS, EventKind.TASK_FINISHED]
    assert bench.kinds() == [(kind, "a") for kind in kinds]
    assert bench.events[0].data == {"title": "A", "group": "", "estimate": 0.1}
    assert bench.events[-1].data["seconds"] == 3.0


@pytest.mark.parametrize(("limit", "most"), [(0, 1), (1, 1), (2, 2), (8, 5)])
def test_no_more_tasks_run_at_once_than_the_limit(limit: int, most: int) -> None:
    bench = Bench(limit)
    asyncio.run(bench.run(plan(*(task(name) for name in "abcde"))))
    assert bench.most == most


def test_the_task_with_the_longest_way_ahead_goes_first() -> None:
    bench = Bench(limit=1)
    made = plan(task("short"), task("long", estimate=9), task("way"), task("far", "way", estimate=20))
    asyncio.run(bench.run(made))
    assert bench.order == ["way", "far", "long", "short"]


def test_what_needs_a_failed_task_is_left_out_and_the_rest_still_runs() -> None:
    bench = Bench(limit=1)
    made = plan(task("bad", kind="fail", estimate=9), task("after", "bad"), task("last", "after"), task("other"))
    with pytest.raises(StepCrashError, match="the task bad broke off with ValueError: bad bad") as caught:
        asyncio.run(bench.run(made))
    assert bench.order == ["other"]
    assert isinstance(caught.value.__cause__, ValueError)
    failed = [event for event in bench.events if event.kind is EventKind.TASK_FAILED]
    assert [(event.task, event.data["code"]) for event in failed] == [("bad", "QL2001")]


def test_the_first_of_two_errors_is_raised() -> None:
    bench = Bench(limit=1)
    made = plan(task("first", kind="fail", estimate=9, domain=True), task("second", kind="fail"))
    with pytest.raises(StepCrashError, match="as planned"):
        asyncio.run(bench.run(made))


def test_a_task_of_an_unknown_kind_stops_the_plan_before_it_begins() -> None:
    bench = Bench()
    with pytest.raises(UnknownStepError, match="dance"):
        asyncio.run(bench.run(plan(task("a"), task("b", kind="dance"))))
    assert bench.events == []


def test_cancelling_stops_everything_and_waits_for_it() -> None:
    bench = Bench()

    async def cancel() -> None:
        running = asyncio.create_task(bench.run(plan(task("a", kind="wait"), task("b", kind="wait"), task("c", "a"))))
        await bench.waiting.acquire()
        await bench.waiting.acquire()
        running.cancel()
        await running

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(cancel())
    assert sorted(bench.cancelled) == ["a", "b"]
    assert EventKind.TASK_FINISHED not in [event.kind for event in bench.events]
