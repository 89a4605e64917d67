"""A service that is as small as a service can be, and passes every check."""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from quantumlayer.core.checks import Check
from quantumlayer.qlayer.validator.models import CheckContext
from quantumlayer.qlayer.validator.postgres import PostgresServer
from quantumlayer.qlayer.validator.registry import run_check
from quantumlayer.sandbox.find import find_sandbox
from quantumlayer.sandbox.ports import Sandbox

Run = Callable[..., Check]

SERVICE = Path(__file__).with_name("tiny.txt")
"""The files of the service, one after the other, each after a line with its path."""


@pytest.fixture
def service(tmp_path: Path) -> Path:
    """The service, to be broken."""
    for part in SERVICE.read_text().removeprefix("=== ").removesuffix("\n").split("\n=== "):
        name, _, text = part.partition("\n")
        path = tmp_path / "service" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{text}\n")
    return tmp_path / "service"


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the type checker keeps what it learnt of packages."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def check(service: Path, cache: Path) -> Run:
    """Runs a check on the service, after some of its files were changed."""

    def run(name: str, files: Mapping[str, str] | None = None, sandbox: Sandbox | None = None) -> Check:
        for path, text in (files or {}).items():
            (service / path).parent.mkdir(parents=True, exist_ok=True)
            (service / path).write_text(text)
        return asyncio.run(_run(name, service, cache, sandbox or find_sandbox(unsafe=False)))

    return run


async def _run(name: str, service: Path, cache: Path, sandbox: Sandbox) -> Check:
    async with PostgresServer(sandbox) as postgres:
        return await run_check(name, service, CheckContext(sandbox, postgres, cache))
