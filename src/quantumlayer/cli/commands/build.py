"""`ql build`."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import uuid4

import typer

from quantumlayer.cli.commands.options import AsJson, Inputs, Pack, app_of
from quantumlayer.cli.ending import complete
from quantumlayer.cli.errors import described, told
from quantumlayer.cli.exits import BY_KIND, GREEN, INCOMPLETE, RED
from quantumlayer.cli.style import Style
from quantumlayer.core.errors import DomainError

if TYPE_CHECKING:
    from quantumlayer.bootstrap import App
    from quantumlayer.factory.models import BuildResult

LARGE = {"checks": {"__all__": {"log", "tests"}}}
"""What programs read in the evidence rather than in the stream."""

EXITS = {"green": GREEN, "incomplete": INCOMPLETE, "red": RED}


def build(
    context: typer.Context,
    inputs: Inputs,
    output: Annotated[
        Path,
        typer.Option(
            "--output", "-o", metavar="DIR", help="The folder to write; it must be new or empty.", readable=False
        ),
    ],
    as_json: AsJson = False,
    unsafe: Annotated[
        bool, typer.Option("--unsafe", help="Run generated code without a sandbox when there is none.")
    ] = False,
    pack: Pack = "",
) -> None:
    """Build a service from texts, contracts, schemas or a Spec, and prove that it works.

    The folder is written only when every check passed. With failed checks the result is kept beside it as
    DIR.rejected; after Ctrl-C, an error or a kill the folder is as it was. A folder built before and not changed by
    hand since is replaced; .git, .env, .data and .venv at its top stay.
    """
    with told(again=f"{output} is as it was"):
        app = app_of(context)
        try:
            result = _built(app, inputs, output, pack, as_json=as_json, unsafe=unsafe)
        except DomainError as error:
            if as_json:
                typer.echo(
                    json.dumps({"result": {"outcome": "error", "exit": BY_KIND[error.kind], **described(error)}})
                )
            raise
        code = EXITS[result.outcome.value]
        if as_json:
            typer.echo(json.dumps({"result": {"exit": code, **result.model_dump(mode="json", exclude=LARGE)}}))
        else:
            from quantumlayer.cli.summary import summarize  # noqa: PLC0415  help must not load the engines

            summarize(result, Style(sys.stdout))
        raise typer.Exit(code)


def _built(app: "App", inputs: list[Path], output: Path, pack: str, *, as_json: bool, unsafe: bool) -> "BuildResult":
    from quantumlayer.cli.progress import watcher  # noqa: PLC0415  help must not load the engines
    from quantumlayer.core.journal import Journal  # noqa: PLC0415  as above

    watching, shown = watcher(as_json=as_json)
    with shown:
        journal = Journal(uuid4().hex[:12], app.clock, [watching])
        from quantumlayer.core.events import EventKind  # noqa: PLC0415  as above

        journal.emit(EventKind.RUN_STARTED, inputs=[str(path) for path in inputs], target=str(output))
        from quantumlayer.factory.build import build as build_service  # noqa: PLC0415  after the first event
        from quantumlayer.factory.target import Target  # noqa: PLC0415  as above

        tools = app.tools(pack, unsafe=unsafe)
        return complete(build_service(inputs, Target(output, tools.verify), tools, journal))
