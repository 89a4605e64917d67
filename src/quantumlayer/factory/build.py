"""Builds a service: inputs to a capsule in its target folder, or the target as it was."""

from collections.abc import Sequence
from pathlib import Path
from typing import cast

from quantumlayer.core.artifact import FileTree
from quantumlayer.core.checks import Check, Status
from quantumlayer.core.events import EventKind
from quantumlayer.core.journal import Journal
from quantumlayer.core.plan import Plan
from quantumlayer.factory.errors import DiskFullError
from quantumlayer.factory.evidence import FOLDER, REPORT
from quantumlayer.factory.inputs import read_inputs
from quantumlayer.factory.models import BuildResult, Outcome
from quantumlayer.factory.ports import BuildTools, Workshop
from quantumlayer.factory.steps import BuildSteps
from quantumlayer.factory.target import Stage, Target, refusal
from quantumlayer.factory.understand import Understood, understand
from quantumlayer.qlayer.planner import plan_build
from quantumlayer.sandbox.scratch import sweep
from quantumlayer.spec.style import contract_of
from quantumlayer.workflow.errors import StepCrashError

READ, PLAN = "read", "plan"
"""The ids of the tasks that come before there is a plan; both are shown under the first."""


async def build(paths: Sequence[Path], target: Target, tools: BuildTools, journal: Journal) -> BuildResult:
    """Build the service that the inputs describe into the target folder.

    The target is replaced only when every check passed. Whatever else happens, a kill included, it is as it was; a
    build whose checks failed is kept beside it. The journal holds the start of the run already, so that it is seen
    before this module is loaded.

    Raises:
        DomainError: The build could not begin, or not be finished.
    """
    start = tools.clock.seconds()
    target.judge()
    sweep()
    with target.stage() as stage:
        async with tools.checker.open() as workshop:
            understood = await _read(paths, tools, journal)
            plan = _plan(understood, tools, journal)
            steps, results = await _run(plan, understood, tools, stage, workshop, journal)
        checks = cast("tuple[Check, ...]", results["package"])
        opened = steps.open_elements
        outcome = _outcome(checks, incomplete=bool(opened))
        if outcome is Outcome.RED:
            folder = stage.reject()
        else:
            stage.accept()
            folder = target.shown
    result = BuildResult(
        outcome=outcome,
        service=understood.spec.service.name,
        folder=str(folder),
        report=str(folder / FOLDER / REPORT),
        tier=plan.tier,
        lines=plan.lines,
        files=len(cast("FileTree", results["assemble"])),
        seconds=tools.clock.seconds() - start,
        checks=checks,
        open_elements=opened,
        assumptions=len(understood.spec.assumptions),
        questions=len(understood.spec.questions),
        unread=understood.unread,
    )
    journal.emit(EventKind.RUN_FINISHED, outcome=outcome.value, seconds=result.seconds)
    return result


async def _read(paths: Sequence[Path], tools: BuildTools, journal: Journal) -> Understood:
    start = tools.clock.seconds()
    journal.emit(EventKind.TASK_STARTED, READ, title="read the inputs", group=READ, estimate=0.5)
    try:
        inputs = await read_inputs(paths, lambda doing: journal.emit(EventKind.TASK_PROGRESS, READ, doing=doing))
        if any(one.is_prose for one in inputs):
            journal.emit(EventKind.TASK_PROGRESS, READ, doing="loading the language model")
        understood = understand(inputs)
    except Exception as error:
        seconds = tools.clock.seconds() - start
        journal.emit(EventKind.TASK_FAILED, READ, seconds=seconds, error=str(error))
        raise
    for warning in understood.warnings:
        journal.emit(EventKind.TASK_PROGRESS, READ, warning=warning)
    entities = _count(len(understood.spec.entities), "entity", "entities")
    contract = contract_of(understood.spec)
    operations = _count(len(understood.spec.operations), "operation", "operations")
    if contract is not None:
        operations = _count(len(contract.endpoints), "endpoint", "endpoints")
    seconds = tools.clock.seconds() - start
    journal.emit(EventKind.TASK_FINISHED, READ, seconds=seconds, summary=f"{entities}, {operations}")
    return understood


def _plan(understood: Understood, tools: BuildTools, journal: Journal) -> Plan:
    start = tools.clock.seconds()
    journal.emit(EventKind.TASK_STARTED, PLAN, title="plan the work", group=READ, estimate=0.1)
    plan = plan_build(understood.spec, tools.generators, tools.checker.kinds)
    summary = f"{plan.tier.value}, about {plan.lines:,} lines, {_count(len(plan.tasks), 'task', 'tasks')}"
    journal.emit(EventKind.TASK_FINISHED, PLAN, seconds=tools.clock.seconds() - start, summary=summary)
    return plan


async def _run(
    plan: Plan, understood: Understood, tools: BuildTools, stage: Stage, workshop: Workshop, journal: Journal
) -> tuple[BuildSteps, dict[str, object]]:
    steps = BuildSteps(understood, tools, stage, workshop)
    try:
        return steps, dict(await tools.workflow.run(plan, steps.by_kind(), journal.emit))
    except StepCrashError as crash:
        # A disk that fills up breaks whatever step happens to write: a check's private copy, a generator's cache.
        if isinstance(crash.__cause__, OSError):
            full = refusal(crash.__cause__, Path(crash.__cause__.filename or stage.repository))
            if isinstance(full, DiskFullError):
                raise full from crash
        raise


def _outcome(checks: Sequence[Check], *, incomplete: bool) -> Outcome:
    if any(check.status is not Status.PASSED for check in checks):
        return Outcome.RED
    return Outcome.INCOMPLETE if incomplete else Outcome.GREEN


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
