"""Reads what a person gives: a Spec or texts, told apart by their content."""

import re
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from quantumlayer.factory.errors import (
    InputEmptyError,
    InputFormatError,
    InputMissingError,
    InputTooLargeError,
    MixedInputsError,
)

MAX_BYTES = 5 * 1024 * 1024
"""Largest input in bytes; what an engine can read may be less."""

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
_PARTS = frozenset({"service", "roles", "entities", "operations"})
"""Keys of a Spec, of which two are no coincidence even where `spec` is forgotten."""


@dataclass(frozen=True, slots=True)
class Input:
    """A readable file.

    Args:
        path: The file as it was named.
        text: All of it.
        is_spec: Whether it is a Spec; else it is text of a person.
    """

    path: Path
    text: str
    is_spec: bool


def read_inputs(paths: Sequence[Path]) -> tuple[Input, ...]:
    """The inputs of a build: one Spec, or texts.

    Raises:
        InputMissingError: A file cannot be read.
        InputFormatError: A file is no text in UTF-8.
        InputEmptyError: A file holds nothing but blanks.
        InputTooLargeError: A file is larger than `MAX_BYTES`.
        MixedInputsError: There is a Spec and something beside it.
    """
    inputs = tuple(_read(path) for path in paths)
    specs = [str(one.path) for one in inputs if one.is_spec]
    if specs and len(inputs) > 1:
        others = [str(one.path) for one in inputs if not one.is_spec]
        why = f"{', '.join(specs)}: a Spec" + (f"; {', '.join(others)}: text" if others else " each")
        raise MixedInputsError("a build takes one Spec, or texts", why=why)
    return inputs


def _read(path: Path) -> Input:
    content = _content(path)
    for magic, what, advice in _FORMATS:
        if content.startswith(magic):
            raise InputFormatError(f"{path} is {what}", why="only text and a Spec can be read", hint=advice)
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        hint = f"Save it in UTF-8: `iconv -f UTF-16 -t UTF-8 {path}`."
        raise InputFormatError(f"{path} is text in UTF-16", why="only UTF-8 can be read", hint=hint)
    if b"\0" in content:
        where = f"byte {content.index(0)} is zero"
        raise InputFormatError(f"{path} is a binary file", why=where)
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        hint = f"Save it in UTF-8: `iconv -f WINDOWS-1252 -t UTF-8 {path}`."
        why = f"line {line} holds the byte 0x{content[error.start]:02x}"
        raise InputFormatError(f"{path} is not text in UTF-8", why=why, hint=hint) from error
    if not text.strip("\ufeff \t\r\n\f\v"):
        raise InputEmptyError(f"{path} is empty")
    return Input(path, text, is_spec=_is_spec(text))


def _is_spec(text: str) -> bool:
    """Whether a text is a mapping with the keys of a Spec, in whatever order: YAML has none."""
    if _BEGINS.match(text) is None:
        return False
    keys = set(_KEY.findall(text))
    return "spec" in keys or len(keys & _PARTS) > 1


def _content(path: Path) -> bytes:
    try:
        if stat.S_ISDIR(path.stat().st_mode):
            texts = sorted(path.glob("*.md"))[:3]
            hint = f"Name the files in it: `ql build {' '.join(map(str, texts))} ...`." if texts else ""
            raise InputFormatError(f"{path} is a folder", why="an input is a file", hint=hint)
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise InputMissingError(f"{str(path)!r} cannot be read", why=reason) from error
    if len(content) > MAX_BYTES:
        raise InputTooLargeError(f"{path} is over {MAX_BYTES // 1024 // 1024} MB")
    return content
