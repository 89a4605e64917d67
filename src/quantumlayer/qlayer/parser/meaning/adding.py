"""Giving an entity a field, with the assumptions that its reading needs."""

from dataclasses import replace

from quantumlayer.qlayer.parser.draft import ASSUMED, LIKELY, STATED, Draft, EntityDraft
from quantumlayer.qlayer.parser.meaning.fields import Attribute
from quantumlayer.qlayer.parser.text.clauses import Clause
from quantumlayer.spec.model import Computed, Field, FieldType

_LONGEST = 200


def add_field(draft: Draft, entity: EntityDraft, found: Attribute, sentence: Clause) -> None:
    """Give an entity a field, with the assumptions that its reading needs."""
    address = f"{entity.address}.fields.{found.name}"
    if found.name in entity.fields:
        _contradict(draft, entity.fields[found.name], found, address, sentence)
        draft.mark(sentence, address, ASSUMED)
        return
    field = found.field
    if found.name in draft.kinds and not field.one_of:
        field, found = Field(type=FieldType.STRING, one_of=draft.kinds[found.name]), replace(found, guessed=False)
    if found.actor and field.default is None and not field.optional:
        field = field.model_copy(
            update={"default": Computed(cel="today()" if field.type is FieldType.DATE else "now()")}
        )
        draft.assume(address, f"Unless it is given, {found.name} is the day the {entity.title} is added.")
    entity.fields[found.name] = field
    if found.event:
        entity.events[found.name] = found.event
    if found.due:
        entity.due = found.name
    if field.personal:
        draft.assume(
            address,
            f"The {found.name.replace('_', ' ')} of {entity.one.lower()} is personal data: it never reaches a log.",
        )
    if found.guessed:
        draft.assume(address, f"The {found.name.replace('_', ' ')} of {entity.one.lower()} is one line of text.")
    draft.mark(sentence, address, LIKELY if found.guessed else STATED)


def _contradict(draft: Draft, known: Field, found: Attribute, address: str, sentence: Clause) -> None:
    """Ask about a limit or a choice that another sentence states otherwise."""
    for key in ("max", "min", "one_of", "pattern"):
        before, after = getattr(known, key), getattr(found.field, key)
        told = draft.source_of(address)
        if before in {None, ()} or after in {None, ()} or before == after or told is None:
            continue
        if told.file != sentence.sentence.file:
            continue  # what two files say is asked about where they are put together
        where = f"{found.name.replace('_', ' ')} of {address.split('.')[1]}"
        draft.ask(
            f"{address}.{key}",
            f'Which holds for the {where}: "{_short(told.text)}" or "{_short(sentence.sentence.text)}"? '
            "The sentences contradict each other.",
            f"The first: {_shown(before)}.",
        )


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}\u2026"


def _shown(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
