"""The fields and relations of every entity, from what its clauses list."""

import re
from collections.abc import Iterable
from dataclasses import replace

from quantumlayer.qlayer.parser.draft import Draft, EntityDraft
from quantumlayer.qlayer.parser.meaning.adding import add_field
from quantumlayer.qlayer.parser.meaning.constraints import constrained
from quantumlayer.qlayer.parser.meaning.describing import (
    booked_noun,
    brings,
    describes,
    enrols_as,
    explained,
    introduces,
    of_service,
)
from quantumlayer.qlayer.parser.meaning.fields import (
    Attribute,
    attribute,
    components,
    listed,
    lists_fields,
    spec_name,
)
from quantumlayer.qlayer.parser.meaning.links import dated_by, is_link, links, tie
from quantumlayer.qlayer.parser.meaning.relations import (
    MANY,
    find_mutual,
    find_of,
    find_trees,
    join_part,
    part_of,
    parts,
    relate,
)
from quantumlayer.qlayer.parser.meaning.verbs import LASTING
from quantumlayer.qlayer.parser.text.clauses import Clause
from quantumlayer.qlayer.parser.text.numbers import NUMBER, number
from quantumlayer.qlayer.parser.text.phrases import Phrase
from quantumlayer.spec.model import Field, FieldType, Proof, Role

_IF_KNOWN = re.compile(
    r"(?:where|if|when|as|once) (?:known|any|available|applicable|given|there is one|they have one|needed|present)"
    r"|(?:once|when|as soon as|if) (?:it|they|he|she|the \w+|there) (?:is|are|was|were|has|have)\b.*"
    r"|(?:from|for|of) those who (?:have|want|need|give|gave)\b.*|if they have .*"
)
_NO_NAMES = frozenset(
    {"it", "they", "them", "these", "those", "one", "everything", "nothing", "something", "more", "either"}
    | {"may", "can", "must", "which", "both", "that", "what"}
)
_LENGTHS = re.compile(
    rf"^(?:lasts?|runs?)(?: for)? (?P<list>{NUMBER}(?: ?, {NUMBER})*(?: ?,)? or {NUMBER}) (?P<unit>minutes|hours|days)"
)


def find_attributes(draft: Draft, clauses: Iterable[Clause]) -> None:
    """The fields and relations of every entity."""
    found = list(clauses)
    find_mutual(draft, found)
    for clause in found:
        if described := _described(draft, clause):
            _list(draft, clause, *described)
        else:
            _tell(draft, clause)
    find_of(draft, found)
    find_trees(draft)


def _list(draft: Draft, clause: Clause, phrase: Phrase, attributes: tuple[Phrase, ...]) -> None:
    """What a clause lists of an entity."""
    entity = draft.entity(phrase)
    if entity is None:
        return
    _describe(draft, entity, clause, attributes)
    if clause.condition.split(" ")[0] not in {"", "since", "because"} and entity.fields:
        _depends(draft, entity, clause)
    if brings(clause):
        _sent_by(draft, entity, clause)
    elif introduces(clause):
        _added_to(draft, entity, clause)


def _tell(draft: Draft, clause: Clause) -> None:
    """What a clause tells of entities without listing: asides, how long something lasts, what belongs to what."""
    for phrase in explained(clause):
        if (entity := draft.entity(phrase)) is not None:
            _describe(draft, entity, clause, listed(phrase))
    if clause.verb in LASTING and clause.subject:
        _choose_length(draft, clause)
        return
    targets = links(draft, clause)
    subject = draft.entity(clause.subject[0]) if targets else None
    if subject is None and is_link(draft, clause):
        dated_by(draft, draft.add_entity(clause.subject[0].name), clause)
    if subject is not None:
        for name, many in targets.items():
            tie(draft, subject, draft.entities[name], clause, many=many)
        dated_by(draft, subject, clause)


def _described(draft: Draft, clause: Clause) -> tuple[Phrase, tuple[Phrase, ...]] | None:
    """What a clause lists attributes of, and the attributes."""
    if of_service(draft, clause):
        return clause.objects[-1], clause.having
    if describes(clause):
        return clause.subject[0], clause.attributes
    if brings(clause):
        return clause.objects[0], listed(clause.objects[0])
    if enrolled := enrols_as(clause):
        return enrolled, clause.having
    if (booked := booked_noun(draft, clause)) and clause.attributes:
        return replace(clause.attributes[0], core=(booked,)), clause.attributes
    if introduces(clause):
        last = clause.attributes[-1]
        told = last.inner and last is not clause.objects[0] and lists_fields(last, sure=False)
        return clause.objects[0], listed(last) if told else clause.having
    return None


def _choose_length(draft: Draft, clause: Clause) -> None:
    """`lasts 15, 30 or 45 minutes`, and what else the list goes on with."""
    entity = draft.entity(clause.subject[0])
    found = _LENGTHS.match(clause.text)
    if entity is None or found is None:
        return
    values = tuple(int(number(part)) for part in re.findall(NUMBER, found["list"]))
    field = Field(type=FieldType.INT, one_of=values, about=f"In {found['unit']}.")
    add_field(draft, entity, Attribute("duration", field), clause)
    _describe(draft, entity, clause, tuple(part for part in clause.attributes if part.lead in {"a", "an", "the"}))


def _describe(draft: Draft, entity: EntityDraft, clause: Clause, attributes: tuple[Phrase, ...]) -> None:
    later = False
    for place, phrase in enumerate(attributes):
        if place and phrase.lead.startswith("each with") and attributes[place - 1].many:
            _describe_each(draft, entity, clause, attributes[place - 1], attributes[place:])
            return
        if phrase.core[-1] in _NO_NAMES or (phrase.core[0] == "unique" and entity.fields):
            _relative(draft, entity, clause, phrase)
            continue
        if phrase.name in {"later", "optionally", "eventually"} or _IF_KNOWN.fullmatch(phrase.text):
            later = True
            continue
        waits = later or bool(
            re.match(r"(?:later|optionally|eventually|possibly|finally|perhaps|maybe|sometimes)\b", phrase.lead)
        )
        later = False
        if phrase.lead in {"which", "that", "who"} or phrase.core[0] in {"which", "that", "who"}:
            _relative(draft, entity, clause, phrase)
            continue
        if _is_secret(draft, entity, clause, phrase) or _add_parts(draft, entity, clause, phrase):
            continue
        target = draft.named(phrase.core) if _is_whole(draft, phrase) else None
        linked = re.match(r"(?:belongs? to|for|in) (?:an?|one|the) (?P<what>[a-z ]+)$", phrase.text)
        target = draft.named(tuple(linked["what"].split())) if linked else target
        if target is not None and target is not entity and not phrase.aside:
            relate(draft, entity, target, clause, many=phrase.many, optional=waits)
        else:
            add_field(draft, entity, attribute(phrase, later=waits), clause)


def _describe_each(
    draft: Draft, whole: EntityDraft, clause: Clause, phrase: Phrase, attributes: tuple[Phrase, ...]
) -> None:
    """`One or more lines, each with a text and a quantity`: the lines are records of their own."""
    part = part_of(draft, whole, phrase)
    for name in (phrase.core[-1], spec_name(phrase.name)):
        whole.fields.pop(name, None)
    for key in [key for key, relation in part.relations.items() if relation.to == whole.name]:
        del part.relations[key]
    join_part(draft, whole, part, clause)
    first = replace(attributes[0], lead=attributes[0].lead.removeprefix("each with").strip())
    _describe(draft, part, clause, (first, *attributes[1:]))


def _add_parts(draft: Draft, entity: EntityDraft, clause: Clause, phrase: Phrase) -> bool:
    """What an aside lists: fields of the record itself, or of the parts that it has several of."""
    single = [] if MANY.search(phrase.lead) else components(phrase)
    for one in single:
        add_field(draft, entity, attribute(one), clause)
    if single:
        return True
    for one in parts([phrase]):
        part = part_of(draft, entity, one)
        _describe(draft, part, clause, listed(one))
        join_part(draft, entity, part, clause)
        return True
    return False


def _depends(draft: Draft, entity: EntityDraft, clause: Clause) -> None:
    """`A name and a minimum age, if the script demands one`: the last of them may be missing."""
    name = list(entity.fields)[-1]
    entity.fields[name] = entity.fields[name].model_copy(update={"optional": True})
    draft.mark(clause, f"{entity.address}.fields.{name}")


def _sent_by(draft: Draft, entity: EntityDraft, clause: Clause) -> None:
    """Whoever sends records is known by what they belong to."""
    sender = draft.entity(clause.subject[0])
    if sender is not None and sender is not entity:
        relate(draft, entity, sender, clause)


def _added_to(draft: Draft, entity: EntityDraft, clause: Clause) -> None:
    """`Add an entry to my timesheet` relates an entry to one."""
    for preposition in ("to", "for", "on", "about"):
        for phrase in clause.after(preposition)[:1]:
            target = draft.entity(phrase)
            if target is not None and target is not entity and not phrase.many:
                relate(draft, entity, target, clause)


def _is_secret(draft: Draft, entity: EntityDraft, clause: Clause, phrase: Phrase) -> bool:
    """What callers prove who they are by is no field: an API key, a password."""
    if phrase.core[-2:] == ("api", "key") or phrase.name in {"access token", "api token"}:
        draft.roles[entity.snake] = Role(record=entity.name, proves=Proof.API_KEY)
    elif phrase.core != ("password",):
        return False
    draft.mark(clause, entity.address)
    draft.assume(entity.address, f"{entity.one} signs in with its {phrase.name}, which is kept apart from the record.")
    return True


def _is_whole(draft: Draft, phrase: Phrase) -> bool:
    """Whether the whole of a phrase, not only its end, names an entity that has attributes of its own."""
    found = draft.named(phrase.core)
    return found is not None and found.snake == "_".join(phrase.core)


def _relative(draft: Draft, entity: EntityDraft, clause: Clause, phrase: Phrase) -> None:
    """`..., which can never be below zero` says more about the field before it."""
    if not entity.fields:
        return
    name = list(entity.fields)[-1]
    known = entity.fields[name]
    entity.fields[name] = constrained(known, f"{' '.join(phrase.core)} {phrase.post}", "")
    draft.mark(clause, f"{entity.address}.fields.{name}")


def ensure_fields(draft: Draft) -> None:
    """An entity of which nothing was said has a name."""
    for entity in draft.entities.values():
        tied = any(relation.to != entity.name for relation in entity.relations.values())
        if not entity.fields and not tied and not entity.states:
            entity.fields["name"] = Field(type=FieldType.STRING)
            draft.assume(f"{entity.address}.fields.name", f"{entity.one} has a name; the text says nothing about it.")
