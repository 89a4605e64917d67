"""Who acts, and what they may do with the records: roles, grants, search, filters and orders."""

import re
from collections.abc import Iterable

from quantumlayer.qlayer.parser.draft import ASSUMED, LIKELY, STATED, Draft, EntityDraft
from quantumlayer.qlayer.parser.meaning.concepts import is_system, relate
from quantumlayer.qlayer.parser.meaning.conditions import in_state, qualities
from quantumlayer.qlayer.parser.meaning.fields import attribute_name, spec_name
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
from quantumlayer.spec.model import Action, Field, FieldType, Role

ANYONE = "anyone"
_ANYONE = frozenset({"anyone", "anybody", "everyone", "everybody", "public", "visitor", "guest", "passerby"})
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
_OWN = re.compile(r"\b(?:own|their|his|her|its|my)\b")


def nobody(phrase: Phrase) -> bool:
    """Whether a subject forbids something to all."""
    return phrase.core[-1] in _NOBODY or phrase.lead == "no"


def role_name(draft: Draft, phrase: Phrase) -> str:
    """The role that a subject means, as a name; `anyone` for the public.

    Who is kept as a record is somebody in particular: where a guest has a name, guests are not the public.
    """
    public = phrase.core[-1] in _ANYONE and draft.entity(phrase) is None
    return ANYONE if public else spec_name(phrase.name)


def actors(draft: Draft, clause: Clause) -> list[str]:
    """The roles that a clause speaks of, if its subject acts."""
    if clause.passive or not clause.subject or clause.verb in NO_ACTION:
        return []
    found = [part for part in clause.subject if not is_system(part) and not nobody(part)]
    return [role_name(draft, part) for part in found if part.core[-1] not in {"it", "they", "everything", "today"}]


def find_roles(draft: Draft, clauses: Iterable[Clause]) -> None:
    """Whoever may do something, or does something to a record, plays a role."""
    states = {state for entity in draft.entities.values() if entity.states for state in entity.states.values}
    for clause in clauses:
        acts = clause.verb in MANAGE or clause.modal in {"can", "may", "could"}
        target = [phrase for phrase in clause.objects if draft.entity(phrase)]
        known = clause.verb in ACCESS or bool(target) or any(happens(clause.verb, state) for state in states)
        story = is_story(clause.sentence)
        definite = bool(clause.subject) and clause.subject[0].lead.startswith("the") and not (acts or clause.only)
        gerund = bool(clause.subject) and clause.subject[0].core[-1].endswith("ing") and clause.subject[0].lead == ""
        if not (known or story) or not (acts or target) or gerund:
            continue
        for name in actors(draft, clause):
            said = any(name in entity.fields for entity in draft.entities.values())
            if name == ANYONE or said or (definite and name not in draft.roles):
                continue
            if name not in draft.roles:
                draft.roles[name] = Role(record=_record(draft, name))
            draft.mark(clause, f"roles.{name}", STATED if acts or clause.only else LIKELY)


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
        actions = set(_actions_of(clause))
        if clause.negated or not (actions or _creates_by_state(draft, clause)):
            continue
        actions = actions or {Action.CREATE}
        acting = [who for who in actors(draft, clause) if who == ANYONE or who in draft.roles]
        for who in acting:
            for phrase in clause.objects:
                _grant(draft, clause, who, phrase, actions)
        if clause.only and acting:
            exclusive.append((clause, acting, actions))
    for reserving, acting, actions in exclusive:
        _reserve(draft, reserving, acting, actions)
    for entity in draft.entities.values():
        _keep_reserved(draft, entity)


def _reserve(draft: Draft, clause: Clause, acting: list[str], actions: set[Action]) -> None:
    """What only some may do is reserved for them; who alone manages records is not alone in reading them."""
    beyond = clause.verb in MANAGE | SEARCH | FILTER | SORT
    for phrase in clause.objects:
        entity = draft.entity(phrase)
        for action in actions - {Action.READ} if beyond else actions:
            if entity is not None:
                entity.reserved.setdefault(action, set()).update(acting)


def _keep_reserved(draft: Draft, entity: EntityDraft) -> None:
    """Take what is reserved away from everybody else, whatever other sentences give them."""
    for (who, when), actions in list(entity.access.items()):
        left = entity.open_to(who, actions)
        for action in sorted(actions - left):
            alone = " and ".join(name.replace("_", " ") for name in sorted(entity.reserved[action]))
            said = f"The role {who.replace('_', ' ')} does not {action} {entity.one.lower()}: only {alone} may."
            draft.assume(f"{entity.address}.access", said)
        entity.access[who, when] = left
        if not left:
            del entity.access[who, when]


def _creates_by_state(draft: Draft, clause: Clause) -> bool:
    """Whether a verb brings a record into its first state: `request a permit`, where a permit is requested at first."""
    entity = draft.entity(clause.objects[0]) if clause.objects else None
    return entity is not None and entity.states is not None and happens(clause.verb, entity.states.values[0])


def _grant(draft: Draft, clause: Clause, who: str, phrase: Phrase, actions: set[Action]) -> None:
    entity = draft.entity(phrase)
    if entity is None:
        _shown_value(draft, clause, phrase)
        return
    asked = [word for word in qualities(entity, phrase) if not in_state(entity, word)]
    own = bool(_OWN.search(phrase.lead)) or _own_before(clause, phrase)
    if asked or (own and who == ANYONE):
        # To grant more than the text says would be worse than to grant nothing.
        draft.ask(f"{entity.address}.access", f"Which are meant by: {phrase.text}?", "Access is not given.")
        draft.mark(clause, entity.address, ASSUMED)
        return
    when = own_records(draft, entity, who, clause) if own or actions == {Action.CREATE} else ""
    if own and not when:
        when = _made_own(draft, entity, who, clause)
    narrowed = next((key for key in entity.access if key[0] == who and key[1]), None)
    if narrowed and not own and actions == {Action.READ} and not re.search(r"\b(?:all|every|any|each)\b", phrase.lead):
        when = narrowed[1]
    if own and "only" in f"{phrase.lead} {clause.text}".split():
        entity.access.get((who, ""), set()).discard(Action.READ)
    tests = [in_state(entity, word) for word in qualities(entity, phrase)]
    when = " && ".join([*tests, when] if when else tests)
    draft.grant(entity, who, actions, when)
    draft.mark(clause, f"{entity.address}.access")
    if clause.verb in SEARCH | FILTER | SORT:
        _listed(draft, entity, clause)


def _own_before(clause: Clause, phrase: Phrase) -> bool:
    """`their own loans and fees`: what is said of the first holds for the others."""
    first = clause.objects[0]
    return bool(_OWN.search(first.lead)) and not phrase.lead


def own_records(draft: Draft, entity: EntityDraft, who: str, clause: Clause | None = None) -> str:
    """The condition that a record is the caller's own, as CEL; empty where there is no way to tell."""
    record = draft.record_of(who)
    way = draft.path(entity, record.name) if record else ""
    if way and clause and not way.count(".") and Action.CREATE in _actions_of(clause):
        return ""
    return f"{way} == caller.{who}" if way else ""


def _actions_of(clause: Clause) -> frozenset[Action]:
    return next((actions for verbs, actions in _ACTIONS if clause.verb in verbs), frozenset())


def _made_own(draft: Draft, entity: EntityDraft, who: str, clause: Clause) -> str:
    """`Their own tickets` needs to know whose a ticket is: the relation is assumed where the text leaves it out."""
    record = draft.record_of(who)
    if record is None:
        record = draft.add_entity(who.replace("_", " "))
        for name, kind in (("name", FieldType.STRING), ("email", FieldType.EMAIL)):
            personal = kind is FieldType.EMAIL
            record.fields.setdefault(name, Field(type=kind, unique=personal, personal=personal))
        draft.roles[who] = draft.roles[who].model_copy(update={"record": record.name})
        draft.assume(record.address, f"{record.one} has a name and an email, so that their own records can be told.")
        draft.mark(clause, record.address, ASSUMED)
    relate(draft, entity, record, clause)
    draft.assume(f"{entity.address}.relations.{record.snake}", f"{entity.one} belongs to one {record.title}.")
    return own_records(draft, entity, who)


def _shown_value(draft: Draft, clause: Clause, phrase: Phrase) -> None:
    """`see only their own loans and fees`: a fee is no record but a value of one."""
    name = attribute_name(phrase)
    for entity in draft.entities.values():
        part = "derived" if name in entity.derived else "fields" if name in entity.fields else ""
        if part:
            draft.mark(clause, f"{entity.address}.{part}.{name}", LIKELY)


def _listed(draft: Draft, entity: EntityDraft, clause: Clause) -> None:
    """The fields that a list is searched, filtered or sorted by."""
    target = entity.search if clause.verb in SEARCH else entity.filter if clause.verb in FILTER else entity.sort
    for phrase in clause.after("by"):
        name = attribute_name(phrase)
        known = entity.fields.get(name)
        textual = known is not None and known.type in {FieldType.STRING, FieldType.TEXT, FieldType.EMAIL}
        if name in entity.relations or (known is not None and not textual and target is entity.search):
            target = entity.filter
        if (known is not None or name in entity.relations) and name not in target:
            target.append(name)
            draft.mark(clause, f"{entity.address}.list")


def default_access(draft: Draft) -> None:
    """Where the text is silent: who keeps a record, who reads what they act on, and one's own record."""
    for entity in draft.entities.values():
        made = entity.created_by or any(Action.CREATE in actions for actions in entity.access.values())
        if made:
            continue
        who = keeper(draft)
        draft.grant(entity, who, set(ALL))
        kept = f"Who adds and changes {entity.one.lower()}?"
        draft.ask(f"{entity.address}.access", kept, f"The role {who.replace('_', ' ')} does.")
        beside = ", but for what is reserved for others" if entity.open_to(who, set(ALL)) != ALL else ""
        managed = f"The role {who.replace('_', ' ')} manages every {entity.title}{beside}."
        draft.assume(f"{entity.address}.access", managed)
    for name, operation in draft.operations.items():
        for who in operation.by:
            _may_read(draft, draft.entities[operation.on], who, f"operations.{name}")
    for entity in draft.entities.values():
        for (who, _), actions in list(entity.access.items()):
            if not _reads(entity, who) and entity.open_to(who, {Action.READ}):
                actions.add(Action.READ)
                draft.assume(
                    f"{entity.address}.access", f"Who adds, changes or removes {entity.one.lower()} can read it."
                )
    for who, role in draft.roles.items():
        record = draft.record_of(who)
        if role.record and record is not None and not _reads(record, who) and record.open_to(who, {Action.READ}):
            draft.grant(record, who, {Action.READ}, f"this == caller.{who}")
            draft.assume(f"{record.address}.access", f"{record.one} may read their own record.")


def _reads(entity: EntityDraft, who: str) -> bool:
    return any(key[0] in {who, ANYONE} and Action.READ in actions for key, actions in entity.access.items())


def _may_read(draft: Draft, entity: EntityDraft, who: str, about: str) -> None:
    if _reads(entity, who) or not entity.open_to(who, {Action.READ}):
        return
    when = own_records(draft, entity, who)
    draft.grant(entity, who, {Action.READ}, when)
    whose = f"their own {entity.title} records" if when else f"every {entity.title}"
    draft.assume(about, f"The role {who.replace('_', ' ')} can see {whose}, so that it can act on it.")


def keeper(draft: Draft) -> str:
    """The role that manages most; where none does, one that has no record of its own, or an assumed administrator."""
    return manager(draft) or _assumed_manager(draft)


def manager(draft: Draft) -> str:
    """The role that manages most."""
    managing = {
        who: sum(1 for entity in draft.entities.values() if entity.access.get((who, ""), set()) >= ALL)
        for who in draft.roles
    }
    best = max(managing, key=lambda who: managing[who], default="")
    return best if best and managing[best] else ""


def _assumed_manager(draft: Draft) -> str:
    who = next((name for name, role in draft.roles.items() if role.record is None), "administrator")
    if who not in draft.roles:
        draft.roles[who] = Role()
        draft.assume(f"roles.{who}", "Somebody keeps the records; the text names no such role.")
    return who
