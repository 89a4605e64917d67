"""The outline of a text: headings, list items and paragraphs, each character knowing where it came from."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from quantumlayer.qlayer.parser.models import Requirement

_HEADING = re.compile(r"^\s{0,3}(#{1,6})\s+(.*?)\s*#*\s*$")
_UNDERLINE = re.compile(r"^\s{0,3}(=+|-+)\s*$")
_ITEM = re.compile(r"^\s*(?:[-*+\u2022]|\(?\d{1,3}[.)])\s+")
_FENCE = re.compile(r"^\s*(```|~~~)")
_MARKS = re.compile(r"\*\*|__|`|(?<!\w)[*_](?=\w)|(?<=\w)[*_](?!\w)")


class Kind(StrEnum):
    """What part of the outline a block is."""

    HEADING = "heading"
    ITEM = "item"
    PROSE = "prose"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of a text without its markup.

    Args:
        file: Name of the requirement.
        kind: Its part in the outline.
        text: Its words, blanks collapsed.
        places: For each character of `text` its offset in the requirement.
    """

    file: str
    kind: Kind
    text: str
    places: tuple[int, ...]


def blocks(requirement: Requirement) -> list[Block]:
    """The outline of a requirement, in order."""
    found: list[Block] = []
    pending: list[tuple[int, int]] = []
    kind = Kind.PROSE
    fenced = False

    def close(*, as_kind: Kind | None = None) -> None:
        nonlocal pending
        block = _block(requirement, as_kind or kind, pending)
        pending = []
        if block is not None:
            found.append(block)

    offset = 0
    for line in requirement.text.splitlines(keepends=True):
        start, offset = offset, offset + len(line)
        if _FENCE.match(line):
            close(as_kind=Kind.CODE if fenced else None)
            fenced = not fenced
            kind = Kind.CODE if fenced else Kind.PROSE
        elif fenced:
            pending.append((start, offset))
        elif not line.strip():
            close()
            kind = Kind.PROSE
        elif heading := _HEADING.match(line):
            close()
            pending = [(start + heading.start(2), start + heading.end(2))]
            close(as_kind=Kind.HEADING)
            kind = Kind.PROSE
        elif _UNDERLINE.match(line) and len(pending) == 1:
            close(as_kind=Kind.HEADING)
        elif item := _ITEM.match(line):
            close()
            kind = Kind.ITEM
            pending = [(start + item.end(), offset)]
        else:
            pending.append((start, offset))
    close()
    return [_title(block, first=index == 0) for index, block in enumerate(found)]


def _title(block: Block, *, first: bool) -> Block:
    """A short first line that ends without a point is the title, marked as one or not."""
    words = block.text.split()
    plain = block.kind is Kind.PROSE and len(words) <= 6 and block.text[-1] not in ".:;!?"
    # A finite verb would make it a sentence; a title has none, and a comma or a colon belongs to a list.
    titled = plain and not re.search(r"[,:]|\b(is|are|has|have|can|may|must)\b", block.text.lower())
    return Block(block.file, Kind.HEADING, block.text, block.places) if first and titled else block


def _block(requirement: Requirement, kind: Kind, spans: list[tuple[int, int]]) -> Block | None:
    chars: list[str] = []
    places: list[int] = []
    for start, end in spans:
        raw = requirement.text[start:end]
        marked = (
            {index for mark in _MARKS.finditer(raw) for index in range(*mark.span())} if kind != Kind.CODE else set()
        )
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
    if not chars:
        return None
    return Block(requirement.name, kind, "".join(chars), tuple(places))
