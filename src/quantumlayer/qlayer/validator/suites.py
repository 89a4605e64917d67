"""The service's own tests: on SQLite with coverage, and those that need PostgreSQL."""

import json
from dataclasses import replace
from importlib.metadata import entry_points
from pathlib import Path

from quantumlayer.core.checks import Finding, Status
from quantumlayer.qlayer.validator import measure_tests
from quantumlayer.qlayer.validator.junit import read_junit
from quantumlayer.qlayer.validator.models import CheckContext, Outcome
from quantumlayer.qlayer.validator.workspace import crashed, package, project, run_in
from quantumlayer.sandbox.ports import Completed

FAIL_UNDER = 95.0
"""Percent of branches and lines that tests must reach where the service does not ask for more."""

SECONDS = 600.0
"""Enough for a thousand tests on a busy machine."""

REPORT, COVERAGE = "junit.xml", "coverage.json"
NO_TESTS = 5

OPTIONS = ("-q", "-p", "no:cacheprovider", "--junitxml", REPORT, "-o", "junit_family=xunit1")

SCRIPT = Path(measure_tests.__file__).read_bytes()

OWN_PLUGINS = frozenset({"pytest-xdist", "schemathesis", "slipcover"})
"""Distributions with plugins for pytest that `ql` needs and no service asks for."""

ENVIRONMENT = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
"""Plugins are named instead: pytest compiles every module of a distribution whose plugin it finds by itself anew, for
seconds, as it cannot keep the result in a sandbox."""


async def check_tests(copy: Path, context: CheckContext) -> Outcome:
    """The service's tests pass on SQLite and reach enough of its code."""
    shown = ("pytest", "--cov", "--cov-branch", "-m", "not postgres")
    # -P: as with the program `pytest`, modules are not found because they lie in the folder that it starts in.
    measured_by = ("python", "-P", "-", f"src/{package(copy)}", COVERAGE)
    argv = (*measured_by, *OPTIONS, *plugins(), "-m", "not postgres")
    completed = await run_in(copy, context.sandbox, *argv, env=ENVIRONMENT, seconds=SECONDS, stdin=SCRIPT)
    outcome = _outcome(shown, completed, copy)
    measured = copy / COVERAGE
    if completed.returncode == NO_TESTS or not measured.is_file():
        return outcome
    asked: float = project(copy).get("tool", {}).get("coverage", {}).get("report", {}).get("fail_under", 0)
    report = json.loads(measured.read_text())
    percent = round(float(report["summary"]["percent_covered"]), 2)
    findings = _uncovered(report["files"], percent, max(FAIL_UNDER, asked))
    return replace(
        outcome,
        status=Status.FAILED if findings else outcome.status,
        summary=f"{outcome.summary}, {percent:.1f} % covered",
        findings=(*outcome.findings, *findings),
        figures={**outcome.figures, "coverage_percent": percent},
    )


async def check_postgres_tests(copy: Path, context: CheckContext) -> Outcome:
    """The tests that need a real PostgreSQL, such as two callers at once, pass on it."""
    database = await context.postgres.database()
    argv = ("pytest", *OPTIONS, *plugins(), "-m", "postgres")
    env = {**ENVIRONMENT, "TEST_DATABASE_URL": database.url}
    completed = await run_in(copy, context.sandbox, *argv, env=env, mounts=(database.mount,), seconds=SECONDS)
    return _outcome(("pytest", "-m", "postgres"), completed, copy)


def plugins() -> tuple[str, ...]:
    """The plugins of the environment that a service may use."""
    found = entry_points(group="pytest11")
    return tuple(f"-p{one.name}" for one in found if one.dist is not None and one.dist.name not in OWN_PLUGINS)


def _outcome(shown: tuple[str, ...], completed: Completed, copy: Path) -> Outcome:
    """What the tests said.

    Raises:
        CheckCrashedError: pytest did not run to its end.
    """
    report = copy / REPORT
    if completed.returncode == NO_TESTS:
        return Outcome.of(shown, completed, (Finding(message="There is no such test."),), "")
    if not report.is_file():
        raise crashed(completed, "pytest")
    try:
        tests, findings = read_junit(report.read_text())
    except ValueError as error:
        raise crashed(completed, "pytest") from error
    if completed.returncode and not findings:
        raise crashed(completed, "pytest")
    failed = sum(not test.passed for test in tests)
    summary = f"{failed} of {len(tests)} tests failed" if findings else f"{len(tests)} tests passed"
    status = Status.FAILED if findings else Status.PASSED
    return Outcome(shown, completed, status, summary, findings, {"tests": len(tests)}, tests)


def _uncovered(files: dict[str, dict[str, list[int]]], percent: float, asked: float) -> tuple[Finding, ...]:
    """Where tests are lacking, when they do not reach enough."""
    if percent >= asked:
        return ()
    low = Finding(message=f"Tests reach {percent:.1f} % of the code; {asked:.0f} % are asked for.", code="coverage")
    places = [
        Finding(
            message=f"No test reaches lines {', '.join(map(str, file['missing_lines'][:20]))}.",
            code="coverage",
            path=path,
            line=file["missing_lines"][0],
        )
        for path, file in sorted(files.items())
        if file["missing_lines"]
    ]
    return (low, *places)
