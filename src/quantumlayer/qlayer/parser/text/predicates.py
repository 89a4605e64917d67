"""The verb of a predicate with its helpers."""

from collections.abc import Sequence
from dataclasses import dataclass

from quantumlayer.qlayer.parser.text.phrases import FINITE as _FINITE
from quantumlayer.qlayer.parser.text.phrases import (
    Token,
)

_VERBS = _FINITE | {"VB", "VBN", "VBG"}
_SPLIT = frozenset({",", "and", "or", "but", "then"})


_PHRASAL = frozenset(
    {("look", "at"), ("look", "for"), ("look", "up"), ("look", "after"), ("look", "through"), ("search", "for")}
)


@dataclass(frozen=True, slots=True)
class Group:
    """A verb with its helpers.

    Args:
        verb: Dictionary form, with a particle.
        modal: `can`, `may`, ... or nothing.
        passive: Whether the subject undergoes it.
        negated: Whether it says no.
        length: How many words it takes.
    """

    verb: str
    modal: str
    passive: bool
    negated: bool
    length: int


def verb_group(words: Sequence[Token]) -> Group:
    """The verb with its helpers, at the beginning of a predicate."""
    modal, verb, helper = "", "", ""
    negated = passive = False
    length = 0
    for token in words:
        lower, lemma = token.lower, token.word.lemma
        if token.tag == "MD":
            modal = {"ca": "can", "wo": "will", "'ll": "will"}.get(lower, lower)
        elif lower in {"not", "n't", "never", "no longer"}:
            negated = True
        elif token.tag == "RB" and lower in {"also", "already", "always", "only", "then", "still", "be", "ever"}:
            pass
        elif token.tag in _VERBS and (not verb or (helper in {"be", "have"} and token.tag in {"VBN", "VB", "VBG"})):
            passive = passive or (verb == "be" and token.tag == "VBN")
            helper = verb = lemma
        elif not verb and length == 0:
            verb = lemma  # a bare noun that this text uses as a verb
        elif _is_particle(words, length, verb, passive=passive):
            verb = f"{verb} {lower}"
        else:
            break
        length += 1
    return Group(verb, modal, passive, negated, max(length, 1))


def _is_particle(words: Sequence[Token], place: int, verb: str, *, passive: bool) -> bool:
    """Whether a word belongs to the verb before it: `come back`, `look at`, `applied for by`."""
    token = words[place]
    left = passive and token.tag == "IN" and place + 1 < len(words) and words[place + 1].lower == "by"
    after = bool(verb) and (token.tag == "RP" or token.lower == "back")
    return left or after or (verb, token.lower) in _PHRASAL


def helpers(words: Sequence[Token]) -> list[Token]:
    """The helpers of a passive at the beginning of a predicate: `is`, `may be`, `must not be`."""
    place = next((i for i, token in enumerate(words[:4]) if token.tag == "VBN"), 0)
    helped = (place and words[place - 1].word.lemma == "be") or (place > 1 and words[place - 2].word.lemma == "be")
    return list(words[:place]) if helped else []


def joined_particle(words: list[Token]) -> list[Token]:
    """`Send it back` as `send back it`."""
    for place in range(1, min(len(words) - 1, 5)):
        apart = words[place].tag == "PRP" and words[place + 1].lower in {"back", "up", "off", "out", "over"}
        if apart and words[place - 1].tag in _VERBS:
            return [*words[:place], words[place + 1], words[place], *words[place + 2 :]]
    return words


def main_verb(words: Sequence[Token]) -> int | None:
    """The place of the verb of the main clause: relative clauses of the subject come before it."""
    relative = False
    for place, token in enumerate(words):
        if token.tag in {"WDT", "WP"} and place:
            relative = True
        elif token.tag in _FINITE or (token.tag == "VB" and place == 0):
            if not relative:
                return place
            relative = False
    return None
