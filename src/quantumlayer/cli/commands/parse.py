"""`ql parse`."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from quantumlayer.cli.commands.options import AsJson, Inputs, inputs_of, keep_apart, keep_other, written
from quantumlayer.cli.errors import told
from quantumlayer.cli.style import DONE, RUNNING, WARNING, Style, one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantumlayer.factory.inputs import Input
    from quantumlayer.factory.kept import Revised
    from quantumlayer.factory.understand import Understood


def parse(
    inputs: Inputs,
    as_json: AsJson = False,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write the Spec to this file.", readable=False)
    ] = None,
    html: Annotated[
        Path | None,
        typer.Option("--html", metavar="FILE", help="Write the review as one HTML page to this file.", readable=False),
    ] = None,
) -> None:
    """Read texts, OpenAPI documents and SQL schemas into one Spec; of a Spec, check it.

    With -o the Spec is written and its review printed, as it is on a terminal; else the Spec itself is printed. A Spec
    that is there already keeps what was edited and answered: where the text changed the same, a question shows both.
    With --json the summary of entities, roles, operations, rules, assumptions and questions is printed instead.
    """
    with told():
        from quantumlayer.factory.understand import understand  # noqa: PLC0415  help must not load the engines

        style = Style(sys.stderr)
        read = inputs_of(inputs)
        for path in (output, html):
            if path is not None:
                keep_apart(path, [one.path for one in read if path is html or not one.is_spec])
        if html is not None:
            keep_other(html, output)
        if any(not one.is_spec for one in read):
            style.line(f"{style.mark(RUNNING)}  reading {one_line(', '.join(str(one.path) for one in read))}")
        understood = understand(read)
        for warning in understood.warnings:
            style.line(f"{style.mark(WARNING)}  {one_line(warning)}")
        result = _kept(output, read, understood, style)
        _unread(result, understood, style)
        if html is not None:
            from quantumlayer.qlayer.report import render_review  # noqa: PLC0415  as above

            written(html, render_review(result.spec, understood.texts))
        _show(result, output, as_json=as_json)


def _kept(output: Path | None, read: "Sequence[Input]", understood: "Understood", style: Style) -> "Revised":
    """The Spec as it is written, with what a person edited before."""
    from quantumlayer.factory.kept import Revised, revise  # noqa: PLC0415  help must not load the engines

    given = any(one.is_spec for one in read)
    if output is None or (given and len(read) == 1):
        result = Revised(understood.spec, understood.yaml)
    else:
        result = revise(output, understood.spec)
    if output is not None:
        # What came of a Spec is no reading of texts alone: the base stays what they gave.
        written(output, result.yaml, None if given else understood.spec)
    if result.merged:
        both = len(result.conflicts)
        asks = f"; {both} changed in both, each a question" if both else ""
        style.line(f"{style.mark(DONE)}  what was edited in {one_line(str(output))} stays{asks}")
    return result


def _unread(result: "Revised", understood: "Understood", style: Style) -> None:
    from quantumlayer.cli.summary import tell_unread  # noqa: PLC0415  help must not load the engines

    if understood.unread:
        from quantumlayer.qlayer.parser.silence import unread  # noqa: PLC0415  as above

        tell_unread(unread(result.spec), style)


def _show(result: "Revised", output: Path | None, *, as_json: bool) -> None:
    if as_json:
        from quantumlayer.qlayer.parser import summary  # noqa: PLC0415  help must not load the engines

        typer.echo(json.dumps(summary(result.spec), indent=2, ensure_ascii=False, default=str))
        return
    style = Style(sys.stdout)
    if output is None and not style.live:
        typer.echo(result.yaml, nl=False)
        return
    from quantumlayer.cli.review import columns, review  # noqa: PLC0415  as above

    review(result.spec, style, columns(), output)
