"""Evidence as the files that other tools read."""

import json
from xml.etree import ElementTree as ET

from quantumlayer.core.checks import Check, Finding, Status, TestCase
from quantumlayer.factory.evidence import checks_json, junit_xml

TESTS = Check(
    name="tests",
    title="Tests pass",
    status=Status.FAILED,
    seconds=1.5,
    summary="1 of 2 failed",
    tests=(
        TestCase(name="test_borrow", passed=True, seconds=0.5, proves=("operations.borrow", "entities.Loan")),
        TestCase(name="test_bad\x00name", passed=False),
    ),
    findings=(Finding(message="it broke"),),
)
LINT = Check(name="lint", title="Lint rules hold", status=Status.PASSED, seconds=0.1)
BROKEN = Check(
    name="types",
    title="Types",
    status=Status.ERROR,
    seconds=0,
    summary="no mypy",
    log="not found\x1b[0m\uffff \U0001f600",
)


def test_json_holds_everything() -> None:
    assert [Check.model_validate(each) for each in json.loads(checks_json([TESTS, LINT]))] == [TESTS, LINT]


def test_junit_has_a_suite_for_each_check_and_a_case_for_each_test() -> None:
    suites = list(ET.fromstring(junit_xml([TESTS, LINT, BROKEN])))  # noqa: S314  our own text
    shown = [(suite.get("name"), suite.get("tests"), suite.get("failures"), suite.get("errors")) for suite in suites]
    assert shown == [("tests", "3", "2", "0"), ("lint", "1", "0", "0"), ("types", "1", "0", "1")]
    proves = [each.get("value") for each in suites[0].iter("property")]
    assert proves == ["operations.borrow", "entities.Loan"]
    assert [case.get("name") for case in suites[0]] == ["test_borrow", "test_bad\ufffdname", "Tests pass"]
    assert [each.text for each in suites[0].iter("failure")] == [None, "it broke"]
    assert [each.text for each in suites[2].iter("error")] == ["not found\ufffd[0m\ufffd \U0001f600"]
