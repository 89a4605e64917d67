"""What a line of an outline is: a sentence, the rest of one, something to do, or the name of something."""

import re
from collections.abc import Callable, Sequence
from enum import StrEnum
from itertools import takewhile

OWN_SUBJECT = re.compile(
    r"^(RB )*(PRP |EX |WP |((DT|PDT|PRP\$|CD) )*((JJ|VBN|VBG|NN|NNS|NNP|NNPS|HYPH) )*(NN|NNS|NNP|NNPS) )(RB )*"
    r"(MD|VBZ|VBP|VBD)"
)
"""The tags of a subject and its verb."""
EVERYDAY = frozenset({"search", "filter", "sort", "view", "list", "edit", "delete", "update", "cancel", "browse"})
"""Verbs that the tagger takes for nouns."""
LABEL = re.compile(r"(?P<name>[^:()\u2013\u2014.,;]{1,60}?)(?:\s*:\s+|\s+[-\u2013\u2014]+\s+|\s+(?=\())(?P<said>\S.*)$")
"""A name with what is said about it: `price: in EUR`, `number - unique`."""
_MOMENT = re.compile(r"^(?:starts|ends|begins|opens|closes|expires) (?:at|on)\b", re.IGNORECASE)
_QUOTA = re.compile(
    r"\b(?:max\.?|maximum|at most|up to|no more than|only) \w+ [a-z]+ (?:per|a|each|every) ", re.IGNORECASE
)
NEXT = re.compile(r"(?<!\be\.g)(?<!\bi\.e)(?<!\bmax)(?<!\bmin)[.;] +(?=[A-Z])")
"""Where the next sentence of a line begins."""
_LONGEST_NAME = 6

Tags = Sequence[tuple[str, str]]
"""Words with their Penn Treebank tags."""
Tagger = Callable[[str], Tags]


class Shape(StrEnum):
    """What a line is.

    A `SENTENCE` has a subject of its own and a verb; what `GOES_ON` begins with a verb that lacks one (`must be
    unique`); an `ACT` is something to do (`borrow a book`); a `NAME` is that of a thing, with what is said about it.
    """

    SENTENCE = "sentence"
    GOES_ON = "goes on"
    ACT = "act"
    NAME = "name"
    OTHER = "other"


def shape(text: str, tagger: Tagger) -> Shape:
    """What a line is."""
    text = NEXT.split(text)[0]
    label = LABEL.match(text)
    if label and _QUOTA.search(label["said"]):
        return Shape.OTHER
    if label and label["name"].isalpha():
        return Shape.NAME  # a lone word has no neighbours that would tell a noun from another word
    name = label["name"] if label else text.rstrip(".;,")
    tags = tagger(text)
    if is_moment(text):
        return Shape.NAME
    if OWN_SUBJECT.match(" ".join(tag for _, tag in tags)) and not (label and _is_name(tagger(name))):
        return Shape.SENTENCE
    before = list(takewhile(lambda tag: tag != "MD", (tag for _, tag in tags)))
    if (
        0 < len(before) < len(tags)
        and before[0] not in {"VB", "VBZ", "RB", "IN"}
        and not {"WDT", "WP", "-LRB-"} & set(before)
    ):
        return Shape.NAME if label and _is_name(tagger(name)) else Shape.SENTENCE
    first = tags[0][1] if tags else ""
    if first in {"MD", "VBZ", "VBP"}:
        return Shape.ACT if first == "VBP" and tags[0][0].lower() not in {"are", "have"} else Shape.GOES_ON
    if first == "VB" or (tags[0][0].lower() in EVERYDAY and len(tags) > 1 and tags[1][1] in {"NNS", "DT", "PRP$"}):
        return Shape.ACT
    return Shape.NAME if _is_name(tagger(name)) else Shape.OTHER


def _is_name(tags: Tags) -> bool:
    """Whether words name a thing, and say no more than which: `number`, `date of birth`, `the day it is due`."""
    outer = [tag for word, tag in tags if word not in {"*", "/", "&"}]
    inner = re.sub(
        r"\b(?:NN|NNS) (?:WDT |WRB |IN )?(?:DT |PRP\$ )?(?:PRP|NN|NNS) (?:VBZ|VBD|VBP)( VBN)?.*$", "NN", " ".join(outer)
    )
    plain = inner.split(" , ")[0].split()
    short = 0 < len(plain) <= _LONGEST_NAME + 2
    return short and plain[0] not in {"IN", "WRB", "RB", "TO", "MD", "VB"} and not set(plain) & {"MD", "VBZ", "VBD"}


def finite(text: str, tagger: Tagger) -> bool:
    """Whether there is a verb with its tense in a text."""
    return any(tag in {"MD", "VBZ", "VBP", "VBD"} for _, tag in tagger(text))


def is_moment(text: str) -> bool:
    """Whether a field is called by what happens then: `starts at`."""
    return _MOMENT.match(text) is not None
