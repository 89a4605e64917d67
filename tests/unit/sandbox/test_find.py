"""Which sandbox is taken, and what is said when there is none."""

import asyncio
import os
import sysconfig
from pathlib import Path

import pytest

from quantumlayer.core.errors import Kind
from quantumlayer.sandbox.bubblewrap import BubblewrapSandbox
from quantumlayer.sandbox.errors import SandboxMissingError
from quantumlayer.sandbox.find import find_sandbox
from quantumlayer.sandbox.ports import MEBIBYTE, Command
from quantumlayer.sandbox.process import memory_of, tree
from quantumlayer.sandbox.unsafe import UnsafeSandbox


def program(folder: Path, name: str, script: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def test_the_sandbox_is_bubblewrap_unless_a_person_says_otherwise() -> None:
    assert isinstance(find_sandbox(unsafe=False), BubblewrapSandbox)
    assert isinstance(find_sandbox(unsafe=True), UnsafeSandbox)


def test_bubblewrap_that_does_not_work_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path, "bwrap", "echo 'no permission' >&2; exit 1")
    program(tmp_path, "prlimit", 'shift 4; exec "$@"')
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SandboxMissingError) as caught:
        find_sandbox(unsafe=False)
    assert caught.value.kind is Kind.UNAVAILABLE
    assert caught.value.why == "no permission"
    assert "apt-get install bubblewrap" in caught.value.hint


def test_bubblewrap_that_cannot_start_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "prlimit").write_text("#!/no/such/shell\n")
    (tmp_path / "prlimit").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SandboxMissingError, match="does not work"):
        find_sandbox(unsafe=False)


def test_what_is_not_installed_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SandboxMissingError, match="prlimit"):
        find_sandbox(unsafe=False)
    program(tmp_path, "prlimit", "true")
    monkeypatch.setattr(sysconfig, "get_path", lambda _: str(tmp_path))
    with pytest.raises(SandboxMissingError, match="bubblewrap is not installed"):
        find_sandbox(unsafe=False)


def test_without_a_sandbox_environment_time_and_memory_are_bounded_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("A_SECRET", "do not tell")
    sandbox = UnsafeSandbox()
    shown = asyncio.run(sandbox.run(Command(("sh", "-c", "env; pwd"), tmp_path, {"GIVEN": "yes"})))
    late = asyncio.run(sandbox.run(Command(("sh", "-c", "setsid sleep 983 & sleep 983"), timeout=0.3)))
    greedy = Command(("python", "-c", "import time; x = b'x' * 2**28; time.sleep(20)"), memory=100 * MEBIBYTE)
    assert "do not tell" not in shown.stdout
    assert "GIVEN=yes" in shown.stdout
    assert shown.stdout.endswith(f"{tmp_path}\n")
    assert late.timed_out
    assert asyncio.run(sandbox.run(greedy)).out_of_memory


def test_without_a_sandbox_a_program_that_does_not_exist_cannot_start() -> None:
    with pytest.raises(FileNotFoundError):
        asyncio.run(UnsafeSandbox().run(Command(("no-such-program",))))


def test_cancelling_a_program_that_does_not_exist_is_cancelling() -> None:
    async def cancelled() -> bool:
        task = asyncio.create_task(UnsafeSandbox().run(Command(("no-such-program",))))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait((task,))
        return task.cancelled()

    assert asyncio.run(cancelled())


def test_a_tree_begins_with_its_root_and_ended_processes_take_no_memory() -> None:
    ended = 2**22 + 1
    assert tree(os.getpid())[0] == os.getpid()
    assert memory_of([os.getpid()]) > 0
    assert memory_of([ended]) == 0
