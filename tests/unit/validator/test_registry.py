"""Running checks by name: every way to go wrong is an answer."""

import asyncio
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from quantumlayer.core.checks import Check, Status
from quantumlayer.qlayer.validator import postgres as server
from quantumlayer.qlayer.validator.errors import PostgresMissingError
from quantumlayer.qlayer.validator.junit import read_junit
from quantumlayer.qlayer.validator.models import CheckContext
from quantumlayer.qlayer.validator.postgres import PostgresServer
from quantumlayer.qlayer.validator.registry import CHECKS, run_check
from quantumlayer.qlayer.validator.types import KEPT
from quantumlayer.sandbox.find import find_sandbox
from quantumlayer.sandbox.ports import Command, Completed, Sandbox

Run = Callable[..., Check]


class Answers:
    """A sandbox in which every command ends the same way."""

    def __init__(self, completed: Completed | OSError) -> None:
        self.completed = completed

    async def run(self, _command: Command, /) -> Completed:
        """End as told."""
        if isinstance(self.completed, OSError):
            raise self.completed
        return self.completed


def ended(code: int = 0, **more: bool) -> Answers:
    return Answers(Completed(code, "", "the last words", 0.1, **more))


def test_checks_have_names_of_their_own() -> None:
    names = [check.name for check in CHECKS]
    assert len(set(names)) == len(names)
    assert all(check.title and check.estimate > 0 for check in CHECKS)


def test_an_unknown_check_is_a_mistake_of_the_caller(check: Run) -> None:
    with pytest.raises(KeyError):
        check("horoscope")


@pytest.mark.parametrize("name", [check.name for check in CHECKS])
@pytest.mark.parametrize(
    "sandbox", [ended(1), ended(139), ended(timed_out=True), ended(out_of_memory=True), Answers(OSError("no fork"))]
)
def test_a_tool_that_crashes_is_an_error_of_the_check(check: Run, name: str, sandbox: Sandbox) -> None:
    found = check(name, sandbox=sandbox)
    assert found.status is Status.ERROR
    assert found.summary
    assert found.findings
    assert "the last words" in found.log or "no fork" in found.log


@pytest.mark.parametrize("name", ["lint", "types", "api"])
def test_a_crash_names_no_place_of_this_machine(check: Run, name: str) -> None:
    temporary = tempfile.gettempdir()
    copy, server = f"{temporary}/quantumlayer-check-a1_b/service", f"{temporary}/quantumlayer-pg-x"
    said = f"{copy}/src/a.py {server}/.s.PGSQL {sys.prefix}/lib/b.py:3"
    found = check(name, sandbox=Answers(Completed(139, "", said, 0.1)))
    assert found.log == "./src/a.py pg/.s.PGSQL python/lib/b.py:3"


def test_without_a_place_for_a_cache_types_are_checked_all_the_same(service: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    async def run() -> Check:
        sandbox = find_sandbox(unsafe=False)
        async with PostgresServer(sandbox) as postgres:
            return await run_check("types", service, CheckContext(sandbox, postgres, tmp_path / "file"))

    found = asyncio.run(run())
    assert (found.status, found.findings) == (Status.PASSED, ())


def test_a_folder_that_is_no_service_is_told(check: Run, service: Path) -> None:
    assert "exactly one package" in check("types", {"src/second/__init__.py": ""}).summary
    assert check("types", {"pyproject.toml": "[broken"}).summary == "pyproject.toml cannot be read."
    (service / "pyproject.toml").unlink()
    assert "has no pyproject.toml" in check("format").summary


@pytest.mark.slow
def test_a_check_changes_nothing_in_the_repository(check: Run, service: Path) -> None:
    before = {path: path.read_bytes() for path in service.rglob("*") if path.is_file()}
    check("tests", {})
    assert {path: path.read_bytes() for path in service.rglob("*") if path.is_file()} == before


@pytest.mark.slow
def test_logs_do_not_name_the_private_copy(check: Run) -> None:
    found = check("tests", {"tests/test_wrong.py": "def test_wrong() -> None:\n    raise ValueError(__file__)\n"})
    assert "quantumlayer-" not in found.log


def test_cancelling_is_not_swallowed(service: Path, tmp_path: Path) -> None:
    async def cancelled() -> bool:
        sandbox = find_sandbox(unsafe=False)
        async with PostgresServer(sandbox) as postgres:
            task = asyncio.create_task(run_check("types", service, CheckContext(sandbox, postgres, tmp_path)))
            await asyncio.sleep(0.3)
            task.cancel()
            await asyncio.wait((task,))
            return task.cancelled()

    assert asyncio.run(cancelled())


@pytest.mark.slow
def test_few_caches_of_packages_are_kept(check: Run, cache: Path) -> None:
    for number in range(KEPT + 1):
        (cache / "mypy" / f"old-{number}").mkdir(parents=True, exist_ok=True)
    check("types", {"src/tiny/more.py": "import json.decoder\nimport httpx\n"})
    assert len(list((cache / "mypy").iterdir())) == KEPT


@pytest.mark.slow
def test_a_cache_of_packages_grows_with_what_services_import(check: Run, cache: Path) -> None:
    assert check("types", {"src/tiny/more.py": "import httpx\n"}).status is Status.PASSED
    assert check("types", {"src/tiny/more.py": "import jwt\n"}).status is Status.PASSED
    before = sorted((cache / "mypy").iterdir())
    assert check("types", {"src/tiny/more.py": "import httpx\nimport jwt\n"}).status is Status.PASSED
    assert sorted((cache / "mypy").iterdir()) == before


def test_a_place_too_long_for_a_socket_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ("x" * 100)).mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / ("x" * 100)))

    async def database() -> None:
        async with PostgresServer(find_sandbox(unsafe=False)) as postgres:
            await postgres.start()
            await postgres.database()

    with pytest.raises(PostgresMissingError, match="cannot start") as caught:
        asyncio.run(database())
    assert caught.value.hint == "Set TMPDIR to a shorter path."
    assert list((tmp_path / ("x" * 100)).iterdir()) == []


class SlowToAnswer:
    """The real sandbox, in which a server does not answer the first who calls it."""

    def __init__(self) -> None:
        self.calls = 0

    async def run(self, command: Command, /) -> Completed:
        if "psql" in command.argv[0]:
            self.calls += 1
            if self.calls < 3:
                return Completed(2, "", "psql: error: connection refused", 0.1)
        return await find_sandbox(unsafe=False).run(command)


def test_a_server_that_does_not_answer_yet_is_asked_again() -> None:
    sandbox = SlowToAnswer()

    async def database() -> str:
        async with PostgresServer(sandbox) as postgres:
            return (await postgres.database()).url

    assert asyncio.run(database()).startswith("postgresql+asyncpg://postgres@/check_1?")
    assert sandbox.calls == 3


def test_each_database_is_empty_and_the_server_ends() -> None:
    async def databases() -> tuple[set[str], Path]:
        async with PostgresServer(find_sandbox(unsafe=False)) as postgres:
            both = await asyncio.gather(postgres.database(), postgres.database())
            folder = both[0].mount.path
            assert folder.is_dir()
        return {database.url for database in both}, folder

    urls, folder = asyncio.run(databases())
    assert len(urls) == 2
    assert not folder.exists()


def test_a_database_that_cannot_be_made_is_told() -> None:
    class NoPsql:
        """The real sandbox, in which psql fails."""

        async def run(self, command: Command, /) -> Completed:
            """Run, or fail."""
            if command.argv[0].endswith("psql"):
                return Completed(1, "", "no room", 0.1)
            return await find_sandbox(unsafe=False).run(command)

    async def database() -> None:
        async with PostgresServer(NoPsql()) as postgres:
            await postgres.database()

    with pytest.raises(PostgresMissingError) as caught:
        asyncio.run(database())
    assert caught.value.why == "no room"


def test_a_server_that_was_not_asked_for_is_not_started() -> None:
    async def nothing() -> str:
        async with PostgresServer(Answers(OSError("never asked"))):
            return "done"

    assert asyncio.run(nothing()) == "done"


def test_a_server_that_began_to_start_ends_with_its_block() -> None:
    async def begun() -> Path:
        async with PostgresServer(find_sandbox(unsafe=False)) as postgres:
            await postgres.start()
            found = await postgres.database()
            return found.mount.path

    assert not asyncio.run(begun()).exists()


def test_a_server_that_cannot_start_is_told_when_a_database_is_asked_for() -> None:
    async def database() -> None:
        async with PostgresServer(ended()) as postgres:
            await postgres.start()
            await postgres.database()

    with pytest.raises(PostgresMissingError, match="did not start"):
        asyncio.run(database())


def test_postgres_that_is_not_installed_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "PACKAGE", "no_such_package")
    with pytest.raises(PostgresMissingError, match="not installed"):
        asyncio.run(PostgresServer(ended()).database())


def test_a_report_of_pytest_is_read() -> None:
    tests, findings = read_junit(
        '<testsuites><testsuite><testcase classname="tests.test_a.TestB" name="test_c" file="tests/test_a.py" line="4"'
        ' time="0.5"><properties><property name="proves" value="x"/><property name="other" value="y"/></properties>'
        '</testcase><testcase classname="tests.test_a.TestB" name="test_c" file="tests/test_a.py" line="4">'
        '<error message="teardown"/></testcase>'
        '<testcase name="skipped"><skipped/></testcase></testsuite></testsuites>'
    )
    (test,) = tests
    assert (test.name, test.passed, test.proves) == ("tests/test_a.py::TestB::test_c", False, ("x",))
    assert [(finding.line, finding.code) for finding in findings] == [(5, "error")]
    with pytest.raises(ValueError, match="no JUnit report"):
        read_junit("nothing")
