"""`ql parse`."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from quantumlayer.cli.commands.options import AsJson, Inputs, inputs_of, keep_apart, write_output
from quantumlayer.cli.errors import told
from quantumlayer.cli.style import RUNNING, WARNING, Style, one_line


def parse(
    inputs: Inputs,
    as_json: AsJson = False,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write the Spec to this file.", readable=False)
    ] = None,
) -> None:
    """Read texts into a Spec and print it; of a Spec, check it.

    With --json the summary of entities, roles, operations, rules, assumptions and questions is printed instead.
    """
    with told():
        from quantumlayer.factory.understand import understand  # noqa: PLC0415  help must not load the engines

        style = Style(sys.stderr)
        read = inputs_of(inputs)
        if output is not None:
            keep_apart(output, [one.path for one in read if not one.is_spec])
        if not read[0].is_spec:
            style.line(f"{style.mark(RUNNING)}  reading {one_line(', '.join(str(one.path) for one in read))}")
        understood = understand(read)
        for warning in understood.warnings:
            style.line(f"{style.mark(WARNING)}  {one_line(warning)}")
        if understood.unread:
            from quantumlayer.cli.summary import tell_unread  # noqa: PLC0415  as above

            tell_unread(understood.unread, style)
        if output is not None:
            write_output(output, understood.yaml)
        if as_json:
            from quantumlayer.qlayer.parser import summary  # noqa: PLC0415  as above

            typer.echo(json.dumps(summary(understood.spec), indent=2, ensure_ascii=False, default=str))
        elif output is None:
            typer.echo(understood.yaml, nl=False)
