"""What a clause ties its subject to."""

import re

from quantumlayer.kit.identifiers import plural
from quantumlayer.qlayer.parser.draft import Draft, EntityDraft
from quantumlayer.qlayer.parser.meaning.adding import add_field
from quantumlayer.qlayer.parser.meaning.describing import (
    LINKING,
    is_system,
)
from quantumlayer.qlayer.parser.meaning.fields import (
    DATED,
    Attribute,
    attribute,
    spec_name,
)
from quantumlayer.qlayer.parser.meaning.persons import is_thing
from quantumlayer.qlayer.parser.meaning.relations import (
    MANY,
    relate,
    relate_several,
)
from quantumlayer.qlayer.parser.text.clauses import Clause
from quantumlayer.qlayer.parser.text.phrases import Phrase, Token, phrases
from quantumlayer.spec.model import Field, FieldType

_ONE = re.compile(r"(?:exactly |only )?(?:one|a single) [a-z]")
_SINGLE = re.compile(r"\b(?:one|an?|exactly one|the|its|their|single|some|each|every|per)\b")
_LINK_WORDS = frozenset({"to", "for", "in", "from", "by", "at", "with", "of", "on"})


def tie(draft: Draft, entity: EntityDraft, target: EntityDraft, clause: Clause, *, many: bool) -> None:
    """Relate two records as a clause says."""
    draft.acted.add(id(clause))
    if spec_name(plural(entity.snake)) in target.relations:
        return
    if many:
        relate_several(draft, entity, target, clause, clause.text)
    else:
        relate(draft, entity, target, clause, optional=bool(clause.modal) or "at most one" in clause.text)


def dated_by(draft: Draft, entity: EntityDraft, clause: Clause) -> None:
    """`A reservation is made by one guest, from an arrival day to a departure day`."""
    for phrase in tied_by(clause):
        if phrase.core[-1] in DATED and draft.entity(phrase) is None:
            add_field(draft, entity, attribute(phrase), clause)


def links(draft: Draft, clause: Clause) -> dict[str, bool]:
    """The entities that a clause ties its subject to, and whether to several: `belongs to one owner`."""
    loose = clause.modal in {"may", "can"} and clause.verb in {"be", "belong"} and not clause.passive
    told = not clause.modal or loose
    if not clause.subject or clause.negated or not told or clause.condition or is_system(clause.subject[0]):
        return {}
    subject = clause.subject[0]
    if subject.core[0] in {"most", "least"}:
        return {}  # `at most eight seats go to one reservation` is a limit
    direct = clause.verb in {"link", "connect", "concern", "cover"} and not clause.passive
    tied = clause.verb in LINKING or clause.passive
    placed = bool(clause.tail) and clause.tail[0].lower in _LINK_WORDS | {"under", "inside", "into"}
    if not direct and not (placed and (tied or _ONE.match(" ".join(token.lower for token in clause.tail[1:4])))):
        return {}
    if clause.passive and not re.search(r"\b(?:each|every|an?)\b", subject.lead):
        return {}
    targets: dict[str, bool] = {}
    for phrase in clause.attributes:
        target = draft.entity(phrase)
        places = [draft.named(tuple(part.split())) for part in re.findall(r"\b(?:in|for|to) one (\w+)", phrase.post)]
        single = _SINGLE.search(phrase.lead) or MANY.search(phrase.lead)
        if target is not None and single:
            targets.setdefault(target.name, MANY.search(phrase.lead) is not None)
        elif _ONE.match(f"{phrase.lead.split(' ', 1)[-1]} {phrase.name}") and spec_name(phrase.name) in draft.kinds:
            _add_kind(draft, clause, phrase)
        for place in places:
            if place is not None:
                targets.setdefault(place.name, False)
    own = draft.entity(subject)
    return {name: many for name, many in targets.items() if own is None or name != own.name}


def _add_kind(draft: Draft, clause: Clause, phrase: Phrase) -> None:
    """`A bin is for one waste type`, of which there are four: that is a choice among them."""
    entity = draft.entity(clause.subject[0])
    if entity is not None:
        add_field(draft, entity, Attribute(spec_name(phrase.name), Field(type=FieldType.STRING)), clause)


def is_link(draft: Draft, clause: Clause) -> bool:
    """Whether something that is done ties others together: `A casting puts a person into a character`."""
    if len(clause.subject) != 1 or clause.negated or clause.passive or clause.modal or not clause.tail:
        return False
    subject = clause.subject[0]
    if subject.lead not in {"a", "an", "each", "every"}:
        return False
    tied = [phrase for phrase in tied_by(clause) if draft.entity(phrase) is not None]
    single = sum(phrase.lead == "one" for phrase in tied)
    return len(tied) > 1 and (single > 1 or is_thing(subject.core[-1]))


def tied_by(clause: Clause) -> tuple[Phrase, ...]:
    """What stands behind the verb and behind each preposition, one of each."""
    groups: list[list[Token]] = [[]]
    for token in clause.tail:
        if token.lower in _LINK_WORDS | {"into", "between", "and", ","}:
            groups.append([])
        elif token.tag == "VB" and not groups[-1]:
            continue  # `allows one pupil to use one route`
        else:
            groups[-1].append(token)
    found = [part for group in groups if group for part in phrases(group)[:1]]
    return tuple(part for part in found if not part.many and part.lead in {"a", "an", "one", "the"})
