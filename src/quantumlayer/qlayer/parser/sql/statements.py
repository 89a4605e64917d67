"""The statements of a script or a dump that describe tables, and where they stand; data is passed over."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_TOKENS = re.compile(
    r"'(?:[^'\\]|\\.|'')*'|\"(?:[^\"]|\"\")*\"|`[^`]*`|\[[\w .-]+\]"  # texts and quoted names
    r"|--[^\n]*|\#[^\n]*|/\*.*?\*/|\$(?P<tag>\w*)\$.*?\$(?P=tag)\$"  # comments, and bodies of functions
    r"|;|^[ \t]*GO[ \t]*\r?$",  # ends
    re.DOTALL | re.MULTILINE,
)
_DESCRIBES = re.compile(
    r"(?:create\s+(?:(?:global|local)\s+)?(?:temp\w*\s+|unlogged\s+)?table|alter\s+table|create\s+type"
    r"|create\s+unique\s+index|comment\s+on)\b",
    re.IGNORECASE,
)
_LEADING = re.compile(r"(?:\s|\ufeff|--[^\n]*(?:\n|$)|#[^\n]*(?:\n|$)|/\*.*?\*/)*", re.DOTALL)
_COPY = re.compile(r"copy\b.*\bfrom\s+stdin\b", re.IGNORECASE | re.DOTALL)
_MARKS = {
    "tsql": re.compile(
        r"^[ \t]*GO[ \t]*\r?$|\bidentity\s*\(|\[dbo\]|\bcreate\s+table\s+\[", re.IGNORECASE | re.MULTILINE
    ),
    "mysql": re.compile(r"\bauto_increment\b|\bengine\s*=|`\w+`\s+\w", re.IGNORECASE),
    "sqlite": re.compile(r"\bautoincrement\b|^\s*pragma\b|\bwithout\s+rowid\b", re.IGNORECASE | re.MULTILINE),
}


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement.

    Args:
        text: Its characters, without comments before it and the semicolon behind it.
        start: Offset of its first character.
        end: One past its last character.
    """

    text: str
    start: int
    end: int


def statements(text: str) -> Iterator[Statement]:
    """The statements about tables, types and indexes, in order."""
    start = 0
    for found in _TOKENS.finditer(text):
        if found.start() < start or (found[0] != ";" and found[0].strip() != "GO"):
            continue
        statement = _stripped(text, start, found.start())
        start = found.end()
        if _COPY.match(statement.text):  # rows follow, up to a line with `\.`
            end = text.find("\n\\.", start)
            start = len(text) if end < 0 else end + 3
        elif _DESCRIBES.match(statement.text):
            yield statement
    last = _stripped(text, start, len(text))
    if _DESCRIBES.match(last.text):
        yield last


def dialect_of(text: str) -> str:
    """The dialect that a script looks like: `tsql`, `mysql`, `sqlite`, or `postgres` where nothing says otherwise."""
    return next((dialect for dialect, marks in _MARKS.items() if marks.search(text)), "postgres")


def _stripped(text: str, start: int, end: int) -> Statement:
    before = _LEADING.match(text, start, end)
    start = before.end() if before else start
    end = start + len(text[start:end].rstrip())
    return Statement(text[start:end], start, end)
