"""Where a text is silent about rights: who keeps a record, who reads what they act on, one's own record."""

from collections.abc import Iterable

from quantumlayer.kit.identifiers import plural
from quantumlayer.qlayer.parser.draft import Draft, EntityDraft, OperationDraft
from quantumlayer.qlayer.parser.meaning.people import ALL, ANYONE, keeper, own_records, reads
from quantumlayer.spec.model import Action, OnDelete, RelationKind


def default_access(draft: Draft) -> None:
    """Where the text is silent: who keeps a record, who reads what they act on, and one's own record."""
    _inherit(draft)
    for entity in draft.entities.values():
        _need_owner(draft, entity)
    _keep_all(draft)
    for name, operation in draft.operations.items():
        for who in operation.by:
            _may_read(draft, draft.entities[operation.on], who, f"operations.{name}")
    for entity in draft.entities.values():
        for (who, when), actions in list(entity.access.items()):
            unseen = not reads(entity, who) or (Action.CREATE not in actions and not _reads_what(entity, who, when))
            if who != ANYONE and unseen and entity.open_to(who, {Action.READ}):
                actions.add(Action.READ)
                draft.assume(
                    f"{entity.address}.access", f"Who adds, changes or removes {entity.one.lower()} can read it."
                )
    for who, role in draft.roles.items():
        record = draft.record_of(who)
        if role.record and record is not None and not reads(record, who) and record.open_to(who, {Action.READ}):
            draft.grant(record, who, {Action.READ}, f"this == caller.{who}")
            draft.assume(f"{record.address}.access", f"{record.one} may read their own record.")
    _see_made(draft)
    _see_chosen(draft)
    _inherit(draft)
    _hide(draft)
    _show_only(draft)


def _reads_what(entity: EntityDraft, who: str, when: str) -> bool:
    """Whether a role reads the records that it may change: those of the same condition, or all."""
    return any(Action.READ in entity.access.get((one, test), ()) for one in (who, ANYONE) for test in ("", when))


def _keep_all(draft: Draft) -> None:
    """Give what nobody is said to add to whoever keeps the records, and ask about all of it at once."""
    kept: dict[str, list[EntityDraft]] = {}
    _fill_own(draft)
    for entity in draft.entities.values():
        _open_part(draft, entity)
        if entity.created_by or any(
            Action.CREATE in actions and who != ANYONE for (who, _), actions in entity.access.items()
        ):
            continue
        who = keeper(draft)
        draft.grant(entity, who, set(ALL))
        beside = ", but for what is reserved for others" if entity.open_to(who, set(ALL)) != ALL else ""
        managed = f"The role {who.replace('_', ' ')} manages every {entity.title}{beside}."
        draft.assume(f"{entity.address}.access", managed)
        kept.setdefault(who, []).append(entity)
    for who, entities in kept.items():
        alone = len(entities) == 1
        what = entities[0].one.lower() if alone else _listed(plural(entity.title) for entity in entities)
        draft.ask(
            f"{entities[0].address}.access", f"Who adds and changes {what}?", f"The role {who.replace('_', ' ')} does."
        )


def _fill_own(draft: Draft) -> None:
    """What somebody turns into something else is theirs to fill: a basket that a customer checks out."""
    for operation in draft.operations.values():
        entity = draft.entities[operation.on]
        made = any(Action.CREATE in actions for actions in entity.access.values()) or entity.created_by
        parts = any(one.whole == entity.name for one in draft.entities.values())
        for who in operation.by if operation.creates and parts and not made else ():
            if own := own_records(draft, entity, who):
                draft.grant(entity, who, {Action.CREATE, Action.READ}, own)
                said = f"The role {who.replace('_', ' ')} makes {entity.one.lower()}."
                draft.assume(f"{entity.address}.access", said)


def _listed(names: Iterable[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} and {last}"


def _inherit(draft: Draft) -> None:
    """Who may do all that another role may: its grants, but for those to what is its own, and its operations."""
    for who, others in draft.above.items():
        for other in sorted(others):
            for entity in draft.entities.values():
                for (holder, when), actions in list(entity.access.items()):
                    if holder == other and "caller." not in when:
                        draft.grant(entity, who, actions, when)
            for operation in draft.operations.values():
                if other in operation.by and who not in operation.by and not _of_caller(operation, other):
                    operation.by.append(who)


def _of_caller(operation: OperationDraft, who: str) -> bool:
    """Whether an operation speaks of the record of its caller, which another role lacks."""
    made = operation.creates.set.values() if operation.creates else ()
    said = [*operation.sets.values(), *made, *(one.cel for one in operation.requires.values())]
    return any(f"caller.{who}" in cel for cel in said)


def keep_reserved(draft: Draft) -> None:
    """Take what is reserved or forbidden away, whatever other sentences give."""
    for entity in draft.entities.values():
        for (who, when), actions in list(entity.access.items()):
            left = entity.open_to(who, actions)
            for action in sorted(actions - left):
                alone = " and ".join(name.replace("_", " ") for name in sorted(entity.reserved.get(action, ())))
                why = f"only {alone} may" if alone else "nobody may" if action in entity.reserved else "it is forbidden"
                said = f"The role {who.replace('_', ' ')} does not {action} {entity.one.lower()}: {why}."
                draft.assume(f"{entity.address}.access", said)
            entity.access[who, when] = left
            if not left:
                del entity.access[who, when]


def _need_owner(draft: Draft, entity: EntityDraft) -> None:
    """What only one role makes, each for themselves, belongs to somebody in that role."""
    makers = {who for (who, _), actions in entity.access.items() if Action.CREATE in actions}
    record = draft.record_of(next(iter(makers))) if len(makers) == 1 else None
    name = next((key for key, one in entity.relations.items() if record and one.to == record.name), "")
    tied = entity.relations.get(name)
    if tied is None or tied.read_only or tied.on_delete is OnDelete.SET_NULL:
        return
    if tied.optional and tied.kind is RelationKind.MANY_TO_ONE:
        entity.relations[name] = entity.relations[name].model_copy(update={"optional": False})


def _open_part(draft: Draft, entity: EntityDraft) -> None:
    """Whoever may see or change a record may do so with its parts, too."""
    whole = draft.entities.get(entity.whole)
    if whole is None or entity.access:
        return
    for (who, when), actions in list(whole.access.items()):
        way = own_records(draft, entity, who) if when and "caller." in when else ""
        if when and not way:
            continue
        wide = set(ALL) if actions & {Action.CREATE, Action.UPDATE} or who in entity.attached_by else {Action.READ}
        draft.grant(entity, who, wide, way)
        draft.assume(f"{entity.address}.access", f"Who sees {whole.one.lower()} sees each {entity.title} of it.")


def _see_made(draft: Draft) -> None:
    """Who makes records by an operation sees those of the records that they act on."""
    for operation in draft.operations.values():
        made = draft.entities[operation.creates.entity] if operation.creates else None
        for who in operation.by if made else ():
            if made is not None and not reads(made, who) and made.open_to(who, {Action.READ}):
                draft.grant(made, who, {Action.READ}, _own_through(draft, made, operation, who))
                draft.assume(f"{made.address}.access", f"Who adds {made.one.lower()} can read it.")


def _own_through(draft: Draft, made: EntityDraft, operation: OperationDraft, who: str) -> str:
    """The condition that a record hangs on one of the caller's own: all comments on their ticket, whoever wrote one."""
    target, record = draft.entities[operation.on], draft.record_of(who)
    way = draft.path(target, record.name) if record and target is not record else ""
    name = next((key for key, one in made.relations.items() if one.to == target.name and not one.optional), "")
    if way and name:
        return f"this.{name}{way.removeprefix('this')} == caller.{who}"
    return own_records(draft, made, who)


def _hide(draft: Draft) -> None:
    """Take what is hidden from a role out of what it reads."""
    for entity in draft.entities.values():
        for who, seen in entity.hidden.items():
            for (holder, when), actions in list(entity.access.items()):
                if holder == who and Action.READ in actions:
                    del entity.access[holder, when]
                    entity.access[holder, f"{when} && {seen}" if when else seen] = actions


def _may_read(draft: Draft, entity: EntityDraft, who: str, about: str) -> None:
    if reads(entity, who) or not entity.open_to(who, {Action.READ}):
        return
    when = own_records(draft, entity, who)
    draft.grant(entity, who, {Action.READ}, when)
    whose = f"their own {entity.title} records" if when else f"every {entity.title}"
    draft.assume(about, f"The role {who.replace('_', ' ')} can see {whose}, so that it can act on it.")


def _see_chosen(draft: Draft) -> None:
    """Who adds a record chooses what it belongs to, and sees that; not so people, personal data and what is guarded."""
    people = {role.record for role in draft.roles.values()}
    for entity in draft.entities.values():
        for (who, _), actions in list(entity.access.items()):
            for name, relation in entity.relations.items() if Action.CREATE in actions and who != ANYONE else ():
                target = draft.entities.get(relation.to)
                if (
                    target is None
                    or target.name in people
                    or reads(target, who)
                    or not relation.required
                    or relation.read_only
                ):
                    continue
                guarded = any(when for (_, when), may in target.access.items() if Action.READ in may)
                guarded = guarded or any(field.personal for field in target.fields.values())
                if not guarded and target.open_to(who, {Action.READ}):
                    draft.grant(target, who, {Action.READ})
                    why = f"{entity.one} of theirs has one as its {name.replace('_', ' ')}."
                    seen = f"The role {who.replace('_', ' ')} can read every {target.title}: {why}"
                    draft.assume(f"{target.address}.access", seen)


def _show_only(draft: Draft) -> None:
    """Hide values from all who are not said to see them; whoever changes a record sees what they change."""
    for entity in draft.entities.values():
        for name, roles in entity.shown_to.items():
            known = entity.fields.get(name)
            if known is None:
                continue
            changing = {who for (who, _), may in entity.access.items() if may & {Action.CREATE, Action.UPDATE}}
            address, value = f"{entity.address}.fields.{name}", name.replace("_", " ")
            if ANYONE in changing or not roles:
                said = f"Who sees the {value} of {entity.one.lower()}, which anyone who adds one gives?"
                draft.ask(address, said, "Everybody who sees the record does.")
                continue
            for who in sorted(changing - roles):
                said = f"May the role {who.replace('_', ' ')}, which changes {entity.one.lower()}, see its {value}?"
                draft.ask(address, said, "Yes: who changes a record sees all of it.")
            entity.fields[name] = known.model_copy(update={"visible_to": tuple(sorted(roles | changing))})
            for names in (entity.search, entity.filter, entity.range, entity.sort):
                if name in names:
                    names.remove(name)
            entity.order = [one for one in entity.order if one.removeprefix("-") != name]
