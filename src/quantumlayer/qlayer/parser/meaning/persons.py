"""Who can play a role: people and other systems act, dispensings and reservations do not."""

import re

from quantumlayer.qlayer.parser.draft import Draft
from quantumlayer.qlayer.parser.meaning.verbs import happens, names_event
from quantumlayer.qlayer.parser.text.clauses import Clause
from quantumlayer.qlayer.parser.text.phrases import Phrase
from quantumlayer.spec.model import FieldType

_THING = re.compile(r"(?:[a-z]{3}ing|tion|sion|ment|ance|ence|ship|ness|ity|port|ure|ssue|ook)$")
_PERSON = frozenset(
    {"management", "government", "department", "administration", "organisation", "organization", "association"}
    | {"community", "assistance", "university", "audience", "transport", "cook"}
)
"""Words that end like things and act like people."""


def is_thing(noun: str) -> bool:
    """Whether a noun, in the singular, names what is done or kept rather than who does it."""
    return noun not in _PERSON and _THING.search(noun) is not None


def is_proper(clause: Clause, part: Phrase) -> bool:
    """Whether a subject is somebody's own name: `Berger & Sons`."""
    word = clause.sentence.words[part.head] if part.head < len(clause.sentence.words) else None
    return word is not None and part.head > 0 and word.tag in {"NNP", "NNPS"} and word.text[:1].isupper()


def defines(draft: Draft, clause: Clause, acting: set[str]) -> bool:
    """Whether a clause tells what its subject is rather than what somebody does: `A rehearsal calls several people`.

    Who acts is told to be able to, somewhere, or can be reached.
    """
    subject = clause.subject[0] if clause.subject else None
    entity = draft.entity(subject) if subject else None
    if subject is not None and entity is not None and subject.lead == "one":
        return True
    if (
        subject is None
        or entity is None
        or clause.modal
        or clause.only
        or subject.lead not in {"a", "an", "each", "every"}
    ):
        return False
    reached = any(field.type is FieldType.EMAIL or "phone" in name for name, field in entity.fields.items())
    return subject.name not in acting and not reached and not _happens_here(draft, clause)


def _happens_here(draft: Draft, clause: Clause) -> bool:
    """Whether a record is made by what a clause says: `A member borrows a tool`, where a loan tells when it was."""
    verb = clause.verb
    dated = any(happens(verb, event) for entity in draft.entities.values() for event in entity.events.values())
    return dated or any(names_event(verb, entity.title) for entity in draft.entities.values())
