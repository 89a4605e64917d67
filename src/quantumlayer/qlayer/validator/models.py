"""What a check needs, and what it hands back before it has a name and a time."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from quantumlayer.core.checks import Finding, Status, TestCase
from quantumlayer.qlayer.validator.postgres import PostgresServer
from quantumlayer.sandbox.ports import Completed, Sandbox

LOG_CHARACTERS = 8000
"""How much of the end of a tool's output a check keeps."""


@dataclass(frozen=True, slots=True)
class CheckContext:
    """Where checks run.

    Args:
        sandbox: What runs their commands.
        postgres: The server for the checks that need one.
        cache: A folder of the person's own, kept between builds; holds type information of installed packages.
        literal: Whether a service is held to its contract as it was given, without what its Spec says beyond it.
        examples: How often the running service is called by each operation and phase of the API check.
    """

    sandbox: Sandbox
    postgres: PostgresServer
    cache: Path
    examples: int = 20
    literal: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a check ended. `completed` is the command whose output is its log, `argv` the command a person would type."""

    argv: tuple[str, ...]
    completed: Completed
    status: Status
    summary: str
    findings: tuple[Finding, ...] = ()
    figures: dict[str, float] = field(default_factory=dict)
    tests: tuple[TestCase, ...] = ()

    @classmethod
    def of(cls, argv: tuple[str, ...], completed: Completed, findings: tuple[Finding, ...], passed: str) -> "Outcome":
        """Passed without findings, failed with them; `passed` is the summary when there are none."""
        count = len(findings)
        summary = passed if not count else "1 finding" if count == 1 else f"{count} findings"
        return cls(argv, completed, Status.FAILED if count else Status.PASSED, summary, findings)


Run = Callable[["Path", CheckContext], Awaitable[Outcome]]


@dataclass(frozen=True, slots=True)
class CheckDefinition:
    """One check of a generated service.

    Args:
        name: Its name in commands and reports.
        title: What it asks, for a person.
        estimate: Expected seconds on two cores.
        run: Runs it in a private copy of the repository.
    """

    name: str
    title: str
    estimate: float
    run: Run
