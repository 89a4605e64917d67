"""Words look the same everywhere, and never depend on colour alone."""

import io

import pytest

from quantumlayer.cli.style import PASSED, Style, printable, seconds, shortened


class Terminal(io.TextIOWrapper):
    """A stream that says it is a terminal."""

    def __init__(self, encoding: str = "utf-8") -> None:
        self.bytes = io.BytesIO()
        super().__init__(self.bytes, encoding=encoding)

    def isatty(self) -> bool:
        return True

    def shown(self) -> str:
        self.flush()
        return self.bytes.getvalue().decode(self.encoding)


@pytest.mark.parametrize(
    ("environment", "shown"),
    [
        ({"TERM": "xterm"}, "\x1b[32m✓ passed\x1b[0m"),
        ({"TERM": "xterm", "NO_COLOR": "1"}, "✓ passed"),
        ({"TERM": "dumb"}, "✓ passed"),
        ({}, "✓ passed"),
    ],
)
def test_colour_only_where_it_is_wanted(environment: dict[str, str], shown: str) -> None:
    assert Style(Terminal(), environment).mark(PASSED) == shown


def test_a_pipe_has_no_colour() -> None:
    style = Style(io.StringIO(), {"TERM": "xterm"})
    assert (style.live, style.mark(PASSED, 10)) == (False, "+ passed  ")


def test_a_terminal_without_unicode_gets_plain_glyphs() -> None:
    terminal = Terminal("ascii")
    style = Style(terminal, {})
    style.line(f"{style.mark(PASSED)} größer")
    assert terminal.shown() == "+ passed gr??er\n"


@pytest.mark.parametrize(
    ("value", "shown"), [(0.04, "0.0 s"), (9.94, "9.9 s"), (9.96, "10 s"), (59.4, "59 s"), (125, "2 min 5 s")]
)
def test_durations_read_well(value: float, shown: str) -> None:
    assert seconds(value) == shown


def test_foreign_text_does_not_steer_the_terminal() -> None:
    assert printable("a\x1b[2Jb\nc\u202ed") == "a\ufffd[2Jb\nc\ufffdd"


@pytest.mark.parametrize(("width", "shown"), [(3, "to…"), (4, "tool"), (6, "tool  ")])
def test_text_fits_its_column(width: int, shown: str) -> None:
    assert shortened("tool", width) == shown
