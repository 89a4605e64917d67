"""`ql answer`."""

import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from quantumlayer.cli.commands.options import AsJson
from quantumlayer.cli.errors import OutputError, told
from quantumlayer.cli.style import DONE, OPEN, Style, one_line, printable

if TYPE_CHECKING:
    from quantumlayer.factory.answering import Answering
    from quantumlayer.qlayer.parser.answers import Answered
    from quantumlayer.spec.points import Point

SKIP, STOP = "s", "q"
"""What is typed to skip a question, and to stop."""


def answer(
    spec: Annotated[Path, typer.Argument(metavar="SPEC", help="A Spec with open questions.", readable=False)],
    given: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="N=TEXT", help="Answer a question by its number or id; N=accept accepts."),
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option("--file", metavar="FILE", help="Answers in YAML: `q1a2b3c: accept`.", readable=False),
    ] = None,
    only_list: Annotated[bool, typer.Option("--list", help="List the open questions and end.")] = False,
    as_json: AsJson = False,
) -> None:
    """Answer the questions of a Spec, one at a time or with --set and --file.

    What is accepted becomes an assumption; another answer is read like a sentence of the requirement, or kept as a note
    where it cannot be. Answers stay in the Spec: the next `ql parse -o SPEC` asks none of them again.
    """
    pairs = _pairs(given or ())
    with told(again="what was answered before is kept"):
        from quantumlayer.factory.answering import Answering  # noqa: PLC0415  help must not load the engines

        answering = Answering(spec)
        style = Style(sys.stdout)
        if only_list or (as_json and not pairs and file is None):
            _list(answering, style, as_json=as_json)
        elif pairs or file is not None:
            _give(answering, pairs, file, style, as_json=as_json)
        else:
            _ask(answering, spec, style)


def _list(answering: "Answering", style: Style, *, as_json: bool) -> None:
    if as_json:
        shown = [_described(number, point) for number, point in enumerate(answering.open, 1)]
        typer.echo(json.dumps({"questions": shown}, indent=2, ensure_ascii=False))
        return
    from quantumlayer.cli.review import columns, point_lines  # noqa: PLC0415  help must not load the engines

    for number, point in enumerate(answering.open, 1):
        point_lines(point, number, style, columns())
    if not answering.open:
        style.line("no question is open")


def _give(
    answering: "Answering", pairs: list[tuple[str, str]], file: Path | None, style: Style, *, as_json: bool
) -> None:
    """Take the answers of the command line and of a file, all or none."""
    from quantumlayer.factory.answering import read_text  # noqa: PLC0415  help must not load the engines
    from quantumlayer.qlayer.parser.answers import chosen, read_answers  # noqa: PLC0415  as above

    if file is not None:
        pairs += read_answers(read_text(file), one_line(str(file)))
    found = _written(answering, chosen(answering.spec, pairs))
    if as_json:
        shown = [{"id": one.point.id, "fate": one.fate.value, "changed": list(one.changed)} for one in found]
        typer.echo(json.dumps({"answered": shown, "open": len(answering.open)}, indent=2))
        return
    for one in found:
        _tell(one, style)
    _left(answering, style)


def _ask(answering: "Answering", path: Path, style: Style) -> None:
    """Ask one question after the other; each answer is written before the next question."""
    from quantumlayer.cli.review import columns, point_lines  # noqa: PLC0415  help must not load the engines
    from quantumlayer.core.errors import DomainError  # noqa: PLC0415  as above
    from quantumlayer.qlayer.parser.answers import ACCEPT, fit  # noqa: PLC0415  as above

    waiting = list(answering.open)
    if waiting:
        style.line(f"{one_line(str(path))}: Enter accepts what is proposed, {SKIP} skips, {STOP} stops.")
    for number, point in enumerate(waiting, 1):
        if point.id not in {one.id for one in answering.open}:
            continue  # an earlier answer took it along
        style.line()
        point_lines(point, number, style, columns())
        text = _typed(style)
        while text is not None and text != SKIP:
            try:
                done = _written(answering, [(point, fit(point, text or ACCEPT))])
            except DomainError as error:
                if isinstance(error, OutputError) or error.kind.value == "forbidden":
                    raise
                style.line(f"            {printable(error.why or error.what)}")
                text = _typed(style)
                continue
            _tell(done[0], style)
            break
        if text is None:
            break
    _left(answering, style)


def _typed(style: Style) -> str | None:
    """What is typed on one line; nothing when it is time to stop."""
    style.stream.write("            > ")
    style.stream.flush()
    line = sys.stdin.readline()
    return None if not line or line.strip().lower() == STOP else line.strip()


def _written(answering: "Answering", answers: "Sequence[tuple[Point, str]]") -> "list[Answered]":
    try:
        return answering.give(answers)
    except OSError as error:
        raise OutputError("the Spec cannot be written", why=error.strerror or str(error)) from error


def _tell(one: "Answered", style: Style) -> None:
    """What became of an answer."""
    said = {
        "accepted": f"accepted: {one.point.proposed}",
        "read": f"changes {', '.join(one.changed)}",
        "noted": "kept as a note: it could not be read, so it changes nothing yet",
    }[one.fate.value]
    mark = OPEN if one.fate.value == "noted" else DONE
    style.line(f"  {style.mark(mark, 10)}{one.point.id}  {printable(said)}")


def _left(answering: "Answering", style: Style) -> None:
    left = len(answering.open)
    style.line(f"{left} question{'' if left == 1 else 's'} left" if left else "no question is open")


def _pairs(given: Iterable[str]) -> list[tuple[str, str]]:
    found = []
    for one in given:
        key, sign, text = one.partition("=")
        if not sign:
            raise typer.BadParameter(f"{printable(one)[:60]!r} is no N=TEXT", param_hint="--set")
        found.append((key, text))
    return found


def _described(number: int, point: "Point") -> dict[str, object]:
    """A question for programs."""
    return {
        "number": number,
        "id": point.id,
        "severity": point.severity.value,
        "about": point.about,
        "text": point.text,
        "proposed": point.proposed,
        "effect": point.effect,
        "reason": [{"file": source.file, "quote": source.quote} for source in point.sources],
    }
