"""What a build is made with; bootstrap puts it together."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from quantumlayer.core.artifact import Artifact, FileTree
from quantumlayer.core.checks import Check, Finding
from quantumlayer.core.clock import Clock
from quantumlayer.qlayer.ports import CheckKind
from quantumlayer.spec.generator import Generator, OpenElement
from quantumlayer.spec.model import Spec
from quantumlayer.workflow.ports import Workflow


class Workshop(Protocol):
    """A place where generated code may run, open for the time of one build."""

    async def tidy(self, tree: FileTree) -> FileTree:
        """The files in the service's own style."""
        ...

    async def check(self, name: str, repository: Path) -> Check:
        """The result of one check over a repository, which is left as it is."""
        ...


class Checker(Protocol):
    """The checks of a service, and the place where they run."""

    @property
    def kinds(self) -> Sequence[CheckKind]:
        """The checks that can run."""
        ...

    def open(self) -> AbstractAsyncContextManager[Workshop]:
        """Open the workshop; entering raises a `DomainError` when generated code cannot run here."""
        ...


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a report is made of.

    Args:
        spec: The Spec that was built.
        texts: The requirement texts by the name that the Spec's trace gives them.
        checks: What ran, the claims last.
        open_elements: What the generators left out.
        files: How many files they wrote.
    """

    spec: Spec
    texts: Mapping[str, str]
    checks: Sequence[Check]
    open_elements: Sequence[OpenElement]
    files: int


@dataclass(frozen=True, slots=True)
class BuildTools:
    """Everything that a build uses.

    Args:
        generators: The pack and its companions.
        checker: Runs the checks.
        claims: Holds the promises of a Spec, what was left out aside, against the tests that ran.
        report: The one HTML file that shows the evidence.
        manifest: The manifest of a repository, made of everything else in it.
        verify: What differs between a capsule and its manifest.
        workflow: Runs the plan.
        clock: Tells the time.
    """

    generators: Sequence[Generator]
    checker: Checker
    claims: Callable[[Spec, Sequence[Check], Sequence[OpenElement]], Check]
    report: Callable[[Evidence], str]
    manifest: Callable[[Evidence, Sequence[Generator], FileTree], Artifact]
    verify: Callable[[Path], Sequence[Finding]]
    workflow: Workflow
    clock: Clock
