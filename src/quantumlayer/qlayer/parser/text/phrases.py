"""Noun phrases: what is named, what is said about it, and lists of them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from quantumlayer.kit.identifiers import singular, words
from quantumlayer.qlayer.parser.text.sentences import Word

NOUNS = frozenset({"NN", "NNS", "NNP", "NNPS"})
_LEAD = frozenset({"DT", "PDT", "PRP$", "CD", "RB", "WDT", "RBS", "PRP", "IN"})
_INNER = frozenset({"JJ", "JJR", "JJS", "HYPH", "FW", "AFX", "POS", "SYM", ":", "UH", "ADD"})
_VERBAL = frozenset({"VBN", "VBG", "VBD"})
_QUANTITIES = frozenset(
    {"all", "any", "both", "each", "every", "own", "several", "many", "only", "other", "some", "one"}
)
_SEPARATORS = frozenset({",", ";", "and", "or", "&", "plus"})


@dataclass(frozen=True, slots=True)
class Phrase:
    """One named thing.

    Args:
        text: The whole phrase in lower case, without what stands in parentheses.
        lead: The determiners and quantities before the name: `their own`, `a`, `at most 5`.
        core: The name: its words in lower case, the last one in the singular.
        post: What follows the name: `that must be unique`, `of at most 500 characters`.
        aside: What stood in parentheses.
        many: Whether the name is a plural.
        head: Index in the sentence of the name's last word.
    """

    text: str
    lead: str
    core: tuple[str, ...]
    post: str
    aside: str
    many: bool
    head: int

    @property
    def name(self) -> str:
        """The name as one text."""
        return " ".join(self.core)


@dataclass(frozen=True, slots=True)
class Token:
    """A word with its index in the sentence and what stood in parentheses right behind it."""

    word: Word
    index: int
    aside: str = ""

    @property
    def lower(self) -> str:
        """The word in lower case."""
        return self.word.lower

    @property
    def tag(self) -> str:
        """Its Penn Treebank tag."""
        return self.word.tag


def tokens(sentence_words: Sequence[Word], text: str) -> list[Token]:
    """The words outside parentheses, each with the aside behind it; quotes and final points are left out."""
    found: list[Token] = []
    depth, opened = 0, 0
    for index, word in enumerate(sentence_words):
        if word.text in {"(", "["}:
            depth += 1
            opened = word.end if depth == 1 else opened
        elif word.text in {")", "]"} and depth:
            depth -= 1
            if not depth and found:
                found[-1] = replace(found[-1], aside=text[opened : word.at].strip())
        elif not depth and word.text not in {".", "!", "?", '"', "``", "''", "\u201c", "\u201d", "(", ")"}:
            found.append(Token(word, index))
    return found


def items(found: Sequence[Token]) -> list[list[Token]]:
    """The members of a list, split at commas and conjunctions, except between numbers (`30, 45 or 60 minutes`)."""
    result: list[list[Token]] = [[]]
    for place, token in enumerate(found):
        if token.lower in _SEPARATORS and not _joins_numbers(found, place):
            result.append([])
        else:
            result[-1].append(token)
    return _shared_heads([item for item in result if item])


def _joins_numbers(found: Sequence[Token], place: int) -> bool:
    before = found[place - 1] if place else None
    after = next((token for token in found[place + 1 :] if token.lower not in _SEPARATORS), None)
    if before is None or after is None or before.tag != "CD":
        return False
    return after.tag == "CD" or after.lower in {"more", "several"}


def _shared_heads(found: list[list[Token]]) -> list[list[Token]]:
    """`first and last name` names two things: the adjective alone takes the noun of its neighbour."""
    for place in range(len(found) - 2, -1, -1):
        item, after = found[place], found[place + 1]
        bare = all(token.tag in {"JJ", "DT"} for token in item) and item[-1].tag == "JJ"
        if bare and len(after) >= 2 and after[-1].tag in NOUNS and after[-2].tag == "JJ" and not item[-1].aside:
            found[place] = [*item, after[-1]]
    return found


def phrase(found: Sequence[Token]) -> Phrase:
    """The noun phrase that these words make."""
    start = 0
    while start < len(found) - 1 and _leads(found[start], first=not start):
        start += 1
    end = start
    noun = False
    while end < len(found) and _inside(found[end], noun=noun):
        noun = noun or found[end].tag in NOUNS
        end += 1
    if end == start and found:
        end = start + 1
    name = [token.lower for token in found[start:end] if token.tag not in {"POS", ":"}]
    parts = words(" ".join(name))
    if parts:
        parts[-1] = singular(parts[-1])
    last = found[end - 1] if end else found[0]
    return Phrase(
        text=_plain(found),
        lead=_plain(found[:start]),
        core=tuple(parts),
        post=_plain(found[end:]),
        aside="; ".join(token.aside for token in found if token.aside),
        many=last.tag in {"NNS", "NNPS"} or (last.tag in NOUNS and singular(last.lower) != last.lower),
        head=last.index,
    )


def _leads(token: Token, *, first: bool) -> bool:
    if token.lower == "more" and not first:
        return True
    return token.tag in _LEAD or token.lower in _QUANTITIES or (not first and token.lower in _SEPARATORS)


def _inside(token: Token, *, noun: bool) -> bool:
    if token.tag in NOUNS or token.tag in _INNER:
        return True
    return token.tag in _VERBAL and not noun


def phrases(found: Sequence[Token]) -> tuple[Phrase, ...]:
    """The noun phrases of a list."""
    return tuple(part for part in map(phrase, items(found)) if part.core)


def _plain(found: Sequence[Token]) -> str:
    joined = " ".join(token.lower for token in found)
    return re.sub(r"\s+([,;:'\u2019%])", r"\1", joined)
