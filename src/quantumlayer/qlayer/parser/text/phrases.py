"""Noun phrases: what is named, what is said about it, and lists of them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from quantumlayer.kit.identifiers import singular, words
from quantumlayer.qlayer.parser.text.sentences import Word

NOUNS = frozenset({"NN", "NNS", "NNP", "NNPS"})
FINITE = frozenset({"MD", "VBZ", "VBP", "VBD"})
_FEWEST_LISTED = 2
_LEAD = frozenset({"DT", "PDT", "PRP$", "CD", "RB", "WDT", "RBS", "PRP", "IN"})
_INNER = frozenset({"JJ", "JJR", "JJS", "HYPH", "FW", "AFX", "POS", "SYM", ":", "UH", "ADD"})
_VERBAL = frozenset({"VBN", "VBG", "VBD"})
_QUANTITIES = frozenset(
    {"all", "any", "both", "each", "every", "own", "several", "many", "only", "other", "some", "one"}
)
_FOR_EXAMPLE = frozenset({"such", "like", "e.g.", "eg", "i.e.", "ie"})
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
        inner: The words of the aside.
    """

    text: str
    lead: str
    core: tuple[str, ...]
    post: str
    aside: str
    many: bool
    head: int
    inner: tuple["Token", ...] = ()

    @property
    def name(self) -> str:
        """The name as one text."""
        return " ".join(self.core)


@dataclass(frozen=True, slots=True)
class Token:
    """A word with its index in the sentence and what stood in parentheses right behind it, as text and as words."""

    word: Word
    index: int
    aside: str = ""
    inner: tuple["Token", ...] = ()

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
    inner: list[Token] = []
    depth, opened = 0, 0
    for index, word in enumerate(sentence_words):
        if word.text in {"(", "["}:
            depth += 1
            opened, inner = (word.end, []) if depth == 1 else (opened, inner)
        elif word.text in {")", "]"} and depth:
            depth -= 1
            if not depth and found:
                found[-1] = replace(found[-1], aside=text[opened : word.at].strip(), inner=tuple(inner))
        elif word.text not in {".", "!", "?", '"', "``", "''", "\u201c", "\u201d", "(", ")"}:
            (inner if depth else found).append(Token(word, index))
    return found


def with_lists(found: list[Token], text: str) -> list[Token]:
    """What a colon lists behind a name as its aside: `A cart holds lines: product and quantity`."""
    colon = next((i for i, token in enumerate(found) if token.lower == ":" and i), 0)
    listed = found[colon + 1 :]
    named = colon and found[colon - 1].tag in NOUNS and any(token.tag in FINITE for token in found[:colon])
    if not named or len(items(listed)) < _FEWEST_LISTED or any(token.tag in FINITE - {"VBP"} for token in listed):
        return found
    if found[colon - 1].aside or listed[0].tag in {"PRP", "EX"} or any(token.lower in {":", ";"} for token in listed):
        return found
    aside = text[found[colon].word.end : listed[-1].word.end].strip()
    return [*found[: colon - 1], replace(found[colon - 1], aside=aside, inner=tuple(listed))]


def as_names(found: Sequence[Token]) -> list[Token]:
    """The words of a list of names: `start` is a noun in `sales start and sales end`."""
    result = list(found)
    for place in range(len(found) - 1):
        opens = place == 0 or found[place - 1].lower in _SEPARATORS
        if opens and found[place].tag in {"VB", "VBP"} and found[place + 1].tag in NOUNS:
            result[place] = replace(found[place], word=replace(found[place].word, tag="NN"))
    for place in range(1, len(found)):
        ends = place + 1 == len(found) or found[place + 1].lower in _SEPARATORS
        if ends and found[place].tag in {"VB", "VBP", "VBZ"} and found[place - 1].tag in NOUNS:
            result[place] = replace(found[place], word=replace(found[place].word, tag="NN"))
    return result


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
        inner=next((token.inner for token in found if token.inner), ()),
    )


def _leads(token: Token, *, first: bool) -> bool:
    if token.lower == "more" and not first:
        return True
    return token.tag in _LEAD or token.lower in _QUANTITIES or (not first and token.lower in _SEPARATORS)


def _inside(token: Token, *, noun: bool) -> bool:
    if token.lower in _FOR_EXAMPLE:
        return False
    if token.tag in NOUNS or token.tag in _INNER:
        return True
    return token.tag in _VERBAL and not noun


def phrases(found: Sequence[Token]) -> tuple[Phrase, ...]:
    """The noun phrases of a list."""
    return tuple(part for part in map(phrase, items(found)) if part.core)


def _plain(found: Sequence[Token]) -> str:
    joined = " ".join(token.lower for token in found)
    return re.sub(r"\s+([,;:'\u2019%])", r"\1", joined)
