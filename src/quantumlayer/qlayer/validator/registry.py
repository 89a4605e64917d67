"""All checks by name, and the one way to run one."""

import time
from pathlib import Path

from quantumlayer.core.checks import Check, Finding, Status
from quantumlayer.core.errors import DomainError
from quantumlayer.qlayer.validator.api import check_api
from quantumlayer.qlayer.validator.migrations import check_migrations_postgres, check_migrations_sqlite
from quantumlayer.qlayer.validator.models import LOG_CHARACTERS, CheckContext, CheckDefinition
from quantumlayer.qlayer.validator.suites import check_postgres_tests, check_tests
from quantumlayer.qlayer.validator.tools import check_format, check_lint, check_secrets, check_security
from quantumlayer.qlayer.validator.types import check_types
from quantumlayer.qlayer.validator.workspace import placeless, private_copy

CHECKS: tuple[CheckDefinition, ...] = (
    CheckDefinition("format", "Code is formatted", 0.3, check_format),
    CheckDefinition("lint", "Lint rules hold", 0.3, check_lint),
    CheckDefinition("types", "Types are right, strictly", 4, check_types),
    CheckDefinition("tests", "Tests pass and reach the code", 10, check_tests),
    CheckDefinition("postgres-tests", "Tests pass on PostgreSQL", 5, check_postgres_tests),
    CheckDefinition("migrations-sqlite", "Migrations work on SQLite", 3, check_migrations_sqlite),
    CheckDefinition("migrations-postgres", "Migrations work on PostgreSQL", 4, check_migrations_postgres),
    CheckDefinition("api", "The running service keeps to its API document", 12, check_api),
    CheckDefinition("security", "No known weakness in the code", 1, check_security),
    CheckDefinition("secrets", "No secret in the repository", 1, check_secrets),
)


async def run_check(name: str, repository: Path, context: CheckContext) -> Check:
    """Run one check on a service repository. A check that cannot run is an answer too, never an exception.

    Raises:
        KeyError: There is no such check.
    """
    definition = next((each for each in CHECKS if each.name == name), None)
    if definition is None:
        raise KeyError(name)
    started = time.monotonic()
    try:
        with private_copy(repository) as copy:
            outcome = await definition.run(copy, context)
    except Exception as error:  # noqa: BLE001 - whatever stops a check is its result; cancelling is no Exception
        return _broken(definition, error, time.monotonic() - started)
    return Check(
        name=name,
        title=definition.title,
        status=outcome.status,
        seconds=time.monotonic() - started,
        summary=outcome.summary,
        findings=tuple(_placeless_finding(each) for each in outcome.findings),
        figures=outcome.figures,
        tests=outcome.tests,
        command=outcome.argv,
        log=_end_of(f"{outcome.completed.stdout}{outcome.completed.stderr}"),
    )


def _end_of(log: str) -> str:
    return placeless(log)[-LOG_CHARACTERS:]


def _placeless_finding(found: Finding) -> Finding:
    return found.model_copy(update={"message": placeless(found.message), "path": placeless(found.path)})


def _broken(definition: CheckDefinition, error: Exception, seconds: float) -> Check:
    what, why = (
        (error.what, error.why) if isinstance(error, DomainError) else (f"{definition.name} broke.", repr(error))
    )
    return Check(
        name=definition.name,
        title=definition.title,
        status=Status.ERROR,
        seconds=seconds,
        summary=placeless(what),
        findings=(Finding(message=placeless(what), code=getattr(error, "code", "")),),
        log=_end_of(why),
    )
