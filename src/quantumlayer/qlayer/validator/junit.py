"""Reading pytest's JUnit report."""

import re
from pathlib import PurePosixPath
from xml.etree import ElementTree as ET

from quantumlayer.core.checks import Finding, TestCase

MESSAGE_CHARACTERS = 500
UNREADABLE = "collection failure"
CAUSE = re.compile(r"^E +(.+)$", re.MULTILINE)
"""The line of pytest's output that says why a test file cannot be read."""


def read_junit(xml: str) -> tuple[tuple[TestCase, ...], tuple[Finding, ...]]:
    """The tests that ran, and a finding for each that failed; skipped ones prove nothing and are left out.

    Raises:
        ValueError: It is no JUnit report.
    """
    try:
        root = ET.fromstring(xml)  # noqa: S314 - expat bounds entity expansion
    except ET.ParseError as error:
        message = f"no JUnit report: {error}"
        raise ValueError(message) from error
    cases = [case for case in root.iter("testcase") if case.find("skipped") is None]
    tests: dict[str, TestCase] = {}
    findings = []
    for case in cases:
        test = _test(case)
        earlier = tests.get(test.name)
        # A failing teardown is a second entry for a test that passed.
        tests[test.name] = test if earlier is None else earlier.model_copy(update={"passed": False})
        findings += [_finding(case, test, problem) for problem in _problems(case)]
    return tuple(tests.values()), tuple(findings)


def _problems(case: ET.Element) -> list[ET.Element]:
    return [*case.findall("failure"), *case.findall("error")]


def _test(case: ET.Element) -> TestCase:
    file = case.get("file", "")
    module = ".".join(PurePosixPath(file).with_suffix("").parts)
    inside = case.get("classname", "").removeprefix(module).strip(".").replace(".", "::")
    own = case.get("name", "").removeprefix(module)  # a file that cannot be read is a case named after its module
    name = "::".join(part for part in (file, inside, own) if part)
    marks = [item.get("value", "") for item in case.iterfind("properties/property") if item.get("name") == "proves"]
    return TestCase(name=name, passed=not _problems(case), seconds=float(case.get("time", 0)), proves=tuple(marks))


def _finding(case: ET.Element, test: TestCase, problem: ET.Element) -> Finding:
    reason = (problem.get("message") or "failed").strip()
    if reason == UNREADABLE:
        reason = next(iter(CAUSE.findall(problem.text or "")[-1:]), reason)
    return Finding(
        message=f"{test.name}: {reason[:MESSAGE_CHARACTERS]}",
        code=problem.tag,
        element=test.proves[0] if test.proves else "",
        path=case.get("file", ""),
        line=int(case.get("line", -1)) + 1,
    )
