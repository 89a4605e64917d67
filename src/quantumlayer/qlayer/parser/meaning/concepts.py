"""What is kept: the entities of a text."""

from collections.abc import Iterable, Iterator

from quantumlayer.qlayer.parser.draft import LIKELY, STATED, Draft
from quantumlayer.qlayer.parser.meaning.describing import (
    booked_noun,
    brings,
    describes,
    enrols_as,
    enumerated,
    explained,
    introduces,
    of_service,
    places,
    spells,
)
from quantumlayer.qlayer.parser.meaning.links import is_link, links, tied_by
from quantumlayer.qlayer.parser.meaning.relations import (
    find_belonging,
    part_of,
    parts,
    relate,
)
from quantumlayer.qlayer.parser.meaning.verbs import MANAGE
from quantumlayer.qlayer.parser.text.clauses import Clause

_EDITING = frozenset({"create", "edit"})


def find_entities(draft: Draft, clauses: Iterable[Clause]) -> None:
    """Every subject of a clause that lists attributes is an entity; so is what relates two of them."""
    found = list(clauses)
    draft.itself = places(found)
    draft.kinds = enumerated(draft)
    valued = {phrase.core for clause in found if describes(clause) for phrase in clause.attributes}
    for clause in found:
        if not _describe(draft, clause, valued):
            for name, confidence in _named(draft, clause):
                draft.mark(clause, draft.add_entity(name).address, confidence)
    for clause in found:
        _manage(draft, clause)
    find_belonging(draft, found)
    for clause in found:
        _relate(draft, clause)


def _describe(draft: Draft, clause: Clause, valued: set[tuple[str, ...]]) -> bool:
    """The subject of a clause that lists what it has, with the parts that are records themselves."""
    if of_service(draft, clause):
        for phrase in clause.objects:
            draft.mark(clause, draft.add_entity(phrase.name).address, LIKELY)
        return True
    if not describes(clause) or (clause.subject[0].core in valued and spells(clause)):
        return False
    entity = draft.add_entity(clause.subject[0].name)
    draft.mark(clause, entity.address)
    for phrase in parts(clause.attributes):
        draft.mark(clause, part_of(draft, entity, phrase).address)
    return True


def _named(draft: Draft, clause: Clause) -> Iterator[tuple[str, float]]:
    """What a clause tells the values of in another way than by listing what its subject has."""
    if brings(clause):
        yield clause.objects[0].name, STATED
    elif enrolled := enrols_as(clause):
        yield enrolled.name, STATED
    elif booked := booked_noun(draft, clause):
        yield booked, STATED
    else:
        yield from ((phrase.name, STATED) for phrase in explained(clause))


def _manage(draft: Draft, clause: Clause) -> None:
    """What somebody looks after is kept, whether or not the text says more of it: `clerks manage tools`."""
    edits = clause.verb in _EDITING and len(clause.objects) > 1 and all(phrase.many for phrase in clause.objects)
    if not (clause.verb in MANAGE or edits) or not clause.subject or clause.negated or describes(clause):
        return
    for phrase in clause.objects:
        if phrase.many and not phrase.post and draft.entity(phrase) is None and phrase.core[-1].isalpha():
            draft.mark(clause, draft.add_entity(phrase.name).address, LIKELY)


def _relate(draft: Draft, clause: Clause) -> None:
    """What ties others together, what a role makes, and what belongs to something."""
    if is_link(draft, clause):
        entity = draft.add_entity(clause.subject[0].name)
        for phrase in tied_by(clause):
            if (target := draft.entity(phrase)) is not None and target is not entity:
                relate(draft, entity, target, clause)
        draft.acted.add(id(clause))
    if introduces(clause):
        draft.mark(clause, draft.add_entity(clause.objects[0].name).address, LIKELY)
    if links(draft, clause) and clause.subject and draft.entity(clause.subject[0]) is None:
        draft.mark(clause, draft.add_entity(clause.subject[0].name).address, LIKELY)
