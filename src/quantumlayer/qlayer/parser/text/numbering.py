"""Numbers and marks in front of a sentence, which are no part of it: `REQ-12:`, `1.2.3`, `[R4]`, `(a)`."""

import re

_NAMED = (
    r"(?:[A-Z]{1,8}[-_]){1,3}\d[\d.]*|[A-Z]{1,8}\d[\d.]*"
    r"|(?:Req(?:uirement)?|Rule|Story|Use [Cc]ase|Feature)[-_ .#]{1,2}\d[\d.]*"
)
_MARKED = re.compile(
    rf"\s*[*_]{{0,2}}(?:\[(?:{_NAMED}|\d[\d.]*)\][*_]{{0,2}}[:.)]?"
    rf"|(?:{_NAMED})[*_]{{0,2}}(?:[:)][*_]{{0,2}}|(?:\.| ?[\u2013\u2014]| -)(?=\s))|\((?:[a-z]"
    rf"|[ivx]{{1,4}})\)|[a-z]\))\s+(?=\S)"
)
"""What is a mark wherever a line begins with it."""
_OPENING = re.compile(
    rf"\s*(?:[*_]{{0,2}}(?:{_NAMED})[*_]{{0,2}} "
    rf"|\d{{1,2}}(?:\.\d{{1,2}}){{1,3}}[.):]? )\s*(?=[A-Z*_`])"
)
"""What is one only where a paragraph or an item begins: `10.00` may stand at the beginning of a line."""
SECTION = re.compile(
    r"^\s{0,3}(?P<n>\d{1,2}(?:\.\d{1,2}){0,3})[.)]?\s+(?P<title>[A-Z][\w'&/-]*(?: [\w'&/()-]+){0,6})\s*$"
)
"""The heading of a numbered section: `1 Scope`, `2.1 Bookings`."""


def without_number(text: str, *, opening: bool) -> int:
    """How many characters in front of a text are its number; `opening` says that a paragraph begins there."""
    found = _MARKED.match(text) or (_OPENING.match(text) if opening else None)
    return found.end() if found else 0
