"""What later sentences say of fields: limits, and that they are personal."""

import re
from collections.abc import Iterable
from dataclasses import replace

from quantumlayer.kit.identifiers import plural
from quantumlayer.qlayer.parser.draft import Draft, EntityDraft
from quantumlayer.qlayer.parser.meaning.adding import add_field
from quantumlayer.qlayer.parser.meaning.constraints import constrained
from quantumlayer.qlayer.parser.meaning.describing import (
    describes,
)
from quantumlayer.qlayer.parser.meaning.fields import (
    attribute,
    attribute_name,
    spec_name,
)
from quantumlayer.qlayer.parser.text.clauses import Clause
from quantumlayer.qlayer.parser.text.numbers import NUMBER, number
from quantumlayer.qlayer.parser.text.phrases import Phrase

_LIMITING = frozenset({"be", "have", "exceed", "must", "contain", "consist", "comprise", "issue", "give", "use"})
_ALL_PERSONAL = re.compile(
    rf"\b(?:all (?:the )?(?:data|details|fields)(?: (?:of|about) (?:an? |the |each )?(?P<whose>[a-z ]+?))?"
    rf"(?: (?:other than|except(?: for)?|but|apart from) (?:the |their |his |her )?(?P<but>[a-z ]+?))?"
    rf"|these(?: (?P<count>{NUMBER}))?|all of (?:this|these|them)) (?:are|is) (?:personal|private"
    rf"|confidential|sensitive)\b"
)
_WORKED_OUT = re.compile(
    r"\b(?:times|plus|minus|multiplied|divided|sum|average|total of|product of|difference|less the|number of|half)\b"
    r"|\d(?: [a-z]+)? (?:for|per|a|an) (?:each |every |started )?[a-z]"
)
"""A value that is worked out from others is no field."""
_FIELD = 4
_LOGS = re.compile(r"\b(?:not|never)\b.*\blogs?\b")
_PART_OF = re.compile(r"^(?:on|of|for) (?:an?|the|each|every) (?P<whole>[a-z]+(?: [a-z]+)?)$")


def find_personal(draft: Draft, clauses: Iterable[Clause]) -> None:
    """Mark personal fields: `Phone numbers and email addresses are personal data`."""
    found = list(clauses)
    _find_all_personal(draft)
    for clause in found:
        if clause.verb != "be" or not re.search(r"\b(?:personal|private|sensitive|confidential)\b", clause.text):
            continue
        draft.read.update(id(part) for part in found if part.sentence is clause.sentence and _LOGS.search(part.text))
        for phrase in clause.subject:
            name = attribute_name(phrase)
            for entity in draft.entities.values():
                if known := entity.fields.get(name):
                    entity.fields[name] = known.model_copy(update={"personal": True})
                    draft.mark(clause, f"{entity.address}.fields.{name}")


def _find_all_personal(draft: Draft) -> None:
    """`All data of holders other than the name are personal`; `these four are personal data`."""
    for index, sentence in enumerate(draft.sentences):
        found = _ALL_PERSONAL.search(sentence.text.lower())
        entity = draft.spoken(found["whose"]) if found and found["whose"] else None
        if found is None:
            continue
        kept = spec_name(found["but"]) if found["but"] else ""
        names = [(entity, name) for name in entity.fields if name != kept] if entity else _told_before(draft, index)
        for owner, name in names[-int(number(found["count"])) :] if found["count"] else names:
            owner.fields[name] = owner.fields[name].model_copy(update={"personal": True})
            draft.mark(sentence, f"{owner.address}.fields.{name}")


def _told_before(draft: Draft, index: int) -> list[tuple[EntityDraft, str]]:
    """The fields that the sentence before told of."""
    found = []
    for address in draft.marks.get(index - 1, {}):
        parts_of = address.split(".")
        if len(parts_of) == _FIELD and parts_of[2] == "fields":
            found.append((draft.entities[parts_of[1]], parts_of[3]))
    return found


def find_later_limits(draft: Draft, clauses: Iterable[Clause]) -> None:
    """Limits that a sentence of its own puts on a field: `Prices are never negative`, `A name must be unique`."""
    for clause in clauses:
        if clause.verb not in _LIMITING or not clause.subject:
            continue
        if describes(clause) and draft.entity(clause.subject[0]) is not None:
            continue
        for phrase in clause.subject:
            _add_part(draft, clause, phrase)
            name = attribute_name(phrase)
            for entity in _having(draft, name, clause):
                before = entity.fields[name]
                said = f"{'never ' if clause.negated else ''}{clause.text}"
                after = constrained(before, said, "")
                if after != before:
                    entity.fields[name] = after
                    draft.mark(clause, f"{entity.address}.fields.{name}")


def _add_part(draft: Draft, clause: Clause, phrase: Phrase) -> None:
    """`Notes on a stay have at most 1000 characters` gives a stay its notes."""
    part = None if _WORKED_OUT.search(clause.text) else _PART_OF.match(phrase.post)
    entity = draft.named(tuple(part["whole"].split())) if part else None
    if entity is None or draft.named(phrase.core) is not None:
        return
    named = replace(phrase, post="")
    name = spec_name(plural(phrase.core[-1]) if phrase.many else phrase.name)
    if name not in entity.fields:
        found = attribute(named)
        add_field(draft, entity, replace(found, name=name, field=constrained(found.field, clause.text, "")), clause)
    else:
        entity.fields[name] = constrained(entity.fields[name], clause.text, "")
        draft.mark(clause, f"{entity.address}.fields.{name}")


def _having(draft: Draft, name: str, clause: Clause) -> list[EntityDraft]:
    having = [entity for entity in draft.entities.values() if name in entity.fields]
    named = [entity for entity in having if entity.title in clause.sentence.text.lower()]
    return named or having
