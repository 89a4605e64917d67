"""`ql verify`."""

import json
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from quantumlayer.cli.commands.options import AsJson, Folder
from quantumlayer.cli.errors import in_three_lines, told
from quantumlayer.cli.exits import GREEN, RED
from quantumlayer.cli.style import FAILED, PASSED, Style, one_line

if TYPE_CHECKING:
    from quantumlayer.core.checks import Finding

SHOWN = 20
"""Differences shown to a person; programs are told all."""


def verify(folder: Folder, as_json: AsJson = False) -> None:
    """Hold a built folder against its manifest.

    Every file must be as it was when it was checked, and every check must have passed. Not looked at are, at the top,
    .git, .env, .data, .venv and the caches of tools, and everywhere what Python compiles.
    """
    with told():
        from quantumlayer.qlayer.capsule import failed_checks  # noqa: PLC0415  help must not load the engines
        from quantumlayer.qlayer.capsule import verify as differences  # noqa: PLC0415  as above

        found = differences(folder)
        failed = failed_checks(folder)
        if as_json:
            typer.echo(
                json.dumps(
                    {
                        "unchanged": not found,
                        "failed_checks": failed,
                        "findings": [one.model_dump(mode="json") for one in found],
                    }
                )
            )
        else:
            _show(folder, found, failed, Style(sys.stdout))
        raise typer.Exit(RED if found or failed else GREEN)


def _show(folder: Path, found: "Sequence[Finding]", failed: Sequence[str], style: Style) -> None:
    if not found and not failed:
        style.line(f"{style.mark(PASSED)}  {one_line(str(folder))} is as it was built and checked")
        return
    said = [f"{one.path}: {one.message}" if one.path else one.message for one in found]
    said += [f"a check failed when it was built: {title}" for title in failed]
    for each in said[:SHOWN]:
        style.line(f"{style.mark(FAILED)}  {one_line(each)}")
    if len(said) > SHOWN:
        style.line(f"          and {len(said) - SHOWN} more; --json tells all of them")
    counts = [(len(found), "file differs", "files differ"), (len(failed), "check failed", "checks failed")]
    why = " and ".join(f"{number} {one if number == 1 else many}" for number, one, many in counts if number)
    hint = f"Read {folder}/evidence/report.html, mend the Spec and build again."
    if found:
        spec = shlex.quote(str(folder / "spec.yaml"))
        hint = f"Keep what you need of the changes, then build anew: `ql build {spec} -o NEW`."
    in_three_lines(
        f"{style.mark(FAILED)}  {one_line(str(folder))} is not as it was built and checked", why, hint, style
    )
