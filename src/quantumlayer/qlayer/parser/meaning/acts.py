"""What everyday verbs do to records: assign, attach, tag, write, put into, deactivate, reopen."""

import re
from collections.abc import Callable, Iterable

from quantumlayer.kit.identifiers import plural
from quantumlayer.qlayer.parser.draft import ASSUMED, LIKELY, STATED, Draft, EntityDraft, OperationDraft
from quantumlayer.qlayer.parser.meaning.conditions import in_state, qualities
from quantumlayer.qlayer.parser.meaning.describing import is_system
from quantumlayer.qlayer.parser.meaning.fields import FILES, file_field, spec_name
from quantumlayer.qlayer.parser.meaning.operations import operation_name
from quantumlayer.qlayer.parser.meaning.people import ANYONE, actors, given_record, may_see
from quantumlayer.qlayer.parser.meaning.relations import relate, relation_name
from quantumlayer.qlayer.parser.text.clauses import Clause
from quantumlayer.qlayer.parser.text.phrases import Phrase, phrases
from quantumlayer.spec.model import (
    Action,
    Creation,
    Field,
    FieldType,
    OnDelete,
    Reference,
    Relation,
    RelationKind,
    Requirement,
)

_ASSIGN = frozenset({"assign", "allocate", "hand over", "dispatch", "transfer", "delegate"})
_PUT = frozenset({"put", "place", "move", "take", "advance", "change", "group"})
_ATTACH = frozenset({"attach", "upload", "append"})
_TAG = frozenset({"tag", "label"})
_WRITE = frozenset({"write", "issue", "leave", "post", "submit", "file", "report", "add", "give"})
_SWITCH = {"deactivate": False, "activate": True, "reactivate": True, "disable": False, "enable": True}
_BEARING = re.compile(
    r"\b(?:after|for|on|about|to|against|under) (?P<what>(?:an?|the|their|my|its|his|her|each|one) [a-z ]+)"
)
_HIDDEN = re.compile(
    r"\b(?:that|which) (?P<who>[a-z ]+?) (?:cannot|can not|can't|ca n't|may not|must not|never) (?:see|read|view)\b"
)


def find_acts(draft: Draft, clauses: Iterable[Clause]) -> None:
    """Every act whose meaning lies in its verb."""
    for clause in clauses:
        if clause.negated or clause.passive or not clause.subject or is_system(clause.subject[0]):
            continue
        roles = [who for who in actors(draft, clause) if who in draft.roles]
        act = next((act for verbs, act in _ACTS if clause.verb in verbs), None)
        if act is None and clause.verb.startswith("re"):
            act = _again
        if roles and act is not None and act(draft, clause, roles):
            draft.acted.add(id(clause))


def _assign(draft: Draft, clause: Clause, roles: list[str]) -> bool:
    """`Assign a ticket to an agent`: the ticket keeps whom it was assigned to."""
    entity = draft.entity(clause.objects[0]) if clause.objects else None
    targets = [phrase for phrase in clause.attributes[1:] if not phrase.core[-1].endswith("self")]
    targets = [*clause.after("to"), *targets]
    target = next((one for phrase in targets if (one := _person(draft, phrase)) is not None), None)
    if entity is None or target is None or target is entity:
        return False
    name = relation_name(target)
    entity.relations.setdefault(
        name, Relation(to=target.name, optional=True, read_only=True, on_delete=OnDelete.SET_NULL)
    )
    operation = _operation(draft, clause, entity, roles)
    operation.takes[name] = Reference(to=target.name)
    operation.sets[name] = f"takes.{name}"
    draft.mark(clause, f"{entity.address}.relations.{name}", LIKELY)
    for who in roles:
        may_see(draft, target, who, f"{entity.one} is assigned to one.")
    return True


def _person(draft: Draft, phrase: Phrase) -> EntityDraft | None:
    """The record of whoever gets something."""
    known = draft.entity(phrase)
    role = spec_name(phrase.name)
    return known if known is not None or role not in draft.roles else given_record(draft, role)


def _put(draft: Draft, clause: Clause, roles: list[str]) -> bool:
    """`Put agents into teams`: each is in one at most, and can be put into another."""
    entity = draft.entity(clause.objects[0]) if clause.objects else None
    target = next((one for phrase in clause.after("into") if (one := _meant(draft, clause, phrase)) is not None), None)
    if entity is None and clause.objects and spec_name(clause.objects[0].name) in draft.roles:
        entity = given_record(draft, spec_name(clause.objects[0].name))
    if entity is None or target is None or target is entity:
        return False
    _loose(entity, target)
    draft.mark(clause, f"{entity.address}.relations.{relation_name(target)}", LIKELY)
    for who in roles:
        draft.grant(entity, who, {Action.READ, Action.UPDATE})
    return True


def _meant(draft: Draft, clause: Clause, phrase: Phrase) -> EntityDraft | None:
    """The entity of a phrase; `them` is the last one of the sentence that was named before."""
    if phrase.core[-1] not in {"them", "it", "one"}:
        return draft.entity(phrase)
    before = [word.lemma for word in clause.sentence.words[: clause.objects[0].head]]
    return next((one for word in reversed(before) if (one := draft.named((word,))) is not None), None)


def _loose(entity: EntityDraft, target: EntityDraft) -> None:
    tied = Relation(to=target.name, optional=True, reassignable=True, on_delete=OnDelete.SET_NULL)
    entity.relations.setdefault(relation_name(target), tied)


def _attach(draft: Draft, clause: Clause, roles: list[str]) -> bool:
    """`Attach files up to 10 MB to my ticket`."""
    phrase = clause.objects[0] if clause.objects else None
    last = max((place for place, token in enumerate(clause.tail) if token.lower in {"to", "for"}), default=-1)
    onto = phrases(clause.tail[last + 1 :]) if last >= 0 else ()
    entity = next((one for part in onto if (one := draft.entity(part)) is not None), None)
    if phrase is None or entity is None or phrase.core[-1] not in FILES:
        return False
    kept = file_field(clause.text)
    if not phrase.many:
        name = spec_name(phrase.name)
        entity.fields[name] = kept
        draft.mark(clause, f"{entity.address}.fields.{name}")
        return True
    part = draft.entity(phrase) or draft.add_entity("attachment" if phrase.core == ("file",) else phrase.name)
    part.whole = entity.name
    part.fields = {"title": Field(type=FieldType.STRING), "content": kept}
    part.relations = {relation_name(entity): Relation(to=entity.name, on_delete=OnDelete.CASCADE)}
    part.attached_by.update(roles)
    for address in (f".relations.{relation_name(entity)}", ".fields.content"):
        draft.mark(clause, f"{part.address}{address}")
    draft.mark(clause, f"{part.address}.access", LIKELY)
    draft.assume(f"{part.address}.fields.title", f"{part.one} has a title.")
    return True


def _tag(draft: Draft, clause: Clause, roles: list[str]) -> bool:
    """`Tag tickets`: tags are records, of which a ticket has several."""
    entity = draft.entity(clause.objects[0]) if clause.objects else None
    if entity is None:
        return False
    tag = draft.add_entity(clause.verb)
    tag.fields.setdefault("name", Field(type=FieldType.STRING, unique=True))
    name = plural(tag.snake)
    entity.relations.setdefault(name, Relation(to=tag.name, kind=RelationKind.MANY_TO_MANY, reassignable=True))
    entity.filter.append(name)
    for who in roles:
        draft.grant(tag, who, {Action.CREATE, Action.READ, Action.UPDATE, Action.DELETE})
        draft.grant(entity, who, {Action.READ, Action.UPDATE})
    draft.mark(clause, f"{entity.address}.relations.{name}")
    draft.mark(clause, f"{tag.address}.fields.name")
    draft.assume(f"{tag.address}.fields.name", f"No two {plural(tag.title)} have the same name.")
    return True


def _write(draft: Draft, clause: Clause, roles: list[str]) -> bool:
    """`Doctors write a visit note after a completed appointment`."""
    phrase = clause.objects[0] if len(clause.objects) == 1 else None
    if phrase is not None and clause.verb in {"write", "issue"} and _writes_records(draft, phrase):
        _write_down(draft, clause, draft.add_entity(phrase.name), None, roles)
        return True
    if phrase is None or phrase.lead not in {"a", "an", "one", "their", "his"} or phrase.inner:
        return False
    hidden = _HIDDEN.search(phrase.post)
    bearing = _BEARING.search(clause.text[clause.text.find(phrase.name) :]) if not hidden else None
    target = draft.spoken(bearing["what"]) if bearing else None
    known = draft.entity(phrase)
    if (target is None and known is None) or target is known:
        return False
    if known is not None and known.fields and not hidden and not _is_text(known):
        _write_down(draft, clause, known, target, roles)
        return True
    writing = known or draft.add_entity(phrase.name)
    ensure_text(draft, writing)
    draft.mark(clause, writing.address, LIKELY)
    if hidden and known is not None:
        _hide(draft, clause, writing, phrase, spec_name(hidden["who"].removesuffix("s")), roles)
        return True
    if target is None:
        return False
    _write_about(draft, clause, writing, target, roles, bearing["what"] if bearing else "")
    return True


def _writes_records(draft: Draft, phrase: Phrase) -> bool:
    """`Wardens write inspections`, `secretaries issue passes`: records that have values of their own."""
    known = draft.entity(phrase)
    plain = known is not None and phrase.many and not phrase.lead and known.snake == "_".join(phrase.core)
    moved = known is not None and known.states is not None
    return plain and not moved and known is not None and bool(known.fields) and not _is_text(known)


def _is_text(entity: EntityDraft) -> bool:
    return all(field.type in {FieldType.TEXT, FieldType.STRING} for field in entity.fields.values())


def _write_down(
    draft: Draft, clause: Clause, writing: EntityDraft, target: EntityDraft | None, roles: list[str]
) -> None:
    """`The treasurer writes a bill for each tenancy`: bills have values of their own, and treasurers add them."""
    for who in roles:
        draft.grant(writing, who, {Action.CREATE, Action.READ})
    draft.mark(clause, f"{writing.address}.access", LIKELY)
    if target is not None and not draft.path(writing, target.name) and not draft.path(target, writing.name):
        relate(draft, writing, target, clause)


def _hide(draft: Draft, clause: Clause, writing: EntityDraft, phrase: Phrase, who: str, roles: list[str]) -> None:
    """`An internal comment that customers cannot see`: it is marked so, and they see the others."""
    marks = qualities(writing, phrase)
    if not marks or who not in draft.roles:
        return
    name = spec_name(marks[-1])
    writing.fields[name] = Field(type=FieldType.BOOL, default=False)
    writing.hidden[who] = f"!this.{name}"
    for role in roles:
        draft.grant(writing, role, {Action.CREATE, Action.READ})
    draft.mark(clause, f"{writing.address}.fields.{name}")
    draft.mark(clause, f"{writing.address}.access")


def _write_about(
    draft: Draft, clause: Clause, writing: EntityDraft, target: EntityDraft, roles: list[str], said: str
) -> None:
    """Writing about a record is an operation on it, which keeps what was written and by whom."""
    name = operation_name(draft, f"{clause.verb} {writing.title}", target)
    operation = draft.operations.setdefault(name, OperationDraft(on=target.name, by=[]))
    operation.by += [who for who in roles if who not in operation.by]
    values = {relate(draft, writing, target, clause): "this"}
    for who in roles:
        record = draft.record_of(who)
        if record is not None and record is not target:
            values[relate(draft, writing, record, clause)] = f"caller.{who}"
    values.pop("", None)
    writing.created_by = name
    operation.creates = Creation(entity=writing.name, set=values)
    for word in said.split()[1:-1]:
        if test := in_state(target, word):
            told = f"{writing.one} can only be written for {target.one.lower()} that is {word}."
            operation.requires[spec_name(f"is {word}")] = Requirement(cel=test, else_=told)
            draft.mark(clause, f"operations.{name}.requires.{spec_name(f'is {word}')}")
    draft.mark(clause, f"operations.{name}")


def ensure_text(draft: Draft, entity: EntityDraft) -> None:
    """What is written has a text."""
    if not any(field.type in {FieldType.TEXT, FieldType.STRING} for field in entity.fields.values()):
        entity.fields["text"] = Field(type=FieldType.TEXT)
        draft.assume(f"{entity.address}.fields.text", f"{entity.one} is a text.")


def _switch(draft: Draft, clause: Clause, roles: list[str]) -> bool:
    """`Deactivate an agent`: a flag says whether one is active."""
    entity = draft.entity(clause.objects[0]) if clause.objects else None
    if entity is None and clause.objects and spec_name(clause.objects[0].name) in draft.roles:
        entity = given_record(draft, spec_name(clause.objects[0].name))
    if entity is None or entity.states is not None:
        return False
    name = "enabled" if clause.verb in {"enable", "disable"} else "active"
    wanted = _SWITCH[clause.verb]
    entity.fields[name] = Field(type=FieldType.BOOL, default=True, read_only=True)
    operation = _operation(draft, clause, entity, roles)
    operation.sets[name] = str(wanted).lower()
    test, state = (f"!this.{name}", name) if wanted else (f"this.{name}", f"not {name}")
    said = f"This {entity.title} is {state} already."
    operation.requires[f"is_{name}" if not wanted else f"not_{name}"] = Requirement(cel=test, else_=said)
    draft.mark(clause, f"{entity.address}.fields.{name}", LIKELY)
    return True


def _placed(draft: Draft, clause: Clause, roles: list[str]) -> bool:
    return _travel(draft, clause, roles) or _put(draft, clause, roles)


def _travel(draft: Draft, clause: Clause, roles: list[str]) -> bool:
    """`Move a ticket from open to closed` tells of its states, whose moves have names of their own."""
    entity = draft.entity(clause.objects[0]) if clause.objects else None
    return bool(roles) and entity is not None and entity.states is not None and " from " in clause.text


def _again(draft: Draft, clause: Clause, roles: list[str]) -> bool:
    """`Reopen a resolved ticket`: it goes back into the state that it was in before."""
    phrase = clause.objects[0] if clause.objects else None
    entity = draft.entity(phrase) if phrase else None
    if phrase is None or entity is None or entity.states is None:
        return False
    values = entity.states.values
    back = spec_name(clause.verb.removeprefix("re").removeprefix("-"))
    goal = next((state for state in values if state in {back, f"{back}ed", f"{back}d"}), "")
    sources = [spec_name(word) for word in qualities(entity, phrase) if spec_name(word) in values]
    if not goal:
        return False
    operation = _operation(draft, clause, entity, roles)
    operation.to = goal
    operation.from_ = sources or list(values[values.index(goal) + 1 :])
    draft.mark(clause, f"operations.{_name_of(draft, operation)}.from", STATED if sources else ASSUMED)
    return True


def _operation(draft: Draft, clause: Clause, entity: EntityDraft, roles: list[str]) -> OperationDraft:
    name = operation_name(draft, clause.verb, entity)
    operation = draft.operations.setdefault(name, OperationDraft(on=entity.name, by=[]))
    for holders in (operation.by, operation.only) if clause.only else (operation.by,):
        holders += [who for who in roles if who not in holders and who != ANYONE]
    draft.mark(clause, f"operations.{name}", STATED if clause.modal else LIKELY)
    return operation


def _name_of(draft: Draft, operation: OperationDraft) -> str:
    return next(name for name, one in draft.operations.items() if one is operation)


_Act = Callable[[Draft, Clause, list[str]], bool]
_ACTS: tuple[tuple[Iterable[str], _Act], ...] = (
    (_ASSIGN, _assign),
    (_PUT, _placed),
    (_ATTACH, _attach),
    (_TAG, _tag),
    (_WRITE, _write),
    (_SWITCH, _switch),
)
