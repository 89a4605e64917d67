"""Reads what a person gives: Specs, OpenAPI documents, SQL schemas and texts, told apart by name and content."""

import asyncio
import os
import re
import select
import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from quantumlayer.factory.errors import (
    InputEmptyError,
    InputFormatError,
    InputMissingError,
    InputTooLargeError,
)

MAX_BYTES = 5 * 1024 * 1024
"""Largest input in bytes; what an engine can read may be less."""

PIECE = 1024 * 1024
"""Most bytes that are asked for at once."""

LOOK_SECONDS = 0.05
"""Seconds between two looks at what another program is to write."""

PATIENCE = 20
"""How many looks in vain are not worth a word."""

_OWN = re.compile(r"/dev/(?:stdin|fd/(\d{1,6}))")
"""The files that this process was started with, such as `<(...)`."""

_FORMATS = (
    (b"%PDF-", "a PDF", "Save its text with `pdftotext FILE.pdf` and give that file."),
    (b"PK\x03\x04", "a Word document or an archive", "Unpack it, or save the document as plain text."),
    (b"\xd0\xcf\x11\xe0", "a Word document", "Save it as plain text in the word processor."),
    (b"{\\rtf", "a document in Rich Text Format", "Save it as plain text in the word processor."),
    (b"\x1f\x8b", "a compressed archive", "Unpack it and give the text inside."),
    (b"\x89PNG", "a picture", "Write down what it shows."),
    (b"\xff\xd8\xff", "a picture", "Write down what it shows."),
    (b"GIF8", "a picture", "Write down what it shows."),
    (b"\x7fELF", "a program", "Describe in sentences what the service is to do."),
    (b"SQLite format 3", "a database", "Describe in sentences what is kept in it."),
)
_BEGINS = re.compile(r"\ufeff?(?:%YAML[^\n]*\n|---[^\n]*\n|#[^\n]*\n|[ \t\r]*\n)*(?=[\"']?[a-z_]+[\"']?[ \t]*:)")
"""What may stand before the first key of a Spec."""

_KEY = re.compile(r"^\ufeff?[\"']?([a-z_]+)[\"']?[ \t]*:", re.MULTILINE)
_CONTRACT = re.compile(r"^\ufeff?[\"']?(?:openapi|swagger)[\"']?[ \t]*:[ \t]*[\"']?\d", re.MULTILINE)
_CONTRACT_JSON = re.compile(r"\"(?:openapi|swagger)\"\s*:\s*\"?\d")
_HEAD = 8192
_SQL = ".sql"
_TABLE = re.compile(
    r"(?:\ufeff|\s|--[^\n]*\n|/\*.*?\*/)*(?=(?:create|drop|set|begin|pragma|use|start)\b)"
    r"(?=.*\bcreate\s+(?:\w+\s+)?table\s[^\n(]{1,200}\()",
    re.IGNORECASE | re.DOTALL,
)
"""What a script that makes tables begins with."""
_YAML = frozenset({".yaml", ".yml"})
_PARTS = frozenset({"service", "roles", "entities", "operations", "queries"})
"""Keys of a Spec, of which two are no coincidence even where `spec` is forgotten."""


@dataclass(frozen=True, slots=True)
class Input:
    """A readable file.

    Args:
        path: The file as it was named.
        text: All of it.
        is_spec: Whether it is a Spec.
        is_contract: Whether it is an OpenAPI document.
        is_schema: Whether it is an SQL schema; what is none of these is text of a person.
    """

    path: Path
    text: str
    is_spec: bool
    is_contract: bool = False
    is_schema: bool = False

    @property
    def is_prose(self) -> bool:
        """Whether a person wrote it in sentences."""
        return not (self.is_spec or self.is_contract or self.is_schema)


async def read_inputs(paths: Sequence[Path], waiting: Callable[[str], None] = lambda _: None) -> tuple[Input, ...]:
    """The inputs of a build: Specs, OpenAPI documents, SQL schemas and texts, as many as there are.

    What another program or a person is still to write (a pipe, `<(...)`, standard input) is waited for, as long as it
    takes.

    Args:
        paths: The inputs as they were named.
        waiting: Told what is waited for, once for each input that lets itself be waited for.

    Raises:
        InputMissingError: A file cannot be read.
        InputFormatError: A file is no text in UTF-8.
        InputEmptyError: A file holds nothing but blanks.
        InputTooLargeError: A file is larger than `MAX_BYTES`.
    """
    return tuple([_judged(path, await _content(path, waiting)) for path in paths])


def _judged(path: Path, content: bytes) -> Input:
    for magic, what, advice in _FORMATS:
        if content.startswith(magic):
            raise InputFormatError(f"{path} is {what}", why="only text and a Spec can be read", hint=advice)
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        hint = f"Save it in UTF-8: `iconv -f UTF-16 -t UTF-8 {shlex.quote(str(path))}`."
        raise InputFormatError(f"{path} is text in UTF-16", why="only UTF-8 can be read", hint=hint)
    if b"\0" in content:
        where = f"byte {content.index(0)} is zero"
        raise InputFormatError(f"{path} is a binary file", why=where)
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        hint = f"Save it in UTF-8: `iconv -f WINDOWS-1252 -t UTF-8 {shlex.quote(str(path))}`."
        why = f"line {line} holds the byte 0x{content[error.start]:02x}"
        raise InputFormatError(f"{path} is not text in UTF-8", why=why, hint=hint) from error
    if not text.strip("\ufeff \t\r\n\f\v"):
        raise InputEmptyError(f"{path} is empty")
    if _is_contract(text):
        return Input(path, text, is_spec=False, is_contract=True)
    if path.suffix.lower() == _SQL or _TABLE.match(text) is not None:
        return Input(path, text, is_spec=False, is_schema=True)
    return Input(path, text, is_spec=path.suffix.lower() in _YAML or _is_spec(text))


def _is_contract(text: str) -> bool:
    """Whether a text says near its beginning that it is an OpenAPI document; JSON may say so anywhere."""
    if text.lstrip("\ufeff \t\r\n").startswith("{"):
        return _CONTRACT_JSON.search(text) is not None
    return _CONTRACT.search(text[:_HEAD]) is not None


def _is_spec(text: str) -> bool:
    """Whether a text is a mapping with the keys of a Spec, in whatever order: YAML has none."""
    if _BEGINS.match(text) is None:
        return False
    keys = set(_KEY.findall(text))
    return "spec" in keys or len(keys & _PARTS) > 1


async def _content(path: Path, waiting: Callable[[str], None]) -> bytes:
    try:
        handle = _opened(path)
        try:
            content = await _received(handle, path, waiting)
        finally:
            os.close(handle)
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        hint = "Name /dev/stdin to read what is piped in." if str(path) == "-" else ""
        raise InputMissingError(f"{str(path)!r} cannot be read", why=reason, hint=hint) from error
    if len(content) > MAX_BYTES:
        raise InputTooLargeError(f"{path} is over {MAX_BYTES // 1024 // 1024} MB")
    return content


def _opened(path: Path) -> int:
    """A handle that reads the file, opened without waiting for anybody to write to it.

    Raises:
        InputFormatError: It is a folder.
        OSError: It cannot be opened.
        ValueError: No file can have its name.
    """
    if path.is_dir():
        texts = sorted(path.glob("*.md"))[:3]
        hint = f"Name the files in it: `ql build {shlex.join(map(str, texts))} ...`." if texts else ""
        raise InputFormatError(f"{path} is a folder", why="an input is a file", hint=hint)
    if own := _OWN.fullmatch(str(path)):
        return os.dup(int(own[1] or 0))  # to open it anew is refused where it is a socket or another user's terminal
    return os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY)


async def _received(handle: int, path: Path, waiting: Callable[[str], None]) -> bytes:
    """All that can be read, or one byte more than an input may have."""
    ready, content, looks = select.poll(), bytearray(), 0
    ready.register(handle, select.POLLIN)
    while len(content) <= MAX_BYTES:
        if not ready.poll(0):
            looks += 1
            if looks == PATIENCE:
                ended = "; end it with Ctrl-D" if os.isatty(handle) else ""
                waiting(f"waiting for {path} to be written{ended}")
            await asyncio.sleep(LOOK_SECONDS)
        elif piece := os.read(handle, min(PIECE, MAX_BYTES + 1 - len(content))):
            content += piece
        else:
            break
    return bytes(content)
