"""The command `ql`."""

import typer

from quantumlayer.cli.commands.answer import answer
from quantumlayer.cli.commands.build import build
from quantumlayer.cli.commands.diff import diff
from quantumlayer.cli.commands.doctor import doctor
from quantumlayer.cli.commands.explain import explain
from quantumlayer.cli.commands.parse import parse
from quantumlayer.cli.commands.plan import plan
from quantumlayer.cli.commands.run import run
from quantumlayer.cli.commands.verify import verify
from quantumlayer.cli.ending import heed, ignore, open_streams
from quantumlayer.cli.exits import table

app = typer.Typer(
    name="ql",
    help="From a written requirement to a running, tested service, with the proof. No network needed.",
    epilog="\b\nExit codes:\n" + table(),
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for command in (build, parse, answer, plan, run, verify, doctor, explain, diff):
    app.command()(command)


def main() -> None:
    """Run the command line."""
    open_streams()
    heed()
    try:
        app()
    finally:
        ignore()  # while Python comes to its end, a request would change how the command ended
