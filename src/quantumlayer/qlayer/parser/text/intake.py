"""The door: a text that cannot be a requirement is refused here, before any costly reading."""

import re
from collections.abc import Sequence

from quantumlayer.qlayer.parser.errors import (
    BinaryRequirementError,
    CodeRequirementError,
    EmptyRequirementError,
    ForeignRequirementError,
    TooLongRequirementError,
)
from quantumlayer.qlayer.parser.models import Requirement
from quantumlayer.qlayer.parser.text.language import language_of

MAX_CHARACTERS = 200_000
"""Longest text of all requirements together, in characters: about 60 printed pages."""

_CODE_LINE = re.compile(
    r"""^\s*(
        (def|class)\s+\w+.*:\s*$ | (import|from)\s+[\w.]+(\s+import\b.*)?;?\s*$ | return\b.*[;()\[\]=]?.*$
      | [{}();\]]+\s*$ | .*[;{]\s*$ | \#include\b.* | (const|let|var|public|private|static|func|fn)\s.*
      | \w+\s*=[^=].*$ | @\w+.*$ | (if|for|while|elif|else|try|except)\b.*:\s*$ | </?\w+[^>]*>.*$ | .*\w\([^)]*\)\s*$
    )""",
    re.VERBOSE,
)


def check(requirements: Sequence[Requirement]) -> None:
    """Let readable texts pass.

    Raises:
        UnreadableRequirementError: The texts are empty, binary, too long, source code or not in English.
    """
    if not requirements:
        raise EmptyRequirementError("there is no requirement to read")
    total = sum(len(requirement.text) for requirement in requirements)
    for requirement in requirements:
        _check_one(requirement, total)


def _check_one(requirement: Requirement, total: int) -> None:
    where = shown(requirement.name)
    text = requirement.text
    if total > MAX_CHARACTERS:
        what = f"{where} is too long to be the requirement of one service"
        raise TooLongRequirementError(what, why=f"{total:,} characters together; the limit is {MAX_CHARACTERS:,}")
    control = sum(1 for char in text if (char < " " and char not in "\t\n\r\f\v") or char == "\ufffd")
    if "\0" in text or control > max(3, len(text) // 100):
        message = f"{where} is not a text"
        raise BinaryRequirementError(message, why=f"it holds {control} control characters")
    if not any(char.isalpha() for char in text):
        message = f"{where} says nothing"
        raise EmptyRequirementError(message, why="it holds no words")
    lines = [line for line in text.splitlines() if line.strip()]
    code = sum(1 for line in lines if _CODE_LINE.match(line))
    if code * 2 > len(lines) and len(lines) > 2:
        message = f"{where} is source code"
        raise CodeRequirementError(message, why=f"{code} of its {len(lines)} lines look like a program")
    language = language_of(text)
    if language != "English":
        named = f"it looks like {language}" if language else "too few of its words are English"
        message = f"{where} is not in English"
        raise ForeignRequirementError(message, why=named)


def shown(name: str) -> str:
    """A file's name as a message may show it: one line, bounded."""
    plain = "".join(char if char.isprintable() else "?" for char in name)
    return plain[-120:] or "the text"
