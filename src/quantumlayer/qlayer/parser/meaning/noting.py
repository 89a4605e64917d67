"""What the writer notes of things: after `Hirers are persons`, `I keep the name and a street` tells of hirers."""

from collections.abc import Iterable
from dataclasses import replace

from quantumlayer.qlayer.parser.meaning.describing import is_system
from quantumlayer.qlayer.parser.meaning.fields import DATED, FILES, NAMING
from quantumlayer.qlayer.parser.text.clauses import Clause
from quantumlayer.qlayer.parser.text.phrases import Phrase

_NOTING = frozenset(
    {"keep", "note", "record", "want", "need", "store", "hold", "write", "write down", "know", "track", "save", "list"}
    | {"put down", "jot down", "enter", "ask", "ask for", "register", "collect"}
)
_WRITERS = frozenset({"i", "we"})
_DETERMINERS = frozenset({"a", "an", "the", "their", "its", "his", "her", "whether", ""})
_MANY = 3
_REACH = 2
"""Sentences after which nobody knows any more what the writer speaks of."""


def as_noted(clauses: Iterable[Clause]) -> list[Clause]:
    """The clauses, with what the writer notes said of the thing that was spoken of before."""
    found: list[Clause] = []
    topic: tuple[Phrase, ...] = ()
    told: list[object] = []
    for clause in clauses:
        writer = bool(clause.subject) and clause.subject[0].core[-1] in _WRITERS
        acted = bool(found) and found[-1].sentence is clause.sentence and found[-1].verb != "have"
        near = bool(topic) and len(told) < _REACH and not acted
        if writer and near and _notes(clause):
            found.append(replace(clause, subject=topic, verb="have", modal=""))
            told.clear()
            continue
        found.append(clause)
        if clause.subject and not is_system(clause.subject[0]):
            if len(clause.subject) == 1 and not writer and not clause.negated:
                topic = clause.subject
            told.clear()
        elif not any(clause.sentence is one for one in told):
            told.append(clause.sentence)
    return found


def _notes(clause: Clause) -> bool:
    """Whether a clause lists what is noted: names of values, such as `the title, the language and a poster`."""
    if clause.verb not in _NOTING or clause.negated or clause.passive or not clause.tail:
        return False
    named = clause.attributes
    if not named or named[0].lead.split(" ")[0] not in _DETERMINERS or clause.tail[0].lower == "to":
        return False
    if clause.tail[0].lower == "whether":
        return True
    known = sum(phrase.core[-1] in NAMING | DATED | FILES for phrase in named)
    singular = not named[0].many or len(named) > 1
    return singular and known > 0 and (known * 2 >= len(named) or len(named) >= _MANY)
