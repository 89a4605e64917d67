"""Evidence as files that people's tools read."""

import json
import re
from collections.abc import Sequence
from xml.etree import ElementTree as ET

from quantumlayer.core.checks import Check, Status

FOLDER = "evidence"
"""Where a capsule keeps its evidence."""

REPORT = "report.html"
"""The evidence for people, in that folder."""

_FORBIDDEN = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def checks_json(checks: Sequence[Check]) -> str:
    """All results as JSON."""
    return json.dumps([check.model_dump(mode="json") for check in checks], indent=2, ensure_ascii=False) + "\n"


def junit_xml(checks: Sequence[Check]) -> str:
    """All results as JUnit: a suite for each check, a case for each of its tests or else for the check itself."""
    root = ET.Element("testsuites")
    for check in checks:
        _suite(root, check)
    ET.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _suite(root: ET.Element, check: Check) -> None:
    suite = ET.SubElement(root, "testsuite", name=check.name, time=f"{check.seconds:.3f}")
    for test in check.tests:
        case = ET.SubElement(
            suite, "testcase", classname=check.name, name=_clean(test.name), time=f"{test.seconds:.3f}"
        )
        if test.proves:
            properties = ET.SubElement(case, "properties")
            for element in test.proves:
                ET.SubElement(properties, "property", name="proves", value=element)
        if not test.passed:
            ET.SubElement(case, "failure", message="failed")
    if not check.tests or check.findings or check.status is not Status.PASSED:
        case = ET.SubElement(suite, "testcase", classname=check.name, name=check.title, time=f"{check.seconds:.3f}")
        if check.status is not Status.PASSED:
            kind = "failure" if check.status is Status.FAILED else "error"
            problem = ET.SubElement(case, kind, message=_clean(check.summary))
            problem.text = _clean("\n".join(finding.message for finding in check.findings) or check.log)
    suite.set("tests", str(len(suite)))
    suite.set("failures", str(len(suite.findall("testcase/failure"))))
    suite.set("errors", str(len(suite.findall("testcase/error"))))


def _clean(text: str) -> str:
    """Text without the characters that XML forbids."""
    return _FORBIDDEN.sub("\ufffd", text)
