"""Shows the events of a run while they happen: as a tree, as plain lines, or as JSON."""

import sys
import time
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from quantumlayer.cli.style import (
    BROKEN,
    BY_STATUS,
    DONE,
    RUNNING,
    WARNING,
    Mark,
    Style,
    one_line,
    printable,
    seconds,
    shortened,
)
from quantumlayer.core.events import Event, EventKind

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult

TITLE = 46
"""Most columns of a task's title."""

ENDS = {EventKind.TASK_FINISHED, EventKind.TASK_FAILED}


@dataclass(slots=True)
class Span:
    """A task as it is shown: `began` is the moment on the monotonic clock, `took` its seconds once it ended."""

    title: str
    group: str
    estimate: float
    began: float
    mark: Mark = RUNNING
    took: float | None = None
    note: str = ""


@dataclass(slots=True)
class Spans:
    """The tasks of a run in the order in which they began, by id."""

    by_task: dict[str, Span] = field(default_factory=dict)

    def take(self, event: Event) -> Span | None:
        """Note an event; the task that it changed, if it did."""
        data = event.data
        if event.kind is EventKind.TASK_STARTED:
            span = Span(str(data["title"]), str(data["group"]), _number(data["estimate"]), time.monotonic())
            self.by_task[event.task] = span
            return span
        known = self.by_task.get(event.task)
        if known is None:
            return None
        if event.kind is EventKind.TASK_PROGRESS:
            known.note = _progress(event)
        elif event.kind is EventKind.CHECK_FINISHED:
            known.mark = BY_STATUS[str(data["status"])]
            known.note = str(data["summary"])
        elif event.kind in ENDS:
            _end(known, event)
        return known


def _end(span: Span, event: Event) -> None:
    span.took = _number(event.data["seconds"])
    if event.kind is EventKind.TASK_FAILED:
        span.mark, span.note = BROKEN, str(event.data["error"])
    elif span.mark is RUNNING:
        span.mark = DONE
    span.note = str(event.data.get("summary") or span.note)


def _progress(event: Event) -> str:
    data = event.data
    return str(data.get("doing") or data.get("warning") or "")


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


class JsonLines:
    """One event a line on standard output, at once."""

    def __call__(self, event: Event) -> None:
        """Write an event."""
        sys.stdout.write(event.model_dump_json() + "\n")
        sys.stdout.flush()


class Lines:
    """A line when something begins to be slow or ends, for logs and pipes.

    Args:
        style: Where the lines go.
    """

    def __init__(self, style: Style) -> None:
        self._style = style
        self._spans = Spans()

    def __call__(self, event: Event) -> None:
        """Write a line, where the event is worth one."""
        span = self._spans.take(event)
        if event.kind is EventKind.RUN_STARTED:
            self._style.line(one_line(f"building {event.data['target']} from {_inputs(event)}"))
        elif event.kind is EventKind.TASK_PROGRESS and span is not None and span.note:
            mark = WARNING if "warning" in event.data else RUNNING
            self._style.line(f"{self._style.mark(mark, 10)} {one_line(span.title)}: {one_line(span.note)}")
        elif span is not None and event.kind in ENDS:
            self._style.line(_line(span, self._style.mark(span.mark, 10), time.monotonic()))


class Tree:
    """The tasks as a tree on a terminal: it lives while the run does, then stays in the scrollback.

    Args:
        style: The terminal.
    """

    def __init__(self, style: Style) -> None:
        from rich.console import Console  # noqa: PLC0415  only a terminal needs it, and it is not free
        from rich.live import Live  # noqa: PLC0415  as above

        self._style = style
        self._spans = Spans()
        self._ended = False
        console = Console(file=style.stream, highlight=False, markup=False, emoji=False)
        self._live = Live(self, console=console, refresh_per_second=8, redirect_stdout=False, redirect_stderr=False)

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended = True
        self._live.stop()

    def __call__(self, event: Event) -> None:
        """Take an event; the terminal follows within an eighth of a second."""
        if event.kind is EventKind.TASK_PROGRESS and "warning" in event.data:
            self._live.console.print(f"{WARNING.glyph} {WARNING.word}  {one_line(str(event.data['warning']))}")
        self._spans.take(event)
        if event.seq == 1:
            self._live.refresh()

    def __rich_console__(self, console: "Console", options: "ConsoleOptions") -> "RenderResult":
        """The tree as it stands; while it grows past the terminal, its end."""
        from rich.text import Text  # noqa: PLC0415  see above

        lines = self._lines()
        if not self._ended:
            lines = lines[-max(1, options.size.height - 1) :]
        for text, mark in lines:
            shown = Text(text, no_wrap=True, overflow="ellipsis")
            if mark is None:
                shown.stylize("bold")
            else:
                start = text.index(mark.word) - 2
                shown.stylize(mark.colour, start, start + 2 + len(mark.word))
            yield shown

    def _lines(self) -> list[tuple[str, Mark | None]]:
        """Each line of the tree, and its mark unless it is a heading."""
        now = time.monotonic()
        width = min(TITLE, max((len(span.title) for span in self._spans.by_task.values()), default=0))
        groups: dict[str, list[Span]] = {}
        for span in list(self._spans.by_task.values()):
            groups.setdefault(span.group, []).append(span)
        lines: list[tuple[str, Mark | None]] = []
        for group, spans in groups.items():
            end = max(now if span.took is None else span.began + span.took for span in spans)
            took = end - min(span.began for span in spans)
            lines.append((f"{group}  {seconds(took)}", None))
            for span in spans:
                branch = self._branch(last=span is spans[-1])
                glyph = span.mark.glyph if self._style.unicode else span.mark.plain
                lines.append((f"{branch} {_line(span, f'{glyph} {span.mark.word}'.ljust(10), now, width)}", span.mark))
        return lines

    def _branch(self, *, last: bool) -> str:
        if not self._style.unicode:
            return "`-" if last else "|-"
        return "╰─" if last else "├─"


Watching = Lines | Tree | JsonLines


def watcher(*, as_json: bool) -> tuple[Watching, AbstractContextManager[object]]:
    """What shows a run on this terminal or pipe, and the context in which it does."""
    if as_json:
        return JsonLines(), nullcontext()
    style = Style(sys.stderr)
    if not style.live:
        return Lines(style), nullcontext()
    tree = Tree(style)
    return tree, tree


def _line(span: Span, mark: str, now: float, width: int = TITLE) -> str:
    took = seconds(now - span.began if span.took is None else span.took)
    if span.took is None and span.estimate >= 1:
        took = f"{took} of {seconds(span.estimate)}"
    return f"{mark} {shortened(printable(span.title), width)} {took:>7}  {printable(span.note)}".rstrip().replace(
        "\n", " "
    )


def _inputs(event: Event) -> str:
    inputs = event.data["inputs"]
    return ", ".join(map(str, inputs)) if isinstance(inputs, list) else str(inputs)
