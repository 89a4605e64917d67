"""Texts that a service makes up: slugs and codes. Here they are the plainest ones: every evaluation is alike."""

import re
import unicodedata

ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
"""What codes are made of: no letters and digits that look alike."""

MADE = frozenset({"slug", "code"})
"""The functions that make up a text which no other record has."""

_WORD = re.compile(r"[a-z0-9]+")


def slug(text: str) -> str:
    """The words of a text in lower case ASCII, joined by dashes; `untitled` where it has none."""
    plain = unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode()
    return "-".join(_WORD.findall(plain)) or "untitled"


def code(length: int) -> str:
    """A code of the length; the one of a service is random."""
    return (ALPHABET * (length // len(ALPHABET) + 1))[:length]
