"""The only composition root: what the engines are given, and with what settings."""

import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, cast

from quantumlayer.core.clock import Clock
from quantumlayer.plugins import Plugins
from quantumlayer.settings import Settings, read_settings

if TYPE_CHECKING:
    from quantumlayer.core.artifact import FileTree
    from quantumlayer.core.checks import Check
    from quantumlayer.factory.ports import BuildTools, Evidence, Workshop
    from quantumlayer.qlayer.ports import CheckKind
    from quantumlayer.qlayer.validator.models import CheckContext
    from quantumlayer.sandbox.ports import Sandbox
    from quantumlayer.spec.generator import Generator

PACKS = "quantumlayer.packs"
"""The entry point group of packs."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """This moment in UTC."""
        return datetime.now(UTC)

    def seconds(self) -> float:
        """Seconds since some fixed moment."""
        return time.monotonic()


@dataclass(frozen=True, slots=True)
class App:
    """Everything that a surface needs.

    Args:
        settings: What was set from outside.
        clock: Tells the time.
        packs: The installed packs.
    """

    settings: Settings
    clock: Clock
    packs: Plugins

    def generators(self, pack: str) -> "tuple[Generator, ...]":
        """A pack and its companions.

        Raises:
            DomainError: It is not installed or cannot be loaded.
        """
        return cast("tuple[Generator, ...]", tuple(self.packs.load(pack or self.settings.pack)))

    def checks(self, generators: "Sequence[Generator]") -> "tuple[CheckKind, ...]":
        """The checks of what the generators write: all of them, or those that the pack names as its `checks`."""
        from quantumlayer.qlayer.validator.registry import CHECKS  # noqa: PLC0415  asking for help must not load the engines

        named = getattr(generators[0], "checks", None)
        return tuple(check for check in CHECKS if named is None or check.name in named)

    def sandbox(self, *, unsafe: bool) -> "Sandbox":
        """The place where generated code may run.

        Raises:
            DomainError: This machine has none, and nobody said that generated code may run without one.
        """
        from quantumlayer.sandbox.find import find_sandbox  # noqa: PLC0415  as above

        return find_sandbox(unsafe=unsafe)

    def _report(self, evidence: "Evidence") -> str:
        from quantumlayer.qlayer.report import render  # noqa: PLC0415  as above
        from quantumlayer.spec.claims import claims  # noqa: PLC0415  as above

        return render(
            evidence.spec,
            checks=evidence.checks,
            claims=claims(evidence.spec),
            open_elements=evidence.open_elements,
            generated_at=self.clock.now(),
            texts=evidence.texts,
            files=evidence.files,
        )

    def tools(self, pack: str, *, unsafe: bool) -> "BuildTools":
        """What a build is made with.

        Raises:
            DomainError: The pack is not installed or cannot be loaded.
        """
        from quantumlayer.factory.ports import BuildTools  # noqa: PLC0415  as above
        from quantumlayer.factory.records import claims_check, manifest  # noqa: PLC0415  as above
        from quantumlayer.qlayer.capsule import verify  # noqa: PLC0415  as above
        from quantumlayer.workflow.memory import MemoryWorkflow  # noqa: PLC0415  as above

        generators = self.generators(pack)
        return BuildTools(
            generators=generators,
            checker=_SandboxedChecker(
                self.checks(generators), lambda: self.sandbox(unsafe=unsafe), self.settings.cache
            ),
            claims=claims_check,
            report=self._report,
            manifest=manifest,
            verify=verify,
            workflow=MemoryWorkflow(self.clock, self.settings.jobs),
            clock=self.clock,
        )


def bootstrap(environment: Mapping[str, str]) -> App:
    """Put the product together.

    Raises:
        SettingError: The environment holds a value that a setting cannot take.
    """
    plugins = Plugins(PACKS, ("name", "version", "parts", "generate", "open_elements"))
    return App(settings=read_settings(environment), clock=SystemClock(), packs=plugins)


@dataclass(frozen=True, slots=True)
class _SandboxedChecker:
    """The validator's checks, in this machine's sandbox."""

    kinds: "Sequence[CheckKind]"
    sandbox: "Callable[[], Sandbox]"
    cache: Path

    @asynccontextmanager
    async def open(self) -> "AsyncIterator[Workshop]":
        """Find the sandbox, and let a database server start while the inputs are read."""
        from quantumlayer.qlayer.validator.models import CheckContext  # noqa: PLC0415  as above
        from quantumlayer.qlayer.validator.postgres import PostgresServer  # noqa: PLC0415  as above

        sandbox = self.sandbox()
        async with PostgresServer(sandbox) as postgres:
            await postgres.start()
            yield _SandboxedWorkshop(CheckContext(sandbox, postgres, self.cache))


@dataclass(frozen=True, slots=True)
class _SandboxedWorkshop:
    """A sandbox with its database server."""

    context: "CheckContext"

    async def tidy(self, tree: "FileTree") -> "FileTree":
        """See `quantumlayer.qlayer.tidy`."""
        from quantumlayer.qlayer.tidy import tidy  # noqa: PLC0415  as above

        return await tidy(tree, self.context.sandbox)

    async def check(self, name: str, repository: Path) -> "Check":
        """See `quantumlayer.qlayer.validator`."""
        from quantumlayer.qlayer.validator.registry import run_check  # noqa: PLC0415  as above

        return await run_check(name, repository, self.context)
