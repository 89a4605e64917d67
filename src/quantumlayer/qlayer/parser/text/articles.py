"""Names as sentences have them: with an article where they take one, and what limits them apart."""

import re

from quantumlayer.kit.identifiers import singular
from quantumlayer.qlayer.parser.text.composed import composed, lowered
from quantumlayer.qlayer.parser.text.document import Block
from quantumlayer.qlayer.parser.text.shapes import is_moment

LIMIT = re.compile(
    r"(?:never|always|not|no|at most|at least|up to|max|min|between|from \d|exactly|only"
    r"|unique|optional|required|mandatory|positive|negative|non-|one of|either|in [A-Z%]|\d|read-?only|yes)\b",
    re.IGNORECASE,
)
"""How what limits a value begins."""
_LED = frozenset(
    {"a", "an", "the", "its", "their", "his", "her", "one", "each", "every", "any", "some", "several", "many", "all"}
    | {"at", "up", "whether", "when", "who", "which", "how", "what", "optionally", "zero", "two", "three", "and"}
)
"""Words with which a name begins that takes no article."""
_DATED = re.compile(r"[A-Za-z]+(?: [a-z]+)? (?:at|on|by|until|from)", re.IGNORECASE)
"""A name that ends in a preposition, which no reading would take for its end."""


def with_article(name: Block) -> list[Block | str]:
    """A name as a sentence has it: `number` gives `a number`, so that nobody takes it for a verb."""
    if _DATED.fullmatch(name.text) and not is_moment(name.text):
        return ["a ", composed(name.text.lower().replace(" ", "_"), of=name)]
    first = name.text.split(" ")[0].lower()
    last = name.text.split(" (")[0].split(",")[0].split(" ")[-1].lower()
    led = (
        first in _LED
        or first.isdigit()
        or is_moment(name.text)
        or (" of " in name.text and first != "number")
        or singular(last) != last
    )
    return [lowered(name)] if led else ["an " if first[:1] in "aeio" else "a ", lowered(name)]
