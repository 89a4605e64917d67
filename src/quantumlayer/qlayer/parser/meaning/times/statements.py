"""Statements: what stands between the semicolons of a sentence."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from quantumlayer.qlayer.parser.draft import Draft
from quantumlayer.qlayer.parser.silence import ask_about
from quantumlayer.qlayer.parser.text.clauses import Clause
from quantumlayer.qlayer.parser.text.document import Kind
from quantumlayer.qlayer.parser.text.sentences import Sentence


@dataclass(frozen=True, slots=True)
class Statement:
    """One of the statements of a sentence, in lower case, with its clauses."""

    sentence: Sentence
    text: str
    clauses: tuple[Clause, ...]

    def mark(self, draft: Draft, address: str) -> None:
        """Say that an element came from it; it is read then."""
        for source in self.clauses or (self.sentence,):
            draft.mark(source, address)
        draft.whole.update(id(clause) for clause in self.clauses)

    def forget_operations(self, draft: Draft) -> None:
        """Drop what was taken for an act of somebody and says what the service does: `expired holds are deleted`."""
        place = next(place for place, one in enumerate(draft.sentences) if one is self.sentence)
        for address in [key for key in draft.marks.get(place, {}) if key.startswith("operations.")]:
            name = address.split(".")[1]
            known = draft.operations.get(name)
            bare = known is not None and not (known.to or known.creates or known.sets or known.requires)
            if bare and draft.source_of(f"operations.{name}") is self.sentence:
                del draft.operations[name]

    @property
    def told(self) -> str:
        """The statement as a sentence of its own."""
        return f"{self.text[:1].upper()}{self.text[1:]}."


def statements(draft: Draft, clauses: Sequence[Clause]) -> list[Statement]:
    """All statements of prose and list items."""
    by_sentence: dict[int, list[Clause]] = {}
    for clause in clauses:
        by_sentence.setdefault(id(clause.sentence), []).append(clause)
    return [
        statement
        for sentence in draft.sentences
        if sentence.kind in {Kind.PROSE, Kind.ITEM}
        for statement in _of(sentence, by_sentence.get(id(sentence), []))
    ]


def _of(sentence: Sentence, clauses: Iterable[Clause]) -> list[Statement]:
    texts = re.split(r"\s*;\s*", " ".join(sentence.text.lower().split()).rstrip("."))
    left, found = list(clauses), []
    for text in texts:
        own = [clause for clause in left if len(texts) == 1 or _stands_in(clause, text)]
        left = [clause for clause in left if clause not in own]
        found.append(Statement(sentence, text, tuple(own)))
    return found


def _stands_in(clause: Clause, text: str) -> bool:
    said = [re.escape(word) for word in re.findall(r"[a-z0-9]+", clause.text)]
    return re.search(r"[^a-z0-9]*".join(said), text) is not None


def ask_about_rest(draft: Draft, found: Iterable[Statement], read_before: set[int]) -> None:
    """A question for each statement that was not read beside one that now is."""
    places = {id(sentence): place for place, sentence in enumerate(draft.sentences)}
    for statement in found:
        parts = {id(clause) for clause in statement.clauses}
        place = places[id(statement.sentence)]
        new = place in draft.marks and place not in read_before
        if new and not draft.read & {*parts, id(statement.sentence)}:
            ask_about(draft, statement.text, statement.sentence)
