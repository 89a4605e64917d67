"""The checks of one tool: each passes the service as it is, and finds the fault that was planted."""

from collections.abc import Callable
from pathlib import Path

import pytest

from quantumlayer.core.checks import Check, Finding, Status

Run = Callable[..., Check]


def places(check: Check) -> list[tuple[str, str, int]]:
    return [(finding.code, finding.path, finding.line) for finding in check.findings]


@pytest.mark.parametrize("name", ["format", "lint", "security", "secrets", "types"])
def test_a_sound_service_passes(check: Run, name: str) -> None:
    found = check(name)
    assert (found.status, found.findings) == (Status.PASSED, ()), found.log
    assert found.command
    assert found.seconds > 0


def test_unformatted_code_is_found(check: Run) -> None:
    found = check("format", {"src/tiny/loose.py": "x  =  1\n"})
    assert found.status is Status.FAILED
    assert places(found) == [("unformatted", "src/tiny/loose.py", 1)]


def test_lint_is_found_by_the_services_own_rules(check: Run) -> None:
    found = check("lint", {"src/tiny/loose.py": "import os\n\nassert 1\n"})
    assert places(found) == [("F401", "src/tiny/loose.py", 1)]
    assert found.summary == "1 finding"


def test_code_that_does_not_parse_is_found(check: Run) -> None:
    for name in ("format", "lint", "security", "types"):
        found = check(name, {"src/tiny/broken.py": "def (\n"})
        assert found.status is Status.FAILED
        assert {finding.path for finding in found.findings} == {"src/tiny/broken.py"}


def test_a_wrong_type_is_found_although_packages_are_known_already(check: Run) -> None:
    source = "from sqlalchemy import String\n\nx: int = String(3)\n\n\ndef f(y):\n    return y\n"
    found = check("types", {"src/tiny/wrong.py": source})
    assert [place[1:] for place in places(found)] == [("src/tiny/wrong.py", 3), ("src/tiny/wrong.py", 6)]
    assert found.summary == "2 findings"


def test_a_weakness_is_found(check: Run) -> None:
    source = "import subprocess\n\nsubprocess.run('ls', shell=True)\n"
    found = check("security", {"src/tiny/weak.py": source})
    assert ("B602", "src/tiny/weak.py", 3) in places(found)


def test_the_services_settings_for_bandit_count(check: Run, service: Path) -> None:
    settings = (service / "pyproject.toml").read_text() + '\n[tool.bandit]\nskips = ["B101"]\n'
    source = {"src/tiny/weak.py": "assert 1\n"}
    assert check("security", source).status is Status.FAILED
    assert check("security", source | {"pyproject.toml": settings}).status is Status.PASSED


def test_a_secret_is_found(check: Run) -> None:
    key = "AKIA" + "IOSFODNN7EXAMPLE"
    found = check("secrets", {"src/tiny/key.py": f'\nkey = "{key}"\n', "tests/key.py": f'"{key}"\n'})
    assert places(found) == [("", "src/tiny/key.py", 2), ("", "tests/key.py", 1)]
    assert "AWS Access Key" in found.findings[0].message
    assert key not in found.model_dump_json()


def test_passwords_that_tests_make_up_are_counted(check: Run) -> None:
    seed = '{"accounts": [{"username": "anna", "password": "a password to try"}]}\n'
    found = check("secrets", {"tests/seed.json": seed, "src/tiny/seed.json": seed})
    assert found.findings == (
        Finding(message="This looks like a secret: Secret Keyword.", path="src/tiny/seed.json", line=1),
    )
    assert found.figures == {"test_passwords": 1}
    assert "1 made-up passwords in tests aside" in check("secrets", {"src/tiny/seed.json": "{}"}).summary
