"""Arguments and options that several commands share, and what they are given to work with."""

import contextlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from quantumlayer.bootstrap import App, bootstrap
from quantumlayer.cli.ending import complete
from quantumlayer.cli.errors import OutputError
from quantumlayer.cli.style import RUNNING, WARNING, Style, one_line

if TYPE_CHECKING:
    from quantumlayer.factory.inputs import Input
    from quantumlayer.spec.model import Spec

# The commands themselves say what cannot be read, in three lines: hence `readable=False`.
Inputs = Annotated[
    list[Path],
    typer.Argument(metavar="INPUT", help="Texts in English, OpenAPI documents, SQL schemas, Specs.", readable=False),
]
Folder = Annotated[Path, typer.Argument(metavar="DIR", help="A folder that `ql build` wrote.", readable=False)]
AsJson = Annotated[bool, typer.Option("--json", help="Write JSON on standard output, for programs.")]
Pack = Annotated[str, typer.Option("--pack", metavar="NAME", help="The pack that writes the service.")]


def app_of(context: typer.Context) -> App:
    """What the command works with: the context's own object, or else what the environment says."""
    if isinstance(context.obj, App):
        return context.obj
    app = bootstrap(os.environ)
    style = Style(sys.stderr)
    for warning in app.settings.warnings:
        style.line(f"{style.mark(WARNING)}  {one_line(warning)}")
    return app


def inputs_of(paths: Sequence[Path]) -> "tuple[Input, ...]":
    """The inputs that a person named; what is waited for is told on standard error.

    Raises:
        DomainError: One of them cannot be used.
    """
    from quantumlayer.factory.inputs import read_inputs  # noqa: PLC0415  help must not load the engines

    style = Style(sys.stderr)
    return complete(read_inputs(paths, lambda doing: style.line(f"{style.mark(RUNNING)}  {one_line(doing)}")))


def keep_apart(output: Path, texts: Sequence[Path]) -> None:
    """Let an output pass that is none of the texts it is made from, by whatever name or link.

    Raises:
        OutputError: Writing it would replace a person's text by what was read from it.
    """
    for text in texts:
        with contextlib.suppress(OSError, ValueError):
            if output.is_file() and output.samefile(text):
                why = "the Spec would replace the text it is read from"
                raise OutputError(f"{output} is an input", why=why, hint="Name another file.")


def keep_other(page: Path, spec: Path | None) -> None:
    """Let a page replace nothing but a page, and the Spec that is written beside it least of all.

    Raises:
        OutputError: The file is there and holds something else, or is the one of the Spec.
    """
    if spec is not None and page.absolute() == spec.absolute():
        raise OutputError(f"{page} cannot hold both", why="the page would replace the Spec", hint="Name another file.")
    with contextlib.suppress(OSError):
        held = page.read_bytes()[:1024].lstrip().lower() if page.is_file() else b""
        if held and not held.startswith(b"<!doctype html"):
            raise OutputError(
                f"{page} is there and is no page", why="the page would replace it", hint="Name another file."
            )


def written(path: Path, text: str, read: "Spec | None" = None) -> None:
    """Write a file that a person asked for, in one step; `read` is what was read where it is a Spec.

    Raises:
        OutputError: It cannot be written.
    """
    from quantumlayer.factory.kept import write_spec  # noqa: PLC0415  help must not load the engines

    try:
        write_spec(path, text, read)
    except (OSError, ValueError) as error:
        why = (error.strerror if isinstance(error, OSError) else "") or str(error)
        raise OutputError(f"{path} cannot be written", why=why) from error
