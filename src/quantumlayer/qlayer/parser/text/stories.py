"""User stories as sentences: who wants what, and which thing that is about."""

import re

from quantumlayer.qlayer.parser.text.shapes import Tagger

STORY = re.compile(
    r"^(?:(?:[a-z]{1,6}[-_ #]?)?#?\d+(?:\.\d+)*[.:)]?\s+)?"  # its number
    r"[*_]*as (?:(?:an?|the)[*_]* |(?=[a-z]+,? i\b))[*_]*(?P<who>[^,]+?)[*_]*,?"
    r" [*_]*i(?: would|['\u2019]d)? (?:want|like|need|wish|have|can|am able)[*_]*(?: to)?[*_]* ",
    re.IGNORECASE,
)
_NOUNS = frozenset({"NN", "NNS", "NNP", "NNPS"})
_BEFORE = _NOUNS | {"JJ", "VBN", "HYPH", "DT", "PRP$"}


def thing_of_story(text: str, tagger: Tagger) -> str:
    """What a story's speaker works with, as a subject: `The ticket`; empty where the text is no story."""
    story = STORY.match(text)
    if story is None:
        return ""
    wanted = tagger(text[story.end() :])[1:]  # behind the verb
    name: list[str] = []
    for word, tag in wanted:
        if tag not in _BEFORE or (name and tag in {"DT", "PRP$"}):
            break
        if tag not in {"DT", "PRP$"}:
            name.append(word.lower())
    return f"The {' '.join(name)}" if name else ""
