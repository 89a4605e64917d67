"""Who acts, and what they may do with the records: roles, grants, search, filters and orders."""

import re
from collections.abc import Iterable
from dataclasses import replace

from quantumlayer.qlayer.parser.draft import ASSUMED, LIKELY, STATED, Draft, EntityDraft
from quantumlayer.qlayer.parser.meaning.conditions import qualities
from quantumlayer.qlayer.parser.meaning.described import test_for
from quantumlayer.qlayer.parser.meaning.describing import PUBLIC, brings, is_system
from quantumlayer.qlayer.parser.meaning.fields import attribute_name, spec_name
from quantumlayer.qlayer.parser.meaning.persons import defines, is_proper, is_thing
from quantumlayer.qlayer.parser.meaning.relations import relate
from quantumlayer.qlayer.parser.meaning.rights import (
    insiders,
    is_plain,
    makers,
    makes,
    narrowing,
    narrows_people,
    outsiders,
    theirs,
    which,
    without_signing_in,
)
from quantumlayer.qlayer.parser.meaning.verbs import (
    CREATE,
    DELETE,
    FILTER,
    MANAGE,
    NO_ACTION,
    READ,
    SEARCH,
    SORT,
    UPDATE,
    happens,
)
from quantumlayer.qlayer.parser.text.clauses import Clause, is_story
from quantumlayer.qlayer.parser.text.phrases import Phrase
from quantumlayer.spec.model import Action, Field, FieldType, Proof, Role

ANYONE = "anyone"
_NOBODY = frozenset({"nobody", "none", "no-one"})
ALL = frozenset({Action.CREATE, Action.READ, Action.UPDATE, Action.DELETE})
_ACTIONS = (
    (MANAGE, ALL),
    (CREATE, frozenset({Action.CREATE})),
    (READ | SEARCH | FILTER | SORT, frozenset({Action.READ})),
    (UPDATE, frozenset({Action.UPDATE})),
    (DELETE, frozenset({Action.DELETE})),
)
ACCESS = MANAGE | CREATE | READ | SEARCH | FILTER | SORT | UPDATE | DELETE
_ADMINISTRATORS = frozenset({"administrator", "admin", "system_administrator"})
_EVERYTHING = frozenset({"everything", "all", "anything"})
_MEANS = frozenset({"by", "with", "through", "via", "using"})
_SEES = frozenset({"see", "view", "look at", "browse"})
"""What people do, and no record does."""
_ENROL = frozenset({"register", "sign up", "enrol", "enroll"})
_BY_ONESELF = re.compile(r"^(?:(?:with|by giving|giving|online|themselves|by themselves|for an account)\b.*)?$")
_AS_ONE = re.compile(r"^as an? (?P<what>[a-z]+(?: [a-z]+)?)$")
_OWN = re.compile(r"\b(?:own|their|his|her|its|my)\b")


def nobody(phrase: Phrase) -> bool:
    """Whether a subject forbids something to all."""
    return phrase.core[-1] in _NOBODY or phrase.lead == "no"


def role_name(draft: Draft, phrase: Phrase) -> str:
    """The role that a subject means, as a name; `anyone` for the public.

    Who is kept as a record is somebody in particular: where a guest has a name, guests are not the public.
    """
    public = (phrase.core[-1] in PUBLIC and draft.entity(phrase) is None) or outsiders(phrase) or insiders(phrase)
    office = re.fullmatch(r"of (?!an?\b|the\b|each\b|every\b|its\b|their\b)[a-z]+", phrase.post)
    return ANYONE if public else spec_name(f"{phrase.name} {phrase.post}" if office else phrase.name)


def actors(draft: Draft, clause: Clause) -> list[str]:
    """The roles that a clause speaks of, if its subject acts."""
    if clause.passive or not clause.subject or clause.verb in NO_ACTION:
        return []
    found = [part for part in clause.subject if not is_system(part) and not nobody(part)]
    silent = {"it", "they", "everything", "today", "somebody", "someone", "who", "that", "there"}
    found = [] if any(is_proper(clause, part) for part in found) else found
    return [role_name(draft, part) for part in found if part.core[-1] not in silent and not is_thing(part.core[-1])]


def find_roles(draft: Draft, clauses: Iterable[Clause]) -> None:
    """Whoever may do something, or does something to a record, plays a role."""
    states = {state for entity in draft.entities.values() if entity.states for state in entity.states.values}
    found = list(clauses)
    acting = {phrase.name for one in found if one.modal in {"can", "may", "could"} for phrase in one.subject}
    for clause in found:
        itself = (
            any(
                draft.entity(one) is not None and draft.entity(one) is draft.entity(clause.subject[0])
                for one in clause.objects
            )
            if clause.subject
            else False
        )
        if id(clause) in draft.acted or itself or defines(draft, clause, acting):
            continue
        everything = any(phrase.core[-1] in _EVERYTHING for phrase in clause.objects)
        target = [phrase for phrase in clause.objects if draft.entity(phrase)]
        acts = clause.verb in MANAGE or clause.modal in {"can", "may", "could"} or clause.only or everything
        acts = acts or (bool(target) and clause.verb in _SEES)
        known = clause.verb in ACCESS or bool(target) or any(happens(clause.verb, state) for state in states)
        story = is_story(clause.sentence)
        definite = bool(clause.subject) and clause.subject[0].lead.startswith("the") and not (acts or clause.only)
        definite = definite and not any(
            entity.states and any(happens(clause.verb, one) for one in entity.states.values)
            for entity in map(draft.entity, clause.objects)
            if entity
        )
        gerund = bool(clause.subject) and clause.subject[0].core[-1].endswith("ing") and clause.subject[0].lead == ""
        if not (known or story) or not (acts or target) or gerund:
            continue
        for name in actors(draft, clause):
            said = any(name in entity.fields for entity in draft.entities.values())
            if name == ANYONE or said or (definite and name not in draft.roles):
                continue
            if name not in draft.roles:
                draft.roles[name] = Role(record=_record(draft, name))
            draft.mark(clause, f"roles.{name}", STATED if acts else LIKELY)


def add_role(draft: Draft, name: str) -> str:
    """A role by its name, made if it is new."""
    if name != ANYONE and name not in draft.roles:
        draft.roles[name] = Role(record=_record(draft, name))
    return name


def _record(draft: Draft, role: str) -> str | None:
    """The entity of the same name: such a caller is one of its records."""
    entity = next((entity for entity in draft.entities.values() if entity.snake == role), None)
    return entity.name if entity else None


def find_access(draft: Draft, clauses: Iterable[Clause]) -> None:
    """Grants from `manage`, `can see every`, `see only their own`, `search books by title`."""
    exclusive: list[tuple[Clause, list[str], set[Action]]] = []
    for clause in clauses:
        _enrol(draft, clause)
        actions = {Action.CREATE} if brings(clause) else set(actions_of(clause))
        if clause.negated or id(clause) in draft.acted or not (actions or _creates_by_state(draft, clause)):
            continue
        actions = actions or {Action.CREATE}
        acting = acting_roles(draft, clause)
        for who in acting:
            for phrase in things(clause):
                _grant(draft, clause, who, phrase, actions)
        acting += _grant_makers(draft, clause, actions)
        if clause.only and acting:
            exclusive.append((clause, acting, actions))
    for reserving, acting, actions in exclusive:
        _reserve(draft, reserving, acting, actions)


def things(clause: Clause) -> tuple[Phrase, ...]:
    """What a clause does something to, rather than by what: `search by title` names no title to read."""
    return tuple(phrase for phrase in clause.objects if phrase.lead.split(" ")[0] not in _MEANS)


def acting_roles(draft: Draft, clause: Clause) -> list[str]:
    """The known roles that a clause lets act; those of whom it means only some are left out."""
    found: list[str] = []
    if without_signing_in(clause) and not clause.negated:
        return [ANYONE] if actors(draft, clause) else []
    for part in clause.subject:
        if insiders(part):
            found += [who for who, role in draft.roles.items() if role.proves is Proof.PASSWORD]
        elif outsiders(part):
            found.append(ANYONE)
        elif not narrows_people(part) and not _of_record(draft, part):
            named = actors(draft, replace(clause, subject=(part,)))
            found += [who for who in named if who == ANYONE or who in draft.roles]
    return list(dict.fromkeys(found)) if actors(draft, clause) else []


def _of_record(draft: Draft, part: Phrase) -> bool:
    """Whether a subject is somebody of a record (`the author of a post`) rather than anybody in a role."""
    whole = re.match(r"of (?:an?|the|that|each|every) (?P<what>[a-z ]+)$", part.post)
    return whole is not None and draft.spoken(whole["what"]) is not None


def _grant_makers(draft: Draft, clause: Clause, actions: set[Action]) -> list[str]:
    """`The doctor who wrote it can read a note`: each their own; gives the roles."""
    found: list[str] = []
    for part in clause.subject if not clause.condition else ():
        entity = makers(draft, clause, part)
        for who in actors(draft, replace(clause, subject=(part,))) if entity else ():
            own = theirs(draft, entity, who, part.post.split()[-2]) if entity and who in draft.roles else ""
            if entity is not None and own:
                draft.grant(entity, who, actions, own)
                draft.mark(clause, f"{entity.address}.access")
                draft.whole.add(id(clause))
                found.append(who)
    return found


def _enrol(draft: Draft, clause: Clause) -> None:
    """`Patients register with a name and an email`: it is how they get a record and an account."""
    subject = clause.subject[0] if len(clause.subject) == 1 else None
    if subject is None or clause.verb not in _ENROL or clause.passive or clause.negated or clause.only:
        return
    behind = clause.text.partition(clause.verb.split(" ")[-1])[2].strip()
    anybody = _AS_ONE.match(behind) if role_name(draft, subject) == ANYONE else None
    entity = draft.spoken(anybody["what"]) if anybody else draft.entity(subject)
    named = anybody or (entity and entity.snake == spec_name(subject.name) and _BY_ONESELF.match(behind))
    if entity is None or not named or clause.condition or subject.post:
        return
    add_role(draft, entity.snake)
    draft.grant(entity, ANYONE, {Action.CREATE})
    draft.mark(clause, f"{entity.address}.access")


def _reserve(draft: Draft, clause: Clause, acting: list[str], actions: set[Action]) -> None:
    """What only some may do is reserved for them; who alone manages records is not alone in reading them."""
    beyond = clause.verb in MANAGE | SEARCH | FILTER | SORT
    for phrase in clause.objects:
        entity = draft.entity(phrase)
        for action in actions - {Action.READ} if beyond else actions:
            if entity is not None:
                entity.reserved.setdefault(action, set()).update(acting)


def _creates_by_state(draft: Draft, clause: Clause) -> bool:
    """Whether a verb brings a record into its first state: `request a permit`, where a permit is requested at first."""
    entity = draft.entity(clause.objects[0]) if clause.objects else None
    return entity is not None and entity.states is not None and happens(clause.verb, entity.states.values[0])


def _grant(draft: Draft, clause: Clause, who: str, phrase: Phrase, actions: set[Action]) -> None:
    entity = draft.entity(phrase)
    if entity is None:
        _grant_beyond(draft, clause, who, phrase, actions)
        return
    said = narrowing(clause, phrase)
    record = draft.record_of(who)
    unknown = makes(said) and who != ANYONE and not (record and draft.path(entity, record.name))
    own = bool(_OWN.search(phrase.lead)) or _own_before(clause, phrase) or unknown
    narrowed = "" if unknown else which(draft, entity, who, said)
    limited = which(draft, entity, who, clause.condition) if clause.condition else ""
    if limited is None:
        return  # the sentence becomes a question
    tests = [test_for(draft, entity, word) for word in qualities(entity, phrase)]
    unsure = narrowed == "" and not unknown and not is_plain(clause, phrase)
    if narrowed is None or unsure or not all(tests) or (own and who == ANYONE):
        # To grant more than the text says would be worse than to grant nothing.
        meant = f"{phrase.text.removesuffix(phrase.post).strip()} {said}".strip()
        draft.ask(f"{entity.address}.access", f"Which are meant by: {meant}?", "Access is not given.")
        draft.mark(clause, entity.address, ASSUMED)
        return
    if clause.condition:
        draft.whole.add(id(clause))
    when = own_records(draft, entity, who, clause) if own or actions == {Action.CREATE} else ""
    if own and not when:
        when = _made_own(draft, entity, who, clause)
    before = next((key for key in entity.access if key[0] == who and key[1]), None)
    everything = re.search(r"\b(?:all|every|any|each)\b", phrase.lead)
    if before and not own and not narrowed and actions == {Action.READ} and not everything:
        when = before[1]
    if own and "only" in f"{phrase.lead} {clause.text}".split():
        entity.access.get((who, ""), set()).discard(Action.READ)
    draft.grant(entity, who, actions, " && ".join(filter(None, [*tests, narrowed, limited, when])))
    draft.mark(clause, f"{entity.address}.access")


def _grant_beyond(draft: Draft, clause: Clause, who: str, phrase: Phrase, actions: set[Action]) -> None:
    """What is no single kind of record: everything, nothing, or a value of a record."""
    if phrase.core == ("nothing",):
        draft.read.add(id(clause))
    elif phrase.core[-1] in _EVERYTHING and not narrowing(clause, phrase).removeprefix("of it").removeprefix("of them"):
        for entity in draft.entities.values():
            draft.grant(entity, who, actions)
            draft.mark(clause, f"{entity.address}.access", LIKELY)
    else:
        _shown_value(draft, clause, phrase)


def _own_before(clause: Clause, phrase: Phrase) -> bool:
    """`their own loans and fees`: what is said of the first holds for the others."""
    first = clause.objects[0]
    return bool(_OWN.search(first.lead)) and not phrase.lead


def own_records(draft: Draft, entity: EntityDraft, who: str, clause: Clause | None = None) -> str:
    """The condition that a record is the caller's own, as CEL; empty where there is no way to tell."""
    record = draft.record_of(who)
    way = draft.path(entity, record.name) if record else ""
    if way and clause and not way.count(".") and Action.CREATE in actions_of(clause):
        return ""
    return f"{way} == caller.{who}" if way else ""


def actions_of(clause: Clause) -> frozenset[Action]:
    """What a verb lets somebody do with records."""
    return next((actions for verbs, actions in _ACTIONS if clause.verb in verbs), frozenset())


def _made_own(draft: Draft, entity: EntityDraft, who: str, clause: Clause) -> str:
    """`Their own tickets` needs to know whose a ticket is: the relation is assumed where the text leaves it out."""
    record = given_record(draft, who)
    draft.mark(clause, record.address, ASSUMED)
    relate(draft, entity, record, clause)
    draft.assume(f"{entity.address}.relations.{record.snake}", f"{entity.one} belongs to one {record.title}.")
    return own_records(draft, entity, who)


def given_record(draft: Draft, who: str) -> EntityDraft:
    """The entity whose records are those in a role; it is made where the text tells of none."""
    record = draft.record_of(who)
    if record is None:
        record = draft.add_entity(who.replace("_", " "))
        for name, kind in (("name", FieldType.STRING), ("email", FieldType.EMAIL)):
            personal = kind is FieldType.EMAIL
            record.fields.setdefault(name, Field(type=kind, unique=personal, personal=personal))
        draft.roles[who] = draft.roles[who].model_copy(update={"record": record.name})
        draft.assume(record.address, f"{record.one} has a name and an email, so that their own records can be told.")
    return record


def may_see(draft: Draft, entity: EntityDraft, who: str, why: str) -> None:
    """Let a role read the records that it has to choose from."""
    if not reads(entity, who) and entity.open_to(who, {Action.READ}):
        draft.grant(entity, who, {Action.READ})
        seen = f"The role {who.replace('_', ' ')} can read every {entity.title}: {why}"
        draft.assume(f"{entity.address}.access", seen)


def _shown_value(draft: Draft, clause: Clause, phrase: Phrase) -> None:
    """`see only their own loans and fees`: a fee is no record but a value of one."""
    name = attribute_name(phrase)
    for entity in draft.entities.values():
        part = "derived" if name in entity.derived else "fields" if name in entity.fields else ""
        if part:
            draft.mark(clause, f"{entity.address}.{part}.{name}", LIKELY)


def reads(entity: EntityDraft, who: str) -> bool:
    """Whether a role reads any of an entity's records."""
    return any(key[0] in {who, ANYONE} and Action.READ in actions for key, actions in entity.access.items())


def keeper(draft: Draft) -> str:
    """The role that manages most; where none does, one that has no record of its own, or an assumed administrator."""
    named = next((who for who in draft.roles if who in _ADMINISTRATORS), "")
    return named or manager(draft) or _assumed_manager(draft)


def manager(draft: Draft) -> str:
    """The role that manages most."""
    managing = {
        who: sum(1 for entity in draft.entities.values() if entity.access.get((who, ""), set()) >= ALL)
        for who, role in draft.roles.items()
        if role.proves is not Proof.SIGNATURE
    }
    best = max(managing, key=lambda who: managing[who], default="")
    return best if best and managing[best] else ""


def _assumed_manager(draft: Draft) -> str:
    people = (name for name, role in draft.roles.items() if role.record is None and role.proves is Proof.PASSWORD)
    who = next(people, "administrator")
    if who not in draft.roles:
        draft.roles[who] = Role()
        draft.assume(f"roles.{who}", "Somebody keeps the records; the text names no such role.")
    return who
