"""`ql diff`."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from quantumlayer.cli.commands.options import inputs_of
from quantumlayer.cli.errors import told
from quantumlayer.cli.style import Mark, Style, printable

BREAKING = Mark("✗", "x", "breaks", "red")
FINE = Mark("✓", "+", "fits", "green")


def diff(
    old: Annotated[Path, typer.Argument(metavar="OLD", help="A Spec.", readable=False)],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="A later Spec.", readable=False)],
) -> None:
    """Say what changed between two Specs.

    What can break those who call the service is marked.
    """
    with told():
        from quantumlayer.spec.diff import diff as changes  # noqa: PLC0415  help must not load the engines
        from quantumlayer.spec.load import parse_spec  # noqa: PLC0415  as above
        from quantumlayer.spec.validate import checked_spec  # noqa: PLC0415  as above

        style = Style(sys.stdout)
        before, after = (checked_spec(parse_spec(inputs_of([path])[0].text, str(path))) for path in (old, new))
        found = changes(before, after)
        for change in found:
            style.line(f"{style.mark(BREAKING if change.breaking else FINE, 10)} {printable(change.says)}")
            if change.breaking:
                style.line(f"{'':<11}{printable(change.reason)}")
        if not found:
            style.line("nothing changed")
