"""What a Spec promises against what the tests prove."""

from collections.abc import Iterator, Sequence

from quantumlayer.core.checks import Check, Finding, Status, TestCase
from quantumlayer.spec.claims import Claim


def check_claims(claims: Sequence[Claim], tests: Sequence[TestCase], left_out: Sequence[Claim] = ()) -> Check:
    """Every promise of the Spec is named by a test that passes, and every test names promises that exist.

    Promises that are `left_out` need no test.
    """
    findings = (*_unproven(claims, tests), *_unknown([*claims, *left_out], tests))
    proven = len(claims) - sum(finding.code == "unproven" for finding in findings)
    return Check(
        name="claims",
        title="Every promise has a passing test",
        status=Status.FAILED if findings else Status.PASSED,
        seconds=0,
        summary=f"{proven} of {len(claims)} promises proven",
        findings=findings,
        figures={"claims": len(claims), "proven": proven},
    )


def _unproven(claims: Sequence[Claim], tests: Sequence[TestCase]) -> Iterator[Finding]:
    for claim in claims:
        naming = [test for test in tests if claim.element in test.proves]
        failing = [test.name for test in naming if not test.passed]
        if failing:
            message = f"{claim.says}: a test that should prove it fails: {', '.join(failing)}"
        elif not naming:
            message = f"{claim.says}: no test proves it."
        else:
            continue
        yield Finding(message=message, code="unproven", element=claim.element)


def _unknown(claims: Sequence[Claim], tests: Sequence[TestCase]) -> Iterator[Finding]:
    known = {claim.element for claim in claims}
    for test in tests:
        for element in test.proves:
            if element not in known:
                message = f"{test.name} says it proves {element}, which the Spec does not promise."
                yield Finding(message=message, code="unknown", element=element, path=test.name.split("::")[0])
