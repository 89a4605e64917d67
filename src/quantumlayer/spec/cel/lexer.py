"""From the text of an expression to its tokens."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import NoReturn

from quantumlayer.spec.cel.errors import CelError

INT_MIN, INT_MAX = -(2**63), 2**63 - 1
_MAX_EXPONENT = 28
_KEYWORDS = frozenset({"true", "false", "null", "in"})
_ESCAPES = {
    "a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v",
    '"': '"', "'": "'", "\\": "\\", "?": "?", "`": "`",
}  # fmt: skip

_TOKEN = re.compile(
    r"""(?P<space>[ \t\r\n\f]+|//[^\n]*)
    |(?P<prefix>[rRbB]{0,2})(?P<quote>\"\"\"|'''|\"|')
    |(?P<number>0x[0-9a-fA-F]+|(?:[0-9]+\.[0-9]+|\.[0-9]+|[0-9]+)(?:[eE][+-]?[0-9]+)?)(?P<unsigned>[uU]?)
    |(?P<name>[A-Za-z_][A-Za-z0-9_]*)
    |(?P<operator>&&|\|\||[=!<>]=|[-+*/%!<>?:.,()\[\]{}])""",
    re.VERBOSE,
)
_ESCAPE = re.compile(r"\\(?:([0-3][0-7]{2})|[xX]([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.)|$)", re.DOTALL)


class TokenKind(StrEnum):
    """What a token is; operators and keywords carry their own text as value."""

    INT = "a whole number"
    DECIMAL = "a decimal"
    STRING = "a text"
    NAME = "a name"
    OPERATOR = "an operator"
    END = "the end of the expression"


@dataclass(frozen=True, slots=True)
class Token:
    """One token with its place; `value` is an int without sign, a Decimal, or text."""

    kind: TokenKind
    value: int | Decimal | str
    line: int
    column: int


class Lexer:
    """Walks once over the text.

    Raises:
        CelError: On characters, numbers or texts that CEL or this dialect of it does not have.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._line = 1
        self._line_start = 0

    def tokens(self) -> Iterator[Token]:
        """All tokens, the last being of kind END."""
        while self._at < len(self._text):
            found = _TOKEN.match(self._text, self._at)
            if found is None:
                self._fail_at_character()
            elif found["quote"] is not None:
                yield self._string(found)
            elif found["number"] is not None:
                yield self._number(found)
            elif found["space"] is None:
                kind = TokenKind.NAME if found["name"] and found[0] not in _KEYWORDS else TokenKind.OPERATOR
                yield self._token(kind, found[0], found.end())
            else:
                self._advance(found.end())
        yield Token(TokenKind.END, "", self._line, self._column)

    @property
    def _column(self) -> int:
        return self._at - self._line_start + 1

    def _advance(self, end: int) -> None:
        passed = self._text[self._at : end]
        if "\n" in passed:
            self._line += passed.count("\n")
            self._line_start = self._at + passed.rindex("\n") + 1
        self._at = end

    def _token(self, kind: TokenKind, value: int | Decimal | str, end: int) -> Token:
        token = Token(kind, value, self._line, self._column)
        self._advance(end)
        return token

    def _fail(self, message: str, hint: str = "") -> NoReturn:
        raise CelError(message, self._line, self._column, hint=hint)

    def _fail_at_character(self) -> None:
        character = self._text[self._at]
        hints = {
            "=": "Compare with `==`.",
            "&": "Write `&&`.",
            "|": "Write `||`.",
            "`": "Names in back quotes are not offered; names of a Spec never need them.",
        }
        self._fail(f"unexpected character {character!r}", hints.get(character, ""))

    def _number(self, found: re.Match[str]) -> Token:
        digits = found["number"]
        if found["unsigned"]:
            self._fail(f"unsigned numbers are not offered: {found[0]}", "Leave out the `u`.")
        if digits.startswith("0x") or digits.isdigit():
            value = int(digits, 16 if digits.startswith("0x") else 10) if len(digits) <= 40 else INT_MAX + 2
            if value > INT_MAX + 1:
                self._fail(f"the number {digits[:40]} does not fit 64 bits")
            return self._token(TokenKind.INT, value, found.end())
        decimal = self._decimal(digits)
        if decimal and abs(decimal.adjusted()) > _MAX_EXPONENT:
            self._fail(f"the decimal {digits[:40]} is beyond 28 digits")
        return self._token(TokenKind.DECIMAL, decimal, found.end())

    def _decimal(self, digits: str) -> Decimal:
        try:
            return Decimal(digits)
        except InvalidOperation:
            self._fail(f"the decimal {digits[:40]} is beyond 28 digits")

    def _string(self, found: re.Match[str]) -> Token:
        prefix, quote = found["prefix"].lower(), found["quote"]
        if "b" in prefix:
            self._fail("bytes are not offered", "Leave out the `b`.")
        if prefix == "rr":
            self._fail(f"unexpected prefix {found['prefix']!r} of a text")
        start, end = found.end(), self._closing(found.end(), quote, raw=bool(prefix))
        body = self._text[start:end]
        if len(quote) == 3:
            body = body.replace("\r\n", "\n").replace("\r", "\n")
        if not prefix:
            body = _ESCAPE.sub(self._unescape, body)
        return self._token(TokenKind.STRING, body, end + len(quote))

    def _closing(self, at: int, quote: str, *, raw: bool) -> int:
        text = self._text
        while at < len(text) and (len(quote) == 3 or text[at] not in "\r\n"):
            if text.startswith(quote, at):
                return at
            at += 2 if text[at] == "\\" and not raw else 1
        raise CelError("a text is not closed", self._line, self._column, hint=f"Close it with {quote}.")

    def _unescape(self, found: re.Match[str]) -> str:
        octal, byte, short, long, simple = found.groups()
        if simple is not None or found[0] == "\\":
            if simple not in _ESCAPES:
                self._fail(f"unknown escape {found[0]!r} in a text", r"Write `\\` for a backslash.")
            return _ESCAPES[simple]
        code = int(octal, 8) if octal else int(byte or short or long, 16)
        if code > 0x10FFFF or 0xD800 <= code <= 0xDFFF:
            self._fail(f"the escape {found[0]!r} names no character")
        return chr(code)
