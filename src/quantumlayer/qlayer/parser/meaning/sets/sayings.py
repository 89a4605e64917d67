"""Sentences as the rules of sets read them: one line of plain lower case, with the clauses that it is made of."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from quantumlayer.qlayer.parser.draft import LIKELY, Draft, EntityDraft
from quantumlayer.qlayer.parser.text.clauses import Clause
from quantumlayer.qlayer.parser.text.document import Kind
from quantumlayer.qlayer.parser.text.sentences import Sentence

_CONTRACTED = (
    (r"\bcan ?not\b|\bcan't\b", "cannot"),
    (r"\bwon't\b", "will not"),
    (r"(?<=[a-z])n't\b", " not"),
    (r"[\u00a3$\u20ac] ?(?=\d)", ""),
)


@dataclass(frozen=True, slots=True)
class Saying:
    """One sentence, or what stands between its semicolons.

    Args:
        sentence: Where it stands.
        text: Its words in lower case, contractions written out and signs of currencies gone.
        clauses: The clauses of the sentence.
    """

    sentence: Sentence
    text: str
    clauses: tuple[Clause, ...]

    def clause_of(self, said: str) -> Clause | None:
        """The clause that shares most words with a part of the text."""
        told = set(re.findall(r"\w+", said))
        best, most = None, 1
        for clause in self.clauses:
            own = f"{' '.join(part.text for part in clause.subject)} {clause.text}"
            common = len(told & set(re.findall(r"\w+", own)))
            if common > most:
                best, most = clause, common
        return best

    def about(self, draft: Draft, said: str) -> EntityDraft | None:
        """The entity that the clause around a part of the text is about; a pronoun means the one before."""
        clause = self.clause_of(said)
        return draft.entity(clause.subject[0]) if clause is not None and clause.subject else None

    def told(self, said: str = "") -> str:
        """What a caller is told when it does not hold: the sentence, or the part of it that says so."""
        text = said or " ".join(self.sentence.text.split())
        plain = text.strip(" -*\u2022,;:.").rstrip(".")
        return f"{plain[:1].upper()}{plain[1:]}."

    def mark(self, draft: Draft, said: str, address: str, confidence: float = LIKELY) -> None:
        """Say that an element came from a part of the text."""
        draft.mark(self.clause_of(said) or self.sentence, address, confidence)
        told = set(re.findall(r"\w+", said))
        for clause in self.clauses:
            own = set(re.findall(r"\w+", clause.text))
            if own and len(own & told) * 3 >= len(own) * 2:
                draft.mark(clause, address, confidence)


def sayings(draft: Draft, clauses: Iterable[Clause]) -> Iterator[Saying]:
    """Every sentence of prose and every item, cut at its semicolons."""
    by_sentence: dict[int, list[Clause]] = {}
    for clause in clauses:
        by_sentence.setdefault(id(clause.sentence), []).append(clause)
    for sentence in draft.sentences:
        if sentence.kind in {Kind.PROSE, Kind.ITEM}:
            for part in re.split(r"; ", plain(sentence.text)):
                yield Saying(sentence, part, tuple(by_sentence.get(id(sentence), ())))


def plain(text: str) -> str:
    """A text in lower case on one line, contractions written out."""
    found = " ".join(text.lower().replace("\u2019", "'").split()).rstrip(".")
    for pattern, other in _CONTRACTED:
        found = re.sub(pattern, other, found)
    return found


_STOPS = frozenset(
    {"of", "in", "on", "for", "at", "with", "from", "to", "by", "within", "per", "as", "into", "under", "than", "until"}
    | {"may", "can", "cannot", "must", "should", "shall", "will", "would", "is", "are", "was", "were", "be", "been"}
    | {"has", "have", "had", "share", "shares", "use", "uses", "get", "gets", "do", "does", "go", "goes", "belong"}
    | {
        "never",
        "not",
        "ever",
        "only",
        "twice",
        "once",
        "more",
        "at",
        "both",
        "together",
        "that",
        "which",
        "who",
        "whose",
    }
    | {"when", "if", "while", "unless", "because", "so", "but", "or", "and", "otherwise", "then", "exceed", "exceeds"}
)


def noun(text: str) -> str:
    """The words at the beginning of a text up to the first that cannot belong to a noun."""
    found = []
    for word in text.split():
        if re.sub(r"\W+$", "", word) in _STOPS or not re.match(r"[\w(]", word):
            break
        found.append(re.sub(r"[,;:.()]+$", "", word))
        if found[-1] != word:
            break
    return " ".join(found)


def nouns(text: str) -> list[str]:
    """The nouns of a list at the beginning of a text: `dog and year`, `floor, row and the same number`."""
    found: list[str] = []
    rest = text.strip()
    while said := noun(rest):
        found.append(said)
        joined = re.match(
            rf"{re.escape(said)}(?:,? and(?: per| for| of| in)?|,) (?:the same |per |each |every |an? )?", rest
        )
        if joined is None:
            break
        rest = rest[joined.end() :]
    return found
