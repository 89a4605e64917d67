"""How words look: a glyph, a word and a colour together, never a colour alone."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TextIO


@dataclass(frozen=True, slots=True)
class Mark:
    """The look of a state.

    Args:
        glyph: One character.
        plain: The glyph where the terminal has no Unicode.
        word: What it means.
        colour: Name of an ANSI colour, as rich has it too.
    """

    glyph: str
    plain: str
    word: str
    colour: str


PASSED = Mark("✓", "+", "passed", "green")
DONE = Mark("✓", "+", "done", "green")
FAILED = Mark("✗", "x", "failed", "red")
BROKEN = Mark("✗", "x", "error", "red")
STOPPED = Mark("■", "#", "stopped", "yellow")
RUNNING = Mark("●", "*", "running", "blue")
OPEN = Mark("○", "o", "open", "yellow")
WARNING = Mark("!", "!", "warning", "yellow")

BY_STATUS = {"passed": PASSED, "failed": FAILED, "error": BROKEN}
BY_OUTCOME = {
    "green": Mark("✓", "+", "green", "green"),
    "incomplete": Mark("○", "o", "incomplete", "yellow"),
    "red": Mark("✗", "x", "red", "red"),
}

_ANSI = {"red": 31, "green": 32, "yellow": 33, "blue": 34, "bold": 1, "dim": 2}


class Style:
    """Writes for one stream, as colourful as it can show.

    Args:
        stream: Where the text goes.
        environment: Tells `NO_COLOR` and `TERM`.
    """

    def __init__(self, stream: TextIO, environment: Mapping[str, str] = os.environ) -> None:
        self.stream = stream
        self.live = stream.isatty() and environment.get("TERM", "dumb") != "dumb"
        self.colour = self.live and not environment.get("NO_COLOR")
        self.unicode = _can_show(stream, "✓✗■●○╰├│")

    def paint(self, text: str, colour: str) -> str:
        """The text in a colour, where there is colour."""
        return f"\x1b[{_ANSI[colour]}m{text}\x1b[0m" if self.colour else text

    def mark(self, mark: Mark, width: int = 0) -> str:
        """Glyph and word, padded to a width in characters."""
        text = f"{mark.glyph if self.unicode else mark.plain} {mark.word}"
        return self.paint(text, mark.colour) + " " * max(0, width - len(text))

    def line(self, text: str = "") -> None:
        """Write a line at once. What the stream's encoding lacks is shown as a question mark."""
        encoding = self.stream.encoding or "utf-8"
        self.stream.write(text.encode(encoding, "replace").decode(encoding) + "\n")
        self.stream.flush()


def seconds(value: float) -> str:
    """A duration as people read it: `0.3 s`, `12 s`, `2 min 5 s`."""
    if value < 9.95:
        return f"{value:.1f} s"
    if value < 59.5:
        return f"{value:.0f} s"
    minutes, rest = divmod(round(value), 60)
    return f"{minutes} min {rest} s"


def printable(text: str) -> str:
    """Text from a file or a name, without characters that would steer the terminal."""
    return "".join(char if char.isprintable() or char == "\n" else "\ufffd" for char in text)


def one_line(text: str) -> str:
    """Printable text without line breaks: a file's name may hold them."""
    return printable(text).replace("\n", "\ufffd")


def shortened(text: str, width: int) -> str:
    """Text in exactly so many columns."""
    return f"{text:<{width}}" if len(text) <= width else f"{text[: width - 1]}…"


def _can_show(stream: TextIO, text: str) -> bool:
    try:
        text.encode(stream.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
