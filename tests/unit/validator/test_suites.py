"""The service's own tests and migrations: passed when sound, and each planted fault found."""

from collections.abc import Callable
from pathlib import Path

import pytest

from quantumlayer.core.checks import Check, Status

Run = Callable[..., Check]


pytestmark = pytest.mark.slow

FAILING = """import pytest


@pytest.mark.proves("entities.Note.fields.text")
def test_wrong() -> None:
    assert 1 == 2
"""


def test_tests_pass_with_coverage_and_say_what_they_prove(check: Run) -> None:
    found = check("tests")
    assert found.status is Status.PASSED, found.log
    assert found.figures["tests"] == 1
    assert found.figures["coverage_percent"] >= 95
    (test,) = found.tests
    assert (test.name, test.passed, test.proves) == ("tests/test_tiny.py::test_count", True, ("entities.Note",))
    assert "% covered" in found.summary


def test_a_failing_test_is_a_finding_with_its_element(check: Run) -> None:
    found = check("tests", {"tests/test_wrong.py": FAILING})
    assert found.status is Status.FAILED
    (finding,) = found.findings
    assert (finding.element, finding.path, finding.line) == ("entities.Note.fields.text", "tests/test_wrong.py", 4)
    assert "assert 1 == 2" in finding.message
    assert found.summary.startswith("1 of 2 tests failed")


def test_code_that_no_test_reaches_is_found(check: Run) -> None:
    source = "def never(x: int) -> int:\n" + "".join(f"    x += {number}\n" for number in range(20)) + "    return x\n"
    found = check("tests", {"src/tiny/never.py": source})
    assert found.status is Status.FAILED
    assert "95 % are asked for" in found.findings[0].message
    assert found.figures["coverage_percent"] < 95
    assert "src/tiny/never.py" in {finding.path for finding in found.findings}


def test_a_service_may_ask_for_more_coverage(check: Run, service: Path) -> None:
    settings = (service / "pyproject.toml").read_text() + "\n[tool.coverage.report]\nfail_under = 100\n"
    source = "import sys\n\nif sys.platform == 'other':\n    print()\n"
    found = check("tests", {"pyproject.toml": settings, "src/tiny/rare.py": source})
    assert "100 % are asked for" in found.findings[0].message


@pytest.mark.parametrize("setting", ['exclude_also = ["def never"]', 'omit = ["src/tiny/never.py"]'])
def test_a_service_may_leave_code_out_of_the_measure(check: Run, service: Path, setting: str) -> None:
    settings = (service / "pyproject.toml").read_text() + f"\n[tool.coverage.report]\n{setting}\n"
    source = '"""Code for later."""\n\n\ndef never() -> None:\n' + "    print()\n" * 20
    assert check("tests", {"src/tiny/never.py": source}).status is Status.FAILED
    assert check("tests", {"pyproject.toml": settings}).status is Status.PASSED


def test_a_test_file_that_cannot_be_imported_is_found_with_its_cause(check: Run) -> None:
    found = check("tests", {"tests/test_broken.py": "import nowhere\n"})
    assert found.status is Status.FAILED
    assert found.findings[0].path == "tests/test_broken.py"
    assert "No module named 'nowhere'" in found.findings[0].message


def test_no_test_at_all_is_found(check: Run) -> None:
    found = check("tests", {"tests/test_tiny.py": ""})
    assert [finding.message for finding in found.findings] == ["There is no such test."]


def test_settings_that_stop_pytest_are_an_error_of_the_check(check: Run) -> None:
    found = check("tests", {"tests/conftest.py": "raise SystemExit(7)\n"})
    assert found.status is Status.ERROR
    assert "pytest ended with" in found.summary


@pytest.mark.parametrize("report", ["no report", "<testsuites/>"])
def test_a_run_without_a_readable_report_is_an_error_of_the_check(check: Run, report: str) -> None:
    body = f"import os\n    open('junit.xml', 'w').write({report!r})\n    os._exit(3)\n"
    hook = f"def pytest_unconfigure() -> None:\n    {body}"
    found = check("tests", {"tests/conftest.py": hook})
    assert (found.status, found.summary) == (Status.ERROR, "pytest ended with 3.")


def test_tests_that_need_postgres_have_a_real_one(check: Run) -> None:
    found = check("postgres-tests")
    assert found.status is Status.PASSED, found.log
    assert [test.name for test in found.tests] == ["tests/test_tiny.py::test_postgres"]


def test_a_test_that_fails_on_postgres_is_found(check: Run) -> None:
    source = "import pytest\n\n\n@pytest.mark.postgres\ndef test_wrong() -> None:\n    assert False\n"
    found = check("postgres-tests", {"tests/test_wrong.py": source})
    assert found.status is Status.FAILED
    assert found.findings[0].path == "tests/test_wrong.py"


def test_migrations_work_on_sqlite(check: Run) -> None:
    assert check("migrations-sqlite").status is Status.PASSED


def test_migrations_work_on_postgres(check: Run) -> None:
    found = check("migrations-postgres")
    assert found.status is Status.PASSED, found.log


@pytest.mark.parametrize(
    ("old", "new", "step", "says"),
    [
        ('"note",\n', '"notes",\n', "check", "do not agree"),
        ('op.drop_table("note")', "raise ValueError('stuck')", "downgrade base", "undone: ValueError: stuck"),
        ('op.drop_table("note")', "pass", "upgrade head", "applied again"),
        ("op.create_table(", "op.create_tables(", "upgrade head", "brought up to date"),
    ],
)
def test_migrations_that_do_not_work_are_found(
    check: Run, service: Path, old: str, new: str, step: str, says: str
) -> None:
    path = "migrations/versions/0001.py"
    found = check("migrations-sqlite", {path: (service / path).read_text().replace(old, new)})
    assert found.status is Status.FAILED
    (finding,) = found.findings
    assert (finding.code, finding.path) == (step, "migrations")
    assert says in finding.message


def test_a_service_without_migrations_is_found(check: Run, service: Path) -> None:
    (service / "alembic.ini").unlink()
    found = check("migrations-sqlite")
    assert found.status is Status.FAILED
    assert "brought up to date" in found.findings[0].message
