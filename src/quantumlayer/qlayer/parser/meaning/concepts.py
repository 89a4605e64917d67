"""What is kept and how it hangs together: entities, their fields and their relations."""

import re
from collections.abc import Iterable
from dataclasses import replace

from quantumlayer.kit.identifiers import plural
from quantumlayer.qlayer.parser.draft import ASSUMED, LIKELY, STATED, Draft, EntityDraft
from quantumlayer.qlayer.parser.meaning.constraints import constrained
from quantumlayer.qlayer.parser.meaning.fields import Attribute, attribute, attribute_name, components, spec_name
from quantumlayer.qlayer.parser.meaning.verbs import CREATE, LASTING
from quantumlayer.qlayer.parser.text.clauses import Clause
from quantumlayer.qlayer.parser.text.numbers import NUMBER, number
from quantumlayer.qlayer.parser.text.phrases import Phrase
from quantumlayer.qlayer.parser.text.sentences import Sentence
from quantumlayer.spec.model import Computed, Field, FieldType, Relation, RelationKind

HAVING = frozenset(
    {"have", "record", "hold", "store", "contain", "include", "comprise", "consist", "carry", "keep", "need"}
)
_ENROLLING = frozenset({"register", "sign up", "apply", "join"})
_LINKING = frozenset({"belong", "link", "connect", "concern", "refer", "come", "join", "cover", "be"})
_SYSTEM = frozenset(
    {"system", "service", "application", "app", "software", "platform", "website", "site", "we", "i", "backend"}
)
_SINGLE = re.compile(r"\b(?:one|an?|exactly one|the|its|their|single|some|each|every|per)\b")
_LOGS = re.compile(r"\b(?:not|never)\b.*\blogs?\b")
_LENGTHS = re.compile(
    rf"^(?:lasts?|runs?)(?: for)? (?P<list>{NUMBER}(?: ?, {NUMBER})*(?: ?,)? or {NUMBER}) (?P<unit>minutes|hours|days)"
)
_COUNTED = re.compile(rf"^\w+ (?:at most|at least|up to|no more than|exactly|between) {NUMBER}")
_PART_OF = re.compile(r"^(?:on|of|for) (?:an?|the|each|every) (?P<whole>[a-z]+(?: [a-z]+)?)$")
_LINK_WORDS = frozenset({"to", "for", "in", "from", "by", "at", "with", "of", "on"})
_MANY = re.compile(r"\bone or more\b|\bseveral\b|\bmany\b|\bmore than one\b|\bany number of\b|\bone or several\b")


def is_system(phrase: Phrase) -> bool:
    """Whether a phrase means who speaks or what is to be built, rather than something to keep."""
    return (bool(phrase.core) and phrase.core[-1] in _SYSTEM) or phrase.lead.split(" ")[0] in {"our", "my"}


def introduces(clause: Clause) -> bool:
    """Whether a clause has a role make something: `As a customer, I want to open a ticket with a subject`."""
    makes = clause.verb in CREATE and clause.modal == "can" and not clause.passive and not clause.negated
    return makes and len(clause.objects) == 1 and clause.objects[0].lead in {"", "a", "an", "new", "a new"}


def describes(clause: Clause) -> bool:
    """Whether a clause lists what its subject has."""
    if not clause.subject or clause.negated or clause.modal in {"may", "can", "could"} or is_system(clause.subject[0]):
        return False
    if clause.passive or not clause.tail:
        return False
    if clause.verb in _ENROLLING:
        return clause.tail[0].lower == "with" and len(clause.attributes) > 1
    if _COUNTED.match(clause.text):
        return False
    return clause.verb in HAVING and clause.condition == "" and clause.subject[0].core[0] not in {"nobody", "anyone"}


def find_entities(draft: Draft, clauses: Iterable[Clause]) -> None:
    """Every subject of a clause that lists attributes is an entity; so is what relates two of them."""
    found = list(clauses)
    draft.itself = _places(found)
    for clause in found:
        if _of_service(draft, clause):
            for phrase in clause.objects:
                draft.mark(clause, draft.add_entity(phrase.name).address, LIKELY)
        elif describes(clause):
            for subject in clause.subject[:1]:
                entity = draft.add_entity(subject.name)
                draft.mark(clause, entity.address)
    for clause in found:
        if introduces(clause):
            entity = draft.add_entity(clause.objects[0].name)
            draft.mark(clause, entity.address, LIKELY)
        if _links(draft, clause) and clause.subject and draft.entity(clause.subject[0]) is None:
            entity = draft.add_entity(clause.subject[0].name)
            draft.mark(clause, entity.address, LIKELY)


def _places(clauses: list[Clause]) -> tuple[tuple[str, ...], ...]:
    """What only keeps several kinds of things is where the service is at home, no record of it: `A shop keeps tools`.

    Whatever is said to have something of its own, to act, or to be one of several is a record all the same.
    """
    keeping = dict.fromkeys(
        clause.subject[0].core
        for clause in clauses
        if describes(clause) and _keeps(clause) and not clause.subject[0].many and len(clause.subject) == 1
    )
    others = [clause for clause in clauses if not (describes(clause) and _keeps(clause))]
    records = {clause.subject[0].core for clause in others if clause.subject and _is_of_record(clause)}
    named = {phrase.core for clause in others for phrase in clause.attributes}
    return tuple(core for core in keeping if core not in records | named)


def _is_of_record(clause: Clause) -> bool:
    several = clause.subject[0].many or clause.subject[0].lead in {"each", "every"}
    return describes(clause) or several or clause.modal in {"can", "may"} or clause.verb in _LINKING - {"be"}


def _keeps(clause: Clause) -> bool:
    """Whether a clause says which records its subject keeps, rather than what one of it has."""
    lead = clause.subject[0].lead
    objects = clause.objects
    return (
        clause.verb in {"keep", "store", "hold"}
        and lead in {"", "a", "an", "the"}
        and bool(objects)
        and all(part.many and not part.lead for part in objects)
    )


def _of_service(draft: Draft, clause: Clause) -> bool:
    return describes(clause) and clause.subject[0].core in draft.itself


def find_attributes(draft: Draft, clauses: Iterable[Clause]) -> None:
    """The fields and relations of every entity."""
    for clause in clauses:
        if described := _described(draft, clause):
            phrase, attributes = described
            entity = draft.entity(phrase)
            if entity is not None:
                _describe(draft, entity, clause, attributes)
        elif clause.verb in LASTING and clause.subject:
            _choose_length(draft, clause)
        elif targets := _links(draft, clause):
            entity = draft.entity(clause.subject[0])
            for target in targets:
                if entity is not None and entity is not target:
                    many = bool(_MANY.search(clause.text))
                    relate(draft, entity, target, clause, many=many)


def _described(draft: Draft, clause: Clause) -> tuple[Phrase, tuple[Phrase, ...]] | None:
    """What a clause lists attributes of, and the attributes."""
    if _of_service(draft, clause):
        return clause.objects[-1], clause.having
    if describes(clause):
        return clause.subject[0], clause.attributes
    return (clause.objects[0], clause.having) if introduces(clause) else None


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
    for phrase in attributes:
        if phrase.name in {"later", "optionally", "eventually"}:
            later = True
            continue
        waits = later or bool(re.match(r"(?:later|optionally|eventually|possibly|finally)\b", phrase.lead))
        later = False
        if phrase.lead in {"which", "that", "who"} or phrase.core[0] in {"which", "that", "who"}:
            _relative(draft, entity, clause, phrase)
            continue
        parts = components(phrase)
        for part in parts:
            add_field(draft, entity, attribute(part), clause)
        if parts:
            continue
        target = draft.named(phrase.core) if _is_whole(draft, phrase) else None
        linked = re.match(r"(?:belongs? to|for|in) (?:an?|one|the) (?P<what>[a-z ]+)$", phrase.text)
        target = draft.named(tuple(linked["what"].split())) if linked else target
        if target is not None and target is not entity and not phrase.aside:
            relate(draft, entity, target, clause, many=phrase.many, optional=waits)
        else:
            add_field(draft, entity, attribute(phrase, later=waits), clause)


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


def add_field(draft: Draft, entity: EntityDraft, found: Attribute, sentence: Clause) -> None:
    """Give an entity a field, with the assumptions that its reading needs."""
    address = f"{entity.address}.fields.{found.name}"
    if found.name in entity.fields:
        draft.mark(sentence, address, ASSUMED)
        return
    field = found.field
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


def relate(
    draft: Draft,
    entity: EntityDraft,
    target: EntityDraft,
    sentence: Clause | Sentence,
    *,
    many: bool = False,
    optional: bool = False,
) -> str:
    """Relate a record to one of the target, and give the relation's name.

    `many` turns the relation round, as a Spec relates many to one.
    """
    if many:
        if target.snake in entity.relations or entity.snake in target.relations:
            return target.snake
        entity, target = target, entity
        draft.assume(
            f"{entity.address}.relations.{target.snake}",
            f"{entity.one} belongs to one {target.title}; {target.one.lower()} has any number of them.",
        )
    elif entity.snake in target.relations:
        return ""
    name = target.snake if spec_name(target.snake) == target.snake else f"{target.snake}_record"
    entity.fields.pop(name, None)
    entity.relations.setdefault(name, Relation(to=target.name, kind=RelationKind.MANY_TO_ONE, optional=optional))
    draft.mark(sentence, f"{entity.address}.relations.{name}", LIKELY if many else STATED)
    return name


def _links(draft: Draft, clause: Clause) -> list[EntityDraft]:
    """The entities that a clause ties its subject to: `belongs to one owner`, `is taught by one trainer`."""
    if not clause.subject or clause.negated or clause.modal or clause.condition or is_system(clause.subject[0]):
        return []
    subject = clause.subject[0]
    direct = clause.verb in {"link", "connect", "concern", "cover"} and not clause.passive
    tied = clause.verb in _LINKING or clause.passive
    if not direct and not (tied and clause.tail and clause.tail[0].lower in _LINK_WORDS):
        return []
    if clause.passive and not re.search(r"\b(?:each|every|an?)\b", subject.lead):
        return []
    targets: list[EntityDraft] = []
    for phrase in clause.attributes:
        target = draft.entity(phrase)
        places = [draft.named(tuple(part.split())) for part in re.findall(r"\b(?:in|for|to) one (\w+)", phrase.post)]
        single = _SINGLE.search(phrase.lead) or _MANY.search(phrase.lead)
        if target is not None and single:
            targets.append(target)
        targets += [place for place in places if place is not None]
    return list({target.name: target for target in targets if target is not draft.entity(subject)}.values())


def find_personal(draft: Draft, clauses: Iterable[Clause]) -> None:
    """Mark personal fields: `Phone numbers and email addresses are personal data`."""
    found = list(clauses)
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


def find_later_limits(draft: Draft, clauses: Iterable[Clause]) -> None:
    """Limits that a sentence of its own puts on a field: `Prices are never negative`, `A name must be unique`."""
    for clause in clauses:
        if clause.verb not in {"be", "have", "exceed", "must", "contain"} or not clause.subject or describes(clause):
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
    part = _PART_OF.match(phrase.post)
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


def ensure_fields(draft: Draft) -> None:
    """An entity of which nothing was said has a name."""
    for entity in draft.entities.values():
        if not entity.fields and not entity.relations and not entity.states:
            entity.fields["name"] = Field(type=FieldType.STRING)
            draft.assume(f"{entity.address}.fields.name", f"{entity.one} has a name; the text says nothing about it.")
