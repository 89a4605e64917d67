"""An error is three lines and an exit code."""

import sys

import pytest
import typer

from quantumlayer.cli.commands.explain import all_errors, explanation
from quantumlayer.cli.errors import described, told
from quantumlayer.cli.exits import BY_KIND, MEANING, table
from quantumlayer.core.errors import DomainError, Kind
from quantumlayer.factory.errors import TargetInUseError
from quantumlayer.spec.errors import Problem, SpecError
from quantumlayer.workflow.errors import StepCrashError


def ended(error: BaseException, again: str = "") -> int:
    with pytest.raises(typer.Exit) as caught, told(again):
        raise error
    return caught.value.exit_code


def test_what_why_and_the_next_step(capsys: pytest.CaptureFixture[str]) -> None:
    assert ended(TargetInUseError("shop is not empty", why="it holds a.txt")) == 8
    assert capsys.readouterr().err.splitlines() == [
        "✗ error  shop is not empty (QL2101)",
        "  why    it holds a.txt",
        "  next   Name a folder that does not exist yet or is empty.",
    ]


def test_without_a_reason_the_rule_is_told() -> None:
    why = described(TargetInUseError("x"))["why"]
    assert why.startswith("The target folder holds files that no build has put there")


def test_further_lines_are_indented(capsys: pytest.CaptureFixture[str]) -> None:
    problems = [Problem("", f"Problem {number}.", "Mend it.", number, 1) for number in (1, 2, 3)]
    assert ended(SpecError("s.yaml", problems)) == 4
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "✗ error  s.yaml:1:1: Problem 1. (QL1001)"
    assert lines[1:3] == ["  why    s.yaml:2:1: Problem 2. Mend it.", "         s.yaml:3:1: Problem 3. Mend it."]


def test_ctrl_c_prints_the_command_that_starts_again(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["/venv/bin/ql", "build", "my text.md", "-o", "shop"])
    assert ended(KeyboardInterrupt(), "shop is as it was") == 130
    assert capsys.readouterr().err.splitlines() == [
        "■ stopped  shop is as it was",
        "  next   start it again with `ql build 'my text.md' -o shop`",
    ]


def test_a_defect_shows_where_it_happened_and_is_no_failed_check(capsys: pytest.CaptureFixture[str]) -> None:
    assert ended(ZeroDivisionError("by zero")) == 11
    shown = capsys.readouterr().err
    assert "Traceback" in shown
    assert "✗ error  ZeroDivisionError: by zero (QL4004)" in shown


def test_a_crashed_step_shows_what_crashed(capsys: pytest.CaptureFixture[str]) -> None:
    crash = StepCrashError("the task a broke off")
    crash.__cause__ = ZeroDivisionError("by zero")
    assert ended(crash) == 11
    assert capsys.readouterr().err.startswith("ZeroDivisionError: by zero\n✗ error  the task a broke off (QL2001)\n")


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), OSError(28, "No space", "/dev/full")])
def test_an_output_without_room_is_no_defect(error: OSError, capsys: pytest.CaptureFixture[str]) -> None:
    assert ended(error) == 6
    shown = capsys.readouterr().err.splitlines()
    assert shown[0] == f"✗ error  {error.filename or 'the output'} cannot be written (QL4003)"
    assert len(shown) == 3


def test_an_end_passes() -> None:
    assert ended(typer.Exit(3)) == 3


def test_when_nobody_reads_on_the_command_ends_in_silence(capsys: pytest.CaptureFixture[str]) -> None:
    assert ended(BrokenPipeError()) == 130
    assert capsys.readouterr().err == ""


def test_each_kind_has_an_exit_code_of_its_own_with_a_meaning() -> None:
    assert set(BY_KIND) == set(Kind)
    assert len(set(BY_KIND.values())) == len(Kind)
    assert set(BY_KIND.values()) | {0, 1, 2, 3} == set(MEANING)
    assert table().count("\n") == len(MEANING) - 1


def test_every_error_can_be_explained() -> None:
    errors = all_errors()
    assert len(errors) > 30
    for code, error in errors.items():
        shown = explanation(error)
        assert shown.startswith(f"{code}\n\n")
        assert error.hint in shown
        assert error.hint != DomainError.hint
        assert f"exit code {BY_KIND[error.kind]}." in shown
