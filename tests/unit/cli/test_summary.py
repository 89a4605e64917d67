"""A build ends with its result in a dozen lines."""

import io

import pytest

from quantumlayer.cli.style import Style
from quantumlayer.cli.summary import summarize
from quantumlayer.core.checks import Check, Finding, Status
from quantumlayer.core.plan import Tier
from quantumlayer.factory.models import BuildResult, Outcome
from quantumlayer.spec.generator import OpenElement

FINDINGS = (
    Finding(message="is not typed", path="src/a.py", line=3, element="operations.borrow"),
    Finding(message="is bare"),
    *(Finding(message=f"number {number}", path="b.py") for number in range(5)),
)


def result(outcome: Outcome = Outcome.GREEN, *checks: Check) -> BuildResult:
    return BuildResult(
        outcome=outcome,
        service="shop",
        folder="my shop",
        report="shop/evidence/report.html",
        tier=Tier.STANDARD,
        lines=1234,
        files=64,
        seconds=18.2,
        checks=checks,
        open_elements=(OpenElement(element="entities.Loan", reason="not yet", needs="a model"),),
        assumptions=9,
        questions=1,
    )


def shown(what: BuildResult) -> list[str]:
    stream = io.StringIO()
    summarize(what, Style(stream))
    return stream.getvalue().splitlines()


def test_the_result_stands_first_and_the_next_command_last() -> None:
    lines = shown(result())
    assert lines[0] == "+ green  shop: 64 files in my shop, 18 s"
    assert lines[1] == "  standard service, about 1,234 lines of business code by estimate"
    assert lines[-3:] == [
        "  Spec     9 assumptions and 1 open question in my shop/spec.yaml",
        "  report   shop/evidence/report.html",
        "  next     ql run 'my shop'",
    ]


def test_figures_that_the_summary_does_not_say_are_added() -> None:
    figures = {"coverage_percent": 97.24, "tests": 212.0, "slow_calls": 3.0}
    check = Check(name="t", title="Tests", status=Status.PASSED, seconds=8.21, summary="212 tests", figures=figures)
    (line,) = [line for line in shown(result(Outcome.GREEN, check)) if "Tests" in line]
    assert line.split("8.2 s")[1].strip() == "212 tests, coverage 97.2 %, slow calls 3"


def test_findings_are_shown_with_their_place_up_to_a_bound() -> None:
    check = Check(name="t", title="Types", status=Status.FAILED, seconds=1, findings=FINDINGS)
    lines = [line.strip() for line in shown(result(Outcome.RED, check))]
    assert "src/a.py:3, operations.borrow: is not typed" in lines
    assert "is bare" in lines
    assert "and 2 more in the report" in lines
    assert lines[-1] == "next     read the report; 'my shop' is kept for looking, the target is as it was"


@pytest.mark.parametrize("outcome", list(Outcome))
def test_what_was_left_out_is_said(outcome: Outcome) -> None:
    lines = [line.strip() for line in shown(result(outcome))]
    assert "o open     entities.Loan: not yet" in lines
    assert "needs a model" in lines


def test_a_spec_without_doubts_is_not_mentioned() -> None:
    sure = result().model_copy(update={"assumptions": 0, "questions": 0})
    assert not [line for line in shown(sure) if line.startswith("  Spec")]
    one = result().model_copy(update={"assumptions": 1, "questions": 0})
    assert "  Spec     1 assumption in my shop/spec.yaml" in shown(one)


def test_sentences_that_are_not_in_the_spec_are_counted_and_the_first_quoted() -> None:
    unread = ("One must wait.", "x" * 200, "Three at most.", "Four.", "Five.")
    lines = shown(result().model_copy(update={"unread": unread}))
    start = next(index for index, line in enumerate(lines) if "sentences of the text" in line)
    assert lines[start].endswith("warning  5 sentences of the text are not in the Spec:")
    assert [line.strip() for line in lines[start + 1 : start + 5]] == [
        "One must wait.",
        f"{'x' * 89}…",
        "Three at most.",
        "and 2 more; each is a question in the Spec",
    ]
    assert not any("of the text" in line for line in shown(result()))
