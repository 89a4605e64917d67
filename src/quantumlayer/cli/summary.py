"""What a build ends with: the result in a dozen lines, and the next command."""

import shlex
from collections.abc import Sequence

from quantumlayer.cli.style import BY_OUTCOME, BY_STATUS, OPEN, WARNING, Style, one_line, printable, seconds, shortened
from quantumlayer.core.checks import Check
from quantumlayer.factory.models import BuildResult, Outcome

SHOWN_FINDINGS = 5
"""Findings shown of each check; the report has all of them."""

FINDING = 220
"""Characters of a finding on the terminal; the report has all of it."""

SHOWN_SENTENCES = 3
"""Sentences shown of those that are not in the Spec; its questions have all of them."""

SENTENCE = 90
"""Columns of a sentence."""

TITLE = 46
"""Columns of a check's title."""


def summarize(result: BuildResult, style: Style) -> None:
    """Write the summary of a build."""
    mark = style.mark(BY_OUTCOME[result.outcome.value])
    style.line(
        f"{mark}  {result.service}: {result.files} files in {one_line(result.folder)}, {seconds(result.seconds)}"
    )
    size = f"{result.tier.value} service, about {result.lines:,} lines of business code by estimate"
    style.line(f"  {style.paint(size, 'dim')}")
    style.line()
    for check in result.checks:
        _check(check, style)
    for element in result.open_elements:
        style.line(f"  {style.mark(OPEN, 10)} {printable(element.element)}: {printable(element.reason)}")
        style.line(f"             needs {printable(element.needs)}")
    style.line()
    tell_unread(result.unread, style)
    if result.assumptions or result.questions:
        said = [_count(result.assumptions, "assumption"), _count(result.questions, "open question")]
        _row("Spec", f"{' and '.join(part for part in said if part)} in {result.folder}/spec.yaml", style)
    _row("report", result.report, style)
    _row("next", _next(result), style)


def tell_unread(unread: Sequence[str], style: Style) -> None:
    """Say how many sentences of the text are not in the Spec, and quote the first of them."""
    if not unread:
        return
    verb = "is" if len(unread) == 1 else "are"
    style.line(f"  {style.mark(WARNING, 10)} {_count(len(unread), 'sentence')} of the text {verb} not in the Spec:")
    for sentence in unread[:SHOWN_SENTENCES]:
        style.line(f"             {printable(shortened(sentence, SENTENCE)).rstrip()}")
    more = len(unread) - SHOWN_SENTENCES
    more_said = f"and {more} more; " if more > 0 else ""
    style.line(f"             {more_said}each is a question in the Spec")


def _check(check: Check, style: Style) -> None:
    figures = ", ".join(f"{_words(name)} {value:g}{unit}" for name, unit, value in _figures(check))
    title = shortened(check.title, TITLE)
    note = ", ".join(part for part in (check.summary, figures) if part)
    style.line(f"  {style.mark(BY_STATUS[check.status.value], 10)} {title} {seconds(check.seconds):>7}  {note}")
    for finding in check.findings[:SHOWN_FINDINGS]:
        place = f"{finding.path}:{finding.line}" if finding.line else finding.path
        where = ", ".join(part for part in (place, finding.element) if part)
        said = " ".join(f"{where}: {finding.message}".removeprefix(": ").split())
        style.line(f"             {printable(shortened(said, FINDING)).rstrip()}")
    if len(check.findings) > SHOWN_FINDINGS:
        style.line(f"             and {len(check.findings) - SHOWN_FINDINGS} more in the report")


def _figures(check: Check) -> list[tuple[str, str, float]]:
    """Name, unit and value of what was measured and the summary does not say already."""
    return [
        (name.removesuffix("_percent"), " %" if name.endswith("_percent") else "", round(value, 1))
        for name, value in check.figures.items()
        if f"{round(value, 1):g}" not in check.summary
    ]


def _words(name: str) -> str:
    return name.replace("_", " ")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}" if number else ""


def _next(result: BuildResult) -> str:
    if result.outcome is Outcome.RED:
        return f"read the report; {shlex.quote(result.folder)} is kept for looking, the target is as it was"
    return f"ql run {shlex.quote(result.folder)}"


def _row(label: str, text: str, style: Style) -> None:
    style.line(f"  {style.paint(f'{label:<8}', 'dim')} {one_line(text)}")
