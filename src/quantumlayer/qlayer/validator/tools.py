"""Checks that one tool answers at a glance: format, lint, security, secrets."""

import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from quantumlayer.core.checks import Finding
from quantumlayer.qlayer.validator.models import CheckContext, Outcome
from quantumlayer.qlayer.validator.workspace import crashed, project, run_in
from quantumlayer.sandbox.ports import Completed


async def check_format(copy: Path, context: CheckContext) -> Outcome:
    """The code is formatted as its configuration says."""
    argv = ("ruff", "format", "--check", "--no-cache", "--output-format", "json", ".")
    completed = await run_in(copy, context.sandbox, *argv)
    findings = _ruff(completed, copy)
    return Outcome.of(("ruff", "format", "--check", "."), completed, findings, "formatted")


async def check_lint(copy: Path, context: CheckContext) -> Outcome:
    """The linter, with the service's own rules, has nothing to say."""
    completed = await run_in(copy, context.sandbox, "ruff", "check", "--no-cache", "--output-format", "json", ".")
    return Outcome.of(("ruff", "check", "."), completed, _ruff(completed, copy), "clean")


async def check_security(copy: Path, context: CheckContext) -> Outcome:
    """Bandit sees no known weakness in the code."""
    settings = ("-c", "pyproject.toml") if "bandit" in project(copy).get("tool", {}) else ()
    argv = ("bandit", "-r", "src", *settings)
    completed = await run_in(copy, context.sandbox, *argv, "-f", "json", "-q")
    answer = _answer(completed, "bandit", {0, 1})
    findings = tuple(
        Finding(
            message=f"{found['issue_text']} (severity {found['issue_severity'].lower()})",
            code=found["test_id"],
            path=found["filename"].removeprefix("./"),
            line=found["line_number"],
        )
        for found in answer["results"]
    ) + tuple(Finding(message=error["reason"], path=error["filename"]) for error in answer["errors"])
    return Outcome.of(argv, completed, findings, "no weakness known to bandit")


async def check_secrets(copy: Path, context: CheckContext) -> Outcome:
    """No file holds a secret.

    Passwords that tests make up are none; they are counted and told, and only what looks like a password is let off.
    """
    argv = ("detect-secrets", "scan", "--all-files", "--no-verify")
    completed = await run_in(copy, context.sandbox, *argv)
    results = _answer(completed, "detect-secrets", {0})["results"]
    found = [(path, item["type"], item["line_number"]) for path, items in sorted(results.items()) for item in items]
    made_up = [item for item in found if item[0].startswith("tests/") and item[1] == "Secret Keyword"]
    findings = tuple(
        Finding(message=f"This looks like a secret: {kind}.", path=path, line=line)
        for path, kind, line in found
        if (path, kind, line) not in made_up
    )
    told = f"no secret found, {len(made_up)} made-up passwords in tests aside" if made_up else "no secret found"
    outcome = Outcome.of(argv, completed, findings, told)
    return replace(outcome, figures={"test_passwords": len(made_up)})


def _answer(completed: Completed, tool: str, codes: set[int]) -> Any:  # noqa: ANN401 - as the tool has it
    """The JSON that a tool printed.

    Raises:
        CheckCrashedError: It printed none.
    """
    if completed.returncode not in codes:
        raise crashed(completed, tool)
    try:
        return json.loads(completed.stdout)
    except json.JSONDecodeError as error:
        raise crashed(completed, tool) from error


def _ruff(completed: Completed, copy: Path) -> tuple[Finding, ...]:
    found: Iterable[dict[str, Any]] = _answer(completed, "ruff", {0, 1, 2})
    return tuple(
        Finding(
            message=item["message"],
            code=item["code"] or "",
            path=str(Path(item["filename"]).relative_to(copy)),
            line=(item["location"] or {}).get("row", 0),
        )
        for item in found
    )
