"""The outline of a text: headings, list items, rows and paragraphs, each character knowing where it came from."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise

from quantumlayer.qlayer.parser.models import Requirement
from quantumlayer.qlayer.parser.text.numbering import SECTION, without_number

_HEADING = re.compile(r"^\s{0,3}(#{1,6})\s+(.*?)\s*#*\s*$")
_BOLD = re.compile(r"^\s*(?:\*\*|__)(?P<title>[^*_.!?]{1,60}?):?(?:\*\*|__):?\s*$")
_IN_BOLD = re.compile(r"\s*(?:\*\*|__)([\w -]{1,60}:?)(?:\*\*|__)")
_NUMBER = re.compile(r"\d{1,2}(?:\.\d{1,2})*[.)]?\s+(?=[A-Z])")
_UNDERLINE = re.compile(r"^\s{0,3}(=+|-+)\s*$")
_ITEM = re.compile(r"^\s*(?:[-*+\u2022]|\(?\d{1,3}[.)])\s+(?:\[[ xX]\]\s+)?")
_FENCE = re.compile(r"^\s*(?:```|~~~)\s*(?P<language>\w*)")
_SCENARIO = re.compile(r"^\s*(?:Feature|Background|Scenario(?: Outline| Template)?)\s*:")
_STEP = re.compile(r"^\s*(?:[-*+]\s+)?\**(?P<word>Given|When|Then|And|But)\b\**\s")
_OF_FEATURE = re.compile(
    r"^\s*(?:(?:Feature|Rule|Background|Examples?|Scenarios?(?: Outline| Template)?)\s*:|@\w|\||\"\"\""
    r"|As an? |I want |So that )"
)
_FEATURE_LINES = 25
"""How far below the first line of a feature its first step stands at most."""
_DEEPEST = 7
"""The level of a line in bold, which is a heading below all others."""
_RULE = re.compile(r"^\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$")
_BAR = re.compile(r"(?<!\\)\|")
_MARKS = re.compile(r"\*\*|__|`|\\(?=\|)|(?<!\w)[*_](?=\w)|(?<=\w)[*_](?!\w)")


class Kind(StrEnum):
    """What part of the outline a block is.

    A `LEAD` introduces what stands below it, and its words are read with that. A `ROLE` is the name of somebody who
    acts. `OUTSIDE` is what the text says that the service is not to do.
    """

    HEADING = "heading"
    ITEM = "item"
    PROSE = "prose"
    CODE = "code"
    ROW = "row"
    SCENARIO = "scenario"
    LEAD = "lead"
    ROLE = "role"
    OUTSIDE = "outside"


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of a text without its markup.

    Args:
        file: Name of the requirement.
        kind: Its part in the outline.
        text: Its words, blanks collapsed.
        places: For each character of `text` its offset in the requirement.
        level: Depth of a heading, indentation of an item; 0 for the first row of a table.
        cells: The cells of a row, the lines of a scenario; an empty cell has no words.
        bold: How many of its first characters are in bold type.
    """

    file: str
    kind: Kind
    text: str
    places: tuple[int, ...]
    level: int = 0
    cells: tuple["Block", ...] = ()
    bold: int = 0


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)

    @property
    def blank(self) -> bool:
        return not self.text.strip()


def blocks(requirement: Requirement) -> list[Block]:
    """The outline of a requirement, in order."""
    outline = _Outline(requirement)
    outline.read()
    return [_title(block, first=index == 0) for index, block in enumerate(outline.found)]


class _Outline:
    """Reads a text line by line."""

    def __init__(self, requirement: Requirement) -> None:
        self.found: list[Block] = []
        self._requirement = requirement
        self._lines = list(_lines(requirement.text))
        self._pending: list[tuple[int, int]] = []
        self._kind, self._level = Kind.PROSE, 0
        self._numbered = False
        self._begin: int | None = None  # where the number in front of a block stands

    def read(self) -> None:
        """Find all blocks."""
        place = 0
        while place < len(self._lines):
            place = self._fenced(place) or self._feature(place) or self._table(place) or self._line(place)
        self._close()

    def _fenced(self, place: int) -> int:
        """The line behind a block of code that begins here, else 0; one that is left open reaches to the end."""
        fence = _FENCE.match(self._lines[place].text)
        if fence is None:
            return 0
        self._close()
        end = place + 1
        while end < len(self._lines) and not _FENCE.match(self._lines[end].text):
            end += 1
        inner = self._lines[place + 1 : end]
        if fence["language"].lower() in {"gherkin", "feature", "cucumber"}:
            self._begin = self._lines[place].start
            self._scenario(inner)
        elif (block := self._block(Kind.CODE, [(line.start, line.end) for line in inner])) is not None:
            self.found.append(block)
        return end + 1

    def _feature(self, place: int) -> int:
        """The line behind scenarios that begin here without a fence around them, else 0."""
        text = self._lines[place].text
        step = _STEP.match(text)
        following = [line.text for line in self._lines[place + 1 : place + _FEATURE_LINES] if not line.blank]
        steps = [found["word"] for line in following if (found := _STEP.match(line))]
        begins = (step and step["word"] == "Given" and following and _STEP.match(following[0])) or _SCENARIO.match(text)
        if not begins or not {"When", "Then"} & set(steps):
            return 0
        self._close()
        end = place + 1
        while end < len(self._lines) and self._goes_on(end):
            end += 1
        self._scenario(self._lines[place:end])
        return end

    def _goes_on(self, place: int) -> bool:
        """Whether a line belongs to the scenarios above it: its form says so, or it is indented below them."""
        line = self._lines[place]
        after = next((other for other in self._lines[place:] if not other.blank), None)
        if line.blank and after is not None:
            return bool(_OF_FEATURE.match(after.text) or _STEP.match(after.text))
        return bool(_OF_FEATURE.match(line.text) or _STEP.match(line.text)) or line.text[:1] in " \t"

    def _scenario(self, lines: Sequence[_Line]) -> None:
        begins = [item.end() if (item := _ITEM.match(line.text)) else 0 for line in lines]
        spans = [(line.start + begin, line.end) for line, begin in zip(lines, begins, strict=True) if not line.blank]
        cells = [self._block(Kind.PROSE, [span]) for span in spans]
        known = tuple(cell for cell in cells if cell is not None)
        if known and self._begin is not None:
            known = (replace(known[0], places=(self._begin, *known[0].places[1:])), *known[1:])
            self._begin = None
        if known:
            whole = self._block(Kind.SCENARIO, [(known[0].places[0], known[-1].places[-1] + 1)])
            if whole is not None:
                self.found.append(replace(whole, cells=known))

    def _table(self, place: int) -> int:
        """The line behind a table that begins here, else 0."""
        lines = [line.text.strip() for line in self._lines[place : place + 2]]
        ruled = len(lines) == 2 and "|" in lines[0] and "-" in lines[1] and bool(_RULE.match(lines[1]))
        if not ruled and not (len(lines) == 2 and all(line[:1] == line[-1:] == "|" for line in lines)):
            return 0
        self._close()
        first = place
        while place < len(self._lines) and "|" in self._lines[place].text:
            line = self._lines[place]
            if not ("-" in line.text and _RULE.match(line.text)) and (row := self._row(line)) is not None:
                self.found.append(replace(row, level=place - first))
            place += 1
        return place

    def _row(self, line: _Line) -> Block | None:
        whole = self._block(Kind.ROW, [(line.start, line.end)])
        bars = [found.start() for found in _BAR.finditer(line.text)]
        left = [] if line.text.lstrip().startswith("|") else [-1]
        right = [] if line.text.rstrip().endswith("|") else [len(line.text)]
        inner = [(line.start + a + 1, line.start + b) for a, b in pairwise([*left, *bars, *right])]
        cells = [self._block(Kind.PROSE, [span]) or Block(self._requirement.name, Kind.PROSE, "", ()) for span in inner]
        return replace(whole, cells=tuple(cells)) if whole is not None else None

    def _line(self, place: int) -> int:
        """Take one line in, and give the next."""
        line = self._lines[place]
        if line.blank:
            self._close()
            self._kind = Kind.PROSE
        elif heading := _HEADING.match(line.text):
            self._close()
            number = _NUMBER.match(heading[2])
            length = number.end() if number else without_number(heading[2], opening=True)
            begin = heading.start(2) + length
            self._begin = line.start + heading.start(2)
            self._head(line.start + begin, line.start + heading.end(2), len(heading[1]))
        elif (bold := _BOLD.match(line.text)) and not self._pending:
            self._head(line.start + bold.start("title"), line.start + bold.end("title"), _DEEPEST)
        elif _UNDERLINE.match(line.text) and len(self._pending) == 1:
            self._kind, self._level = Kind.HEADING, 1 if "=" in line.text else 2
            self._close()
        elif (section := SECTION.match(line.text)) and self._stands_alone(place):
            self._close()
            self._begin = line.start + section.start("n")
            self._head(line.start + section.start("title"), line.start + section.end("title"), section["n"].count("."))
        else:
            self._words(line)
        return place + 1

    def _head(self, start: int, end: int, level: int) -> None:
        self._kind, self._level, self._pending = Kind.HEADING, level, [(start, end)]
        self._close()

    def _stands_alone(self, place: int) -> bool:
        """Whether a numbered line is a heading rather than one item of a numbered list."""
        before = self._lines[place - 1] if place else None
        after = self._lines[place + 1] if place + 1 < len(self._lines) else None
        opened = before is None or before.blank or (bool(self.found) and not self._pending)
        return opened and after is not None and not SECTION.match(after.text)

    def _words(self, line: _Line) -> None:
        item = _ITEM.match(line.text)
        begin = item.end() if item else 0
        ended = bool(self._pending) and self._requirement.text[slice(*self._pending[-1])].rstrip()[-1:] in ".;:!?"
        opening = item is not None or not self._pending or (self._numbered and ended)
        number = without_number(line.text[begin:], opening=opening)
        if item or number:
            self._close()
            self._numbered = bool(number)
            front = line.text[: begin + number]
            if any(char.isalnum() for char in front):
                self._begin = line.start + len(front) - len(front.lstrip())
            self._kind = Kind.ITEM
            self._level = len(line.text) - len(line.text.lstrip())
        self._pending.append((line.start + begin + number, line.end))

    def _close(self) -> None:
        block = self._block(self._kind, self._pending)
        if block is not None:
            # A number is no part of what is said, but of where it is said.
            places = block.places if self._begin is None else (self._begin, *block.places[1:])
            self.found.append(replace(block, places=places))
        self._kind, self._level, self._pending, self._numbered, self._begin = Kind.PROSE, 0, [], False, None

    def _block(self, kind: Kind, spans: Sequence[tuple[int, int]]) -> Block | None:
        chars: list[str] = []
        places: list[int] = []
        for start, end in spans:
            raw = self._requirement.text[start:end]
            marks = _MARKS.finditer(raw) if kind is not Kind.CODE else ()
            marked = {index for mark in marks for index in range(*mark.span())}
            for index, char in enumerate(raw):
                if index in marked or (unicodedata.category(char) in {"Cf", "Cc"} and char not in "\t\n\r\f\v"):
                    continue
                if char.isspace() and (not chars or chars[-1] == " "):
                    continue
                chars.append(" " if char.isspace() else char)
                places.append(start + index)
        while chars and chars[-1] == " ":
            chars.pop()
            places.pop()
        level = self._level if kind in {Kind.HEADING, Kind.ITEM} else 0
        text = "".join(chars)
        bold = _bold(self._requirement.text[slice(*spans[0])]) if kind in {Kind.ITEM, Kind.PROSE} and spans else 0
        return Block(self._requirement.name, kind, text, tuple(places), level, bold=bold) if chars else None


def _bold(line: str) -> int:
    """How many characters at the beginning of a line are in bold type."""
    found = _IN_BOLD.match(line)
    return len(found[1].rstrip(":")) if found else 0


def _lines(text: str) -> Iterator[_Line]:
    start = 0
    for line in text.splitlines(keepends=True):
        yield _Line(line, start)
        start += len(line)


def _title(block: Block, *, first: bool) -> Block:
    """A short first line that ends without a point is the title, marked as one or not."""
    words = block.text.split()
    plain = block.kind is Kind.PROSE and len(words) <= 6 and block.text[-1] not in ".:;!?"
    # A finite verb would make it a sentence; a title has none, and a comma or a colon belongs to a list.
    titled = plain and not re.search(r"[,:]|\b(is|are|has|have|can|may|must)\b", block.text.lower())
    return replace(block, kind=Kind.HEADING) if first and titled else block
