"""Reading schemathesis' reports: its summary decides, its JUnit file says what to send to see each failure."""

import json
import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from typing import Any
from xml.etree import ElementTree as ET

from quantumlayer.core.checks import Finding

CASE = re.compile(r"^\d+\. Test Case ID: \w+$", re.MULTILINE)
PROBLEM = re.compile(r"^- (?P<code>ST\d+) (?P<title>.+)$", re.MULTILINE)
CURL = re.compile(r"^\s*(curl .+)$", re.MULTILINE)
DETAIL_CHARACTERS = 300

GAPS = {
    "missing_auth": "No caller was let in, so nothing behind the sign-in was tried.",
    "unresolvable_reference": "The API document refers to something that it does not hold.",
    "unsupported_regex": "The API document has a pattern that cannot be understood.",
}
"""Warnings that mean that a part of the API was not checked."""


def read_report(summary: str, junit: str, public: AbstractSet[str] = frozenset()) -> tuple[tuple[Finding, ...], int]:
    """The findings, and how many cases were tried.

    Args:
        summary: The JSON summary.
        junit: The JUnit file.
        public: The operations (`POST /auth/token`) that are for strangers: one of them that lets nobody in is the
            sign-in itself, which nobody passes with made-up credentials.

    Raises:
        ValueError: The run did not come to its end, or the reports are none of schemathesis.
    """
    try:
        report = json.loads(summary)
        told = list(_told(ET.fromstring(junit)))  # noqa: S314 - made beside us, and expat bounds entity expansion
        if not report["complete"] or not report["operations"]["tested"]:
            raise ValueError("the run did not come to its end")
        counted = list(_counted(report, {finding.code for finding in told}, public))
        return (*told, *counted), int(report["test_cases"]["generated"])
    except (ET.ParseError, KeyError, TypeError) as error:
        message = f"no report of schemathesis: {error!r}"
        raise ValueError(message) from error


def _told(root: ET.Element) -> Iterator[Finding]:
    """Each failure with the call that shows it; credentials are redacted by schemathesis."""
    for case in root.iter("testcase"):
        operation = case.get("name", "")
        for failure in case.iter("failure"):
            for text in CASE.split(failure.text or "")[1:]:
                yield from _failures(operation, text)


def _failures(operation: str, text: str) -> Iterator[Finding]:
    found = CURL.search(text)
    call = f" Try: {found[1]}" if found else ""
    problems = list(PROBLEM.finditer(text))
    for problem, following in zip(problems, [*problems[1:], None], strict=True):
        body = text[problem.end() : following.start() if following else len(text)]
        detail = " ".join(re.split(r"\n\[\d{3}\]|\nReproduce with:", body)[0].split())[:DETAIL_CHARACTERS]
        yield Finding(message=f"{operation}: {problem['title']}. {detail}{call}", code=problem["code"])


def _counted(report: dict[str, Any], told: set[str], public: AbstractSet[str]) -> Iterator[Finding]:
    """What only the summary knows: errors, parts left out, and kinds of failure that the other report lacks."""
    for failure in report["failures"]:
        if failure["code"] not in told:
            yield Finding(message=f"{', '.join(failure['operations'])}: {failure['title']}.", code=failure["code"])
    for error in report["errors"]:
        yield Finding(message=f"schemathesis met an error: {json.dumps(error)[:DETAIL_CHARACTERS]}", code="error")
    for name, meaning in GAPS.items():
        operations = report["warnings"].get(name, ())
        if name == "missing_auth":
            operations = [operation for operation in operations if operation not in public]
        if operations:
            yield Finding(message=f"{', '.join(operations)}: {meaning}", code=name)
