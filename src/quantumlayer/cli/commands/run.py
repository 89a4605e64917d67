"""`ql run`."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from quantumlayer.cli.commands.options import Folder
from quantumlayer.cli.errors import told
from quantumlayer.cli.exits import GREEN
from quantumlayer.cli.style import DONE, RUNNING, STOPPED, WARNING, Style, one_line


def run(
    folder: Folder,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Where it listens, on this machine only.")] = 8000,
    seed: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Load the records in this file.", readable=False)
    ] = None,
) -> None:
    """Start a built service on this machine.

    Data is kept in SQLite in DIR/.data, or in the database that DATABASE_URL names. It runs generated
    code as you, outside any sandbox. Each start signs tokens with a new secret, unless TOKEN_SECRET is set.
    """
    with told():
        from quantumlayer.factory.serve import environment_for, find_service, prepare, serve  # noqa: PLC0415  as below
        from quantumlayer.qlayer.capsule import MANIFEST, failed_checks  # noqa: PLC0415  as below

        style = Style(sys.stderr)
        service = find_service(folder)
        failed = failed_checks(service.folder) if (service.folder / MANIFEST).is_file() else ()
        if failed:
            said = f"checks failed when it was built: {one_line(', '.join(failed))}"
            style.line(f"{style.mark(WARNING, 10)} {said}")
        environment = environment_for(service, os.environ)
        style.line(f"{style.mark(WARNING, 10)} this runs generated code as you, for development")
        database = one_line(_shown(environment["DATABASE_URL"]))
        style.line(f"{style.mark(RUNNING, 10)} bringing the database up to date: {database}")
        prepare(service, environment, seed)
        if seed is not None:
            style.line(f"{style.mark(DONE, 10)} loaded {one_line(str(seed))}")
        try:
            serve(service, environment, port, lambda url: _ready(url, style))
        except KeyboardInterrupt:
            style.line(f"{style.mark(STOPPED)}  {service.package} ended its open requests and stopped")
            raise typer.Exit(GREEN) from None


def _ready(url: str, style: Style) -> None:
    typer.echo(f"{url}/docs")
    style.line(f"{style.mark(RUNNING, 10)} serving; stop it with Ctrl-C")


def _shown(url: str) -> str:
    """A database's URL without the password in it."""
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}"
