"""Judges how entities and operations hang together: whether every record can come to be, and every state be reached."""

from collections.abc import Iterator, Mapping

from quantumlayer.spec.effects import effects_within
from quantumlayer.spec.errors import Problem
from quantumlayer.spec.model import Action, Creation, Entity, Moment, OnDelete, Operation, Rule, Spec
from quantumlayer.spec.remember import operations_on
from quantumlayer.spec.style import contract_of
from quantumlayer.spec.validate.circles import first_circle, judge_trees, required
from quantumlayer.spec.validate.links import judge_links, judge_needed_links
from quantumlayer.spec.validate.uniques import judge_unique

_INSTANTS = "a datetime field, or a stored derived one"


def judge_structure(spec: Spec) -> Iterator[Problem]:
    """Relations, states, rules and operations that contradict each other."""
    for name, entity in spec.entities.items():
        for key, relation in entity.references.items():
            if relation.on_delete is OnDelete.SET_NULL and not relation.optional:
                address = f"entities.{name}.relations.{key}.on_delete"
                yield Problem(address, "`set_null` would leave a required relation empty.", "Add `optional: true`.")
        yield from judge_links(spec, name, entity)
        yield from _fixed(name, entity)
        for key, rule in entity.rules.items():
            yield from _rule(f"entities.{name}.rules.{key}", entity, rule)
        yield from _states(spec, name, entity)
        yield from _history(name, entity)
    for name, operation in spec.operations.items():
        yield from _operation(spec, name, operation)
    yield from judge_trees(spec)
    yield from judge_needed_links(spec)
    circle = first_circle(spec)
    yield from circle
    if not circle:
        yield from _existence(spec)


def _existence(spec: Spec) -> Iterator[Problem]:
    """Entities of which no record can ever be made."""
    possible: set[str] = set()
    waiting, before = list(spec.entities), 0
    while len(waiting) != before:
        before = len(waiting)
        for name in waiting:
            if _can_exist(spec, name, possible):
                possible.add(name)
        waiting = [name for name in waiting if name not in possible]
    for name, entity in spec.entities.items():
        if _direct(entity):
            yield from _nobody_gives(name, entity)
        if contract_of(spec) is not None:
            continue  # its records can come with the seeds, as those of a contract that only reads do
        if name not in possible and all(relation.to in possible for relation in required(entity)):
            message = f"No record of {name} can ever be made: no grant and no operation creates one."
            hint = f"Grant `create` in the access of {name}, or add an operation that creates it."
            yield Problem(f"entities.{name}", message, hint)


def _can_exist(spec: Spec, name: str, possible: set[str]) -> bool:
    entity = spec.entities[name]
    if any(relation.to not in possible for relation in required(entity)):
        return False
    made_by = (operation.on for operation in spec.operations.values() if name in _creates(operation))
    return _direct(entity) or any(on in possible for on in made_by)


def _creates(operation: Operation) -> set[str]:
    creations = [operation.creates, *(effect.creates for _, effect in effects_within(operation.also))]
    return {creation.entity for creation in creations if creation is not None}


def _direct(entity: Entity) -> bool:
    return any(Action.CREATE in grant.may for grant in entity.access)


def _nobody_gives(name: str, entity: Entity) -> Iterator[Problem]:
    for key, field in entity.fields.items():
        if field.read_only and field.required:
            message = f"Nobody can give {key}: it is required and read-only, and has no default."
            hint = (
                "Add a `default`, make it `optional: true`, or let an operation create the record instead of a grant."
            )
            yield Problem(f"entities.{name}.fields.{key}", message, hint)
    for key, relation in entity.references.items():
        if relation.read_only and not relation.optional:
            message = f"Nobody can give {key}: it is required and read-only."
            hint = "Make it `optional: true`, or let an operation create the record instead of a grant."
            yield Problem(f"entities.{name}.relations.{key}", message, hint)


def _fixed(name: str, entity: Entity) -> Iterator[Problem]:
    for key, relation in entity.relations.items():
        if relation.read_only and relation.reassignable:
            message = f"Callers cannot both change {key} and never give it."
            hint = "Remove `reassignable`: operations set what is `read_only`."
            yield Problem(f"entities.{name}.relations.{key}.reassignable", message, hint)


def _rule(address: str, entity: Entity, rule: Rule) -> Iterator[Problem]:
    if [rule.cel, rule.no_overlap, rule.unique].count(None) != 2:
        message = "A rule has one of `cel`, `no_overlap` and `unique`."
        yield Problem(address, message, "Write one of the three.")
    if not rule.on or len(set(rule.on)) < len(rule.on):
        yield Problem(f"{address}.on", "`on` names each moment once, and at least one.", "Correct the list.")
    if rule.unique is not None:
        yield from judge_unique(address, entity, rule, rule.unique)
    if rule.no_overlap is None:
        return
    if set(rule.on) != {Moment.CREATE, Moment.UPDATE}:
        yield Problem(f"{address}.on", "`no_overlap` holds whenever a record is made or changed.", "Remove `on`.")
    if rule.no_overlap.per not in entity.references:
        known = ", ".join(entity.relations) or "none"
        message = f"There is no relation {rule.no_overlap.per!r}."
        yield Problem(f"{address}.no_overlap.per", message, f"Relations are: {known}.")
    instants = _instants(entity)
    for word in ("start", "end"):
        name = getattr(rule.no_overlap, word)
        if name not in instants:
            known = ", ".join(instants)
            message = f"{name!r} is not {_INSTANTS}."
            hint = f"Values that fit: {known}." if instants else "Times overlap between instants: add `type: datetime`."
            yield Problem(f"{address}.no_overlap.{word}", message, hint)


def _instants(entity: Entity) -> list[str]:
    fields = [key for key, field in entity.fields.items() if field.type == "datetime"]
    return fields + [key for key, derived in entity.derived.items() if derived.stored and derived.type == "datetime"]


def _states(spec: Spec, name: str, entity: Entity) -> Iterator[Problem]:
    if entity.states is None:
        return
    first, *others = entity.states.values
    address = f"entities.{name}.states.values"
    if len({first, *others}) <= len(others):
        yield Problem(address, "A state stands here twice.", "Remove one of the two.")
    reached = {operation.to for operation in operations_on(spec).get(name, {}).values()}
    # Which records an effect moves is told by expressions, which are judged later.
    reached |= {effect.to for one in spec.operations.values() for _, effect in effects_within(one.also)}
    for job in spec.jobs.values():
        reached |= {job.to, *(effect.to for _, effect in effects_within(job.also))}
    for state in others:
        if state not in reached:
            message = f"No operation leads to the state {state!r}."
            yield Problem(address, message, f"Add an operation with `to: {state}`, or remove the state.", warning=True)


def _history(name: str, entity: Entity) -> Iterator[Problem]:
    """Versions and trails that nobody could read."""
    readers = {role for grant in entity.access if Action.READ in grant.may for role in grant.who}
    if entity.versioned and not readers:
        message = f"Nobody may read a record of {name}, so nobody could read its versions."
        yield Problem(f"entities.{name}.versioned", message, "Grant `read` to somebody, or drop `versioned`.")
    if entity.audit is not None and "anyone" not in readers and (blind := set(entity.audit.visible_to) - readers):
        message = f"Who reads the trail of a record must be able to read the record: {', '.join(sorted(blind))}."
        yield Problem(f"entities.{name}.audit.visible_to", message, "Grant them `read`, or leave them out here.")


def _operation(spec: Spec, name: str, operation: Operation) -> Iterator[Problem]:
    prefix = f"operations.{name}"
    if not (operation.sets or operation.to or operation.creates or operation.also or operation.sends):
        yield Problem(prefix, "This operation changes nothing.", "Give it `sets`, `to`, `creates`, `sends` or `also`.")
    for key in operation.sets:
        entity = spec.entities[operation.on]
        if fault := not_settable(entity, key):
            yield Problem(f"{prefix}.sets.{key}", *fault)
    if operation.creates is not None:
        yield from judge_creation(spec, f"{prefix}.creates", operation.creates)


def not_settable(entity: Entity, key: str) -> tuple[str, str] | None:
    """Why an operation cannot set a value of an existing record, and what to do."""
    field, relation = entity.fields.get(key), entity.references.get(key)
    if field is not None and field.immutable and not field.is_file:
        return f"{key} is immutable: it is set once, when the record is made.", "Drop `immutable`, or do not set it."
    if relation is not None and not (relation.reassignable or relation.read_only):
        return f"The relation {key} cannot change.", "Add `reassignable: true` to it."
    return None if key in entity.values or relation is not None else _unknown(entity, key)


def _unknown(entity: Entity, key: str) -> tuple[str, str]:
    if entity.states is not None and key == entity.states.field:
        return f"{key} holds the state, which only transitions change.", "Use `to: ...`."
    if key in entity.derived:
        return f"{key} is worked out, it cannot be set.", "Set the fields it is worked out from."
    if key in entity.files:
        return f"{key} is a file: callers put it, no operation sets it.", f"Take {key!r} out."
    return f"There is no field or relation {key!r}.", f"Known are: {', '.join([*entity.fields, *entity.references])}."


def judge_creation(spec: Spec, address: str, creation: Creation) -> Iterator[Problem]:
    """What an operation makes: known values, and all that must be given."""
    entity, given = spec.entities[creation.entity], creation.set
    settable: Mapping[str, object] = {**entity.values, **entity.references}
    for key in given:
        if key not in settable:
            yield Problem(f"{address}.set.{key}", *_unknown(entity, key))
    required = [key for key, field in entity.fields.items() if field.required]
    required += [key for key, relation in entity.references.items() if not relation.optional]
    missing = [key for key in required if key not in given]
    if missing:
        message = f"A {creation.entity} cannot be made without {', '.join(missing)}."
        yield Problem(f"{address}.set", message, f"Set {missing[0]} here, or give it a default.")
