"""Adjectives as tests: an overdue loan, a cancelled visit, an active product."""

from quantumlayer.kit.identifiers import words
from quantumlayer.qlayer.parser.draft import EntityDraft
from quantumlayer.qlayer.parser.meaning.fields import spec_name
from quantumlayer.qlayer.parser.text.phrases import Phrase
from quantumlayer.spec.model import FieldType

_LATE = frozenset({"overdue", "late", "expired"})


def in_state(entity: EntityDraft, word: str) -> str:
    """The test that a record is in the state that a word names, as CEL; empty where the word names none."""
    if word in _LATE and entity.due:
        now = "today()" if entity.fields[entity.due].type is FieldType.DATE else "now()"
        return f"{now} > this.{entity.due}"
    for field, event in entity.events.items():
        if event == word and entity.fields[field].optional:
            return f"this.{field} != null"
    if entity.states and spec_name(word) in entity.states.values:
        return f"this.status == '{spec_name(word)}'"
    known = entity.fields.get(spec_name(word))
    if known is not None and known.type is FieldType.BOOL:
        return f"this.{spec_name(word)}"
    listed = next((name for name, field in entity.fields.items() if word in field.one_of), "")
    return f"this.{listed} == '{word}'" if listed else ""


def opposite(test: str) -> str:
    """The test that holds where this one does not."""
    for sign, other in ((" > ", " <= "), (" != ", " == "), (" == ", " != ")):
        if sign in test:
            return test.replace(sign, other)
    return f"!{test}"


def qualities(entity: EntityDraft, phrase: Phrase) -> list[str]:
    """The words that a phrase puts before an entity's name: `active products` says `active`."""
    name = words(entity.name)
    own = next((size for size in range(len(name), 0, -1) if list(phrase.core[-size:]) == name[-size:]), 1)
    return list(phrase.core[:-own])
