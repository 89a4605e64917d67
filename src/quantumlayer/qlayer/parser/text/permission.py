"""Who may do something, and who alone: `only the manager`, `no one but the manager`, `only by the manager`."""

import re
from collections.abc import Sequence
from dataclasses import replace

from quantumlayer.qlayer.parser.text.phrases import Token

_ONLY = frozenset({"only", "solely", "exclusively"})
_NOBODY = r"(?:no ?-? ?one|nobody|none|no other \w+|no \w+)(?: else)?"
_ANYBODY = r"(?:any ?-? ?one|anybody|everyone|everybody|any other \w+|any \w+)(?: else)?"
_BUT = r"(?:but|except(?: for)?|other than|than|besides|apart from|save)"
_NO_ONE_BUT = re.compile(rf"{_NOBODY} {_BUT} ")
_ANYONE_BUT = re.compile(rf"{_ANYBODY} {_BUT} ")
_ENDS_AGENT = frozenset({"before", "after", "within", "during", "on", "at", "in", "with", "from", "to", "for"})
_SHORTEST = 3
_ALLOWED = frozenset({"allowed", "permitted", "authorised", "authorized", "entitled", "able"})


PROCESS = frozenset(
    {"approve", "reject", "accept", "decline", "confirm", "cancel", "close", "complete", "finish", "publish", "archive"}
    | {
        "withdraw",
        "suspend",
        "resolve",
        "deliver",
        "ship",
        "abandon",
        "block",
        "verify",
        "revoke",
        "dispatch",
        "settle",
    }
    | {"postpone", "grant", "refuse", "retire", "freeze", "lock", "call off", "discharge", "fulfil", "acknowledge"}
    | {"certify", "finalise", "finalize", "escalate", "reinstate", "void", "disqualify", "terminate"}
)
"""What moves a record on in its life, in any trade."""


def as_modal(words: Sequence[Token]) -> list[Token]:
    """`Is allowed to` as the one word `may`: what may not be done stays so (`may not`)."""
    found = list(words)
    for place in range(len(found) - 2, 0, -1):
        helper = place - 2 if place > 1 and found[place - 1].lower in {"not", "n't", "never"} else place - 1
        if found[place].lower in _ALLOWED and found[place + 1].lower == "to" and found[helper].word.lemma == "be":
            may = replace(found[helper].word, text="may", lemma="may", tag="MD")
            found[helper : place + 2] = [replace(found[helper], word=may), *found[helper + 1 : place]]
    return found


def as_duty(words: Sequence[Token]) -> list[Token]:
    """`Has to be` as `must be`: it is not what something has."""
    found = list(words)
    for place in range(len(found) - 2, -1, -1):
        verb, to, after = found[place], found[place + 1], found[place + 2] if place + 2 < len(found) else None
        if (
            verb.word.lemma in {"have", "need", "ought"}
            and verb.tag in {"VBZ", "VBP"}
            and to.lower == "to"
            and after
            and after.tag == "VB"
        ):
            must = replace(verb.word, text="must", lemma="must", tag="MD")
            found[place : place + 2] = [replace(verb, word=must)]
    return found


def any_agent(verb: str, tail: Sequence[Token], *, modal: bool) -> tuple[list[Token], list[Token]]:
    """Who does what a passive verb says: `granted by a clerk`; empty where nobody is.

    `Taught by a trainer` tells of a relation: somebody in particular, or what moves a record on, is needed.
    """
    if (
        len(tail) < _SHORTEST - (tail[-1].tag == "NNS" if tail else 0)
        or tail[0].lower != "by"
        or tail[1].tag not in {"DT", "NNS"}
    ):
        return [], []
    if not modal and tail[1].lower != "the" and verb not in PROCESS:
        return [], []
    end = next(
        (i for i, token in enumerate(tail) if token.lower in _ENDS_AGENT | {",", "and", "or"} or token.tag == "RB"),
        len(tail),
    )
    agent = list(tail[1:end])
    named = (
        bool(agent)
        and agent[-1].tag in {"NN", "NNP", "NNS"}
        and all(token.tag not in {"VBN", "VBD", "VBZ"} for token in agent)
    )
    return (agent, list(tail[end:])) if named and agent[-1].tag != "VBG" else ([], [])


def without_only(words: Sequence[Token], *, modal: bool) -> tuple[list[Token], bool]:
    """The words of a subject without those that make it exclusive, and whether there were any.

    `Managers only see ...` limits what they see; `managers only may see ...` limits who.
    """
    left = list(words)
    if left and left[0].lower in _ONLY:
        return left[1:], True
    if left and (left[-1].lower == "alone" or (modal and left[-1].lower in _ONLY)):
        return left[:-1], True
    after = _after(_NO_ONE_BUT, left)
    return (left[after:], True) if after else (left, False)


def sole_agent(group: Sequence[Token], tail: Sequence[Token], *, negated: bool) -> tuple[list[Token], list[Token]]:
    """Who alone does what a passive verb says, and what is said after that; empty where nobody is singled out.

    An agent has an article or is several: `only by card` tells of no person.
    """
    if not tail or tail[0].lower != "by":
        return [], []
    end = next((i for i, token in enumerate(tail) if token.lower in _ENDS_AGENT), len(tail))
    agent, rest = list(tail[1:end]), list(tail[end:])
    only = any(token.lower in _ONLY for token in group)
    if agent and agent[-1].lower in _ONLY | {"alone"}:
        agent, only = agent[:-1], True
    if agent and agent[0].lower in _ONLY:
        agent, only = agent[1:], True
    after = _after(_ANYONE_BUT if negated else _NO_ONE_BUT, agent)
    only = (only and not negated) or bool(after)
    agent = agent[after:]
    told = any(token.tag in {"DT", "NNS", "NNP", "NNPS"} for token in agent)
    single = only and told and agent[0].tag not in {"PRP$", "CD"}
    return (agent, rest) if single else ([], [])


def _after(pattern: re.Pattern[str], words: Sequence[Token]) -> int:
    """How many words a pattern takes at the beginning; 0 where it takes none, or all."""
    text = "".join(f"{token.lower} " for token in words)
    found = pattern.match(text)
    taken = text[: found.end()].count(" ") if found else 0
    return taken if taken < len(words) else 0
