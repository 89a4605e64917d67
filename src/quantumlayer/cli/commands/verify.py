"""`ql verify`."""

import json
import sys

import typer

from quantumlayer.cli.commands.options import AsJson, Folder
from quantumlayer.cli.errors import told
from quantumlayer.cli.exits import GREEN, RED
from quantumlayer.cli.style import FAILED, PASSED, Style, printable


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
            style = Style(sys.stdout)
            for one in found:
                style.line(f"{style.mark(FAILED)}  {printable(f'{one.path}: ' if one.path else '')}{one.message}")
            for title in failed:
                style.line(f"{style.mark(FAILED)}  a check failed when it was built: {printable(title)}")
            if not found and not failed:
                style.line(f"{style.mark(PASSED)}  {folder} is as it was built and checked")
        raise typer.Exit(RED if found or failed else GREEN)
