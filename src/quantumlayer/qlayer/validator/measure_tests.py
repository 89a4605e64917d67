"""Runs inside the sandbox, in the service's environment: pytest, with what the tests reach measured by SlipCover.

coverage.py traces every line of every library on Python 3.11 and takes as long again as the tests; SlipCover puts its
probes into the service's own code only (docs/adr/0006). Nothing of `quantumlayer` can be imported here.
"""

import json
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from slipcover import Slipcover
from slipcover.importer import FileMatcher, ImportManager


def exclusions(pyproject: dict[str, Any]) -> dict[str, list[str] | None]:
    """What the service's settings for coverage.py leave out, by the names that SlipCover gives it."""
    coverage = pyproject.get("tool", {}).get("coverage", {})
    asked, report = coverage.get("run", {}), coverage.get("report", {})
    return {
        "omit": [*asked.get("omit", ()), *report.get("omit", ())],
        "exclude_lines": report.get("exclude_lines"),
        "exclude_also": report.get("exclude_also"),
    }


def main(source: str, report: str, *arguments: str) -> int:
    """Run pytest with the arguments, write what it reached of the code below `source`, and return its exit code."""
    excluded = exclusions(tomllib.loads(Path("pyproject.toml").read_text()))
    slipcover = Slipcover(branch=True, source=[source], **excluded)
    with ImportManager(slipcover, FileMatcher(sources=[source], omit=excluded["omit"])):
        ended = pytest.main(list(arguments))
    Path(report).write_text(json.dumps(slipcover.get_coverage()))
    return ended


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
