"""The command `ql`."""

import signal

import typer

from quantumlayer.cli.commands.build import build
from quantumlayer.cli.commands.diff import diff
from quantumlayer.cli.commands.doctor import doctor
from quantumlayer.cli.commands.explain import explain
from quantumlayer.cli.commands.parse import parse
from quantumlayer.cli.commands.plan import plan
from quantumlayer.cli.commands.run import run
from quantumlayer.cli.commands.verify import verify
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
for command in (build, parse, plan, run, verify, doctor, explain, diff):
    app.command()(command)


def main() -> None:
    """Run the command line; a polite request to end (SIGTERM) is taken like Ctrl-C."""
    signal.signal(signal.SIGTERM, _interrupt)
    app()


def _interrupt(*_: object) -> None:
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as a script's `ql build ... &` begins
        signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.raise_signal(signal.SIGINT)
