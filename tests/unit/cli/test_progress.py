"""A run is shown while it happens, and what is shown stays."""

import io
import json
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from pydantic import JsonValue

from quantumlayer.cli.progress import JsonLines, Lines, Tree, watcher
from quantumlayer.cli.style import Style
from quantumlayer.core.events import Event, EventKind
from quantumlayer.core.journal import Journal


class Clock:
    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC)

    def seconds(self) -> float:
        return 0.0


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


class PlainTerminal(Terminal):
    encoding = "ascii"


@pytest.fixture(autouse=True)
def _terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("LINES", "24")


def events(parts: int = 2) -> Iterator[tuple[EventKind, str, dict[str, JsonValue]]]:
    def started(title: str, group: str, estimate: float = 0.1) -> dict[str, JsonValue]:
        return {"title": title, "group": group, "estimate": estimate}

    yield EventKind.RUN_STARTED, "", {"inputs": ["a.md", "b.md"], "target": "shop"}
    yield EventKind.TASK_STARTED, "read", started("read the inputs", "read")
    yield EventKind.TASK_PROGRESS, "read", {"doing": "loading the language model"}
    yield EventKind.TASK_PROGRESS, "read", {"warning": "b.md:3: odd"}
    yield EventKind.TASK_FINISHED, "read", {"seconds": 1.25, "summary": "3 entities"}
    for number in range(parts):
        yield EventKind.TASK_STARTED, f"g{number}", started(f"part {number}", "generate")
        yield EventKind.TASK_FINISHED, f"g{number}", {"seconds": 0.5}
    yield EventKind.ARTIFACT_WRITTEN, "g0", {"path": "a.py"}
    yield EventKind.TASK_STARTED, "lint", started("Lint rules hold", "check")
    yield EventKind.CHECK_FINISHED, "lint", {"status": "failed", "summary": "2 findings"}
    yield EventKind.TASK_FINISHED, "lint", {"seconds": 0.75}
    yield EventKind.TASK_STARTED, "types", started("Types are right", "check", 4.0)
    yield EventKind.TASK_FAILED, "types", {"seconds": 61.0, "error": "no\nmypy", "code": "QL2001"}
    yield EventKind.TASK_PROGRESS, "unheard of", {}
    yield EventKind.RUN_FINISHED, "", {"outcome": "red", "seconds": 70.0}


def journal_to(show: Lines | Tree | JsonLines) -> Journal:
    return Journal("r", Clock(), [show])


def feed(show: Lines | Tree | JsonLines, parts: int = 2) -> None:
    journal = journal_to(show)
    for kind, task, data in events(parts):
        journal.emit(kind, task, **data)


def test_a_pipe_gets_a_line_for_what_ended() -> None:
    stream = io.StringIO()
    feed(Lines(Style(stream)))
    assert [re.sub(r" {2,}", "  ", line) for line in stream.getvalue().splitlines()] == [
        "building shop from a.md, b.md",
        "* running  read the inputs: loading the language model",
        "! warning  read the inputs: b.md:3: odd",
        "+ done  read the inputs  1.2 s  3 entities",
        "+ done  part 0  0.5 s",
        "+ done  part 1  0.5 s",
        "x failed  Lint rules hold  0.8 s  2 findings",
        "x error  Types are right  1 min 1 s  no mypy",
    ]


def last_frame(stream: io.StringIO) -> list[str]:
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "\n", stream.getvalue()).replace("\r", "\n")
    lines = [line.rstrip() for line in plain.splitlines() if line.strip()]
    start = max(index for index, line in enumerate(lines) if line.startswith("read  "))
    return "\n".join(lines[start:]).split("\n")


def test_a_terminal_gets_a_tree_that_stays() -> None:
    stream = Terminal()
    with Tree(Style(stream)) as tree:
        feed(tree)
    joined = " ".join(" ".join(last_frame(stream)).split())
    for part in ("✓ done read the inputs 1.2 s 3 entities", "✓ done part 1 0.5 s", "✗ failed Lint rules hold 0.8 s"):
        assert part in joined
    assert "✗ error Types are right 1 min 1 s no mypy" in joined
    assert [joined.index(group) for group in ("read ", "generate ", "check ")] == sorted(
        joined.index(group) for group in ("read ", "generate ", "check ")
    )
    assert joined.count("├─") == 2
    assert joined.count("╰─") == 3
    assert "! warning  b.md:3: odd" in stream.getvalue()


def test_a_tree_taller_than_the_terminal_shows_its_end_and_at_last_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINES", "6")
    stream = Terminal()
    with Tree(Style(stream)) as tree:
        feed(tree, parts=30)
        before = len(stream.getvalue())
    last = stream.getvalue()[before:]
    assert all(f"part {number} " in last for number in range(30))


def test_what_runs_is_shown_against_its_estimate() -> None:
    stream = Terminal()
    with Tree(Style(stream)) as tree:
        journal = journal_to(tree)
        journal.emit(EventKind.TASK_STARTED, "types", title="Types", group="check", estimate=4.0)
    assert "running" in stream.getvalue()
    assert "of 4.0 s" in stream.getvalue()


def test_a_terminal_without_unicode_gets_a_plain_tree() -> None:
    stream = PlainTerminal()
    with Tree(Style(stream)) as tree:
        feed(tree)
    assert stream.getvalue().isascii()
    assert "`-" in stream.getvalue()


def test_programs_get_every_event(capsys: pytest.CaptureFixture[str]) -> None:
    feed(JsonLines())
    lines = [Event.model_validate(json.loads(line)) for line in capsys.readouterr().out.splitlines()]
    assert [event.seq for event in lines] == list(range(1, len(list(events())) + 1))
    assert lines[-1].data == {"outcome": "red", "seconds": 70.0}


def test_what_watches_depends_on_who_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(watcher(as_json=True)[0], JsonLines)
    assert isinstance(watcher(as_json=False)[0], Lines)
    monkeypatch.setattr(sys, "stderr", Terminal())
    show, context = watcher(as_json=False)
    assert isinstance(show, Tree)
    assert context is show
