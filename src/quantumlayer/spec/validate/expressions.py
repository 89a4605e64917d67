"""Judges expressions: each has a type in its scope that fits its place, and none needs itself."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from quantumlayer.spec.askers import asker_values
from quantumlayer.spec.cel import (
    ANY,
    BOOL,
    Acting,
    Call,
    CelError,
    Checked,
    Ident,
    ListType,
    MemberKind,
    Nullable,
    RecordType,
    Scope,
    Select,
    Type,
    acting_job,
    acting_one,
    assignable,
    compile_cel,
    field_type,
    scope_of_effects,
    walk,
)
from quantumlayer.spec.effects import Effect
from quantumlayer.spec.errors import Problem
from quantumlayer.spec.model import Computed, Derived, Entity, Field, Operation, Spec
from quantumlayer.spec.reports import Value
from quantumlayer.spec.validate.askers import judge_readers
from quantumlayer.spec.validate.constants import judge_constants
from quantumlayer.spec.validate.failures import judge_failures

_CLOCK = frozenset({"today", "now"})


@dataclass(frozen=True, slots=True)
class Place:
    """Where an expression stands: its address and text, the names it may use and the type it must have."""

    address: str
    text: str
    scope: Scope
    wanted: Type


_OR_NULL = (
    "Make the field optional, or give a value for null, too; of an empty list `min`, `average` and the like take one."
)


def judge_expressions(spec: Spec) -> Iterator[Problem]:
    """Expressions that cannot be read or typed, have another type than their place, or go in a circle."""
    checked: dict[str, Checked] = {}
    for place in places(spec):
        try:
            found = compile_cel(place.text, place.scope)
        except CelError as error:
            message = error.what.removeprefix(f"line {error.line}, column {error.column}: ")
            message = f"{message[:1].upper()}{message[1:].removesuffix('.')}."
            yield Problem(place.address, message, error.hint, error.line, error.column)
            continue
        checked[place.address] = found
        failures = list(judge_failures(place.address, found))
        yield from failures or judge_constants(place.address, found)
        if not assignable(found.type, place.wanted):
            message = f"This is {_a(found.type)}, and {_a(place.wanted)} is needed here."
            hint = _OR_NULL if _only_null(found.type, place.wanted) else ""
            yield Problem(place.address, message, hint or f"Write an expression that gives {_a(place.wanted)}.", 1, 1)
    yield from judge_readers(spec, checked)
    yield from _own_values(spec, checked)
    yield from _circles(spec, checked)


def places(spec: Spec) -> Iterator[Place]:
    """Every expression of a Spec."""
    for name, entity in spec.entities.items():
        yield from _of_entity(spec, name, entity)
    for name, operation in spec.operations.items():
        yield from _of_operation(spec, name, operation)
    for name, query in spec.queries.items():
        yield Place(f"queries.{name}.where", query.where, Scope.for_query(spec, name), BOOL)
    for name, report in spec.reports.items():
        if report.where is not None:
            yield Place(f"reports.{name}.where", report.where, Scope.for_rows(spec, name), BOOL)
        scope = Scope.for_report(spec, name)
        for key, value in report.values.items():
            yield Place(f"reports.{name}.values.{key}.cel", value.cel, scope, _held(value))
    for name, job in spec.jobs.items():
        yield Place(f"jobs.{name}.where", job.where, Scope.for_job(spec, job.of), BOOL)
        found = acting_job(spec, name)
        yield from _of_effect(spec, found)
        yield from _of_effects(spec, job.also, found.address, found.scope)
    for name in spec.webhooks:
        yield from _of_webhook(spec, name)


def _of_webhook(spec: Spec, name: str) -> Iterator[Place]:
    webhook = spec.webhooks[name]
    scope = Scope.for_job(spec, webhook.of)
    for key, said in webhook.body.items():
        if isinstance(said, Value):
            yield Place(f"webhooks.{name}.body.{key}.cel", said.cel, scope, _held(said))
        else:
            yield Place(f"webhooks.{name}.body.{key}", said, scope, ANY)


def _of_entity(spec: Spec, name: str, entity: Entity) -> Iterator[Place]:
    prefix = f"entities.{name}"
    for key, field in entity.fields.items():
        if isinstance(field.default, Computed):
            scope = Scope.for_default(spec, name)
            yield Place(f"{prefix}.fields.{key}.default.cel", field.default.cel, scope, _held(field))
    for key, derived in entity.derived.items():
        yield Place(f"{prefix}.derived.{key}.cel", derived.cel, Scope.of_derived(spec, name, key), _held(derived))
    for key, rule in entity.rules.items():
        address = f"{prefix}.rules.{key}"
        if rule.cel is not None:
            yield Place(f"{address}.cel", rule.cel, Scope.for_rule(spec, name), BOOL)
        if rule.no_overlap is not None and rule.no_overlap.when is not None:
            yield Place(f"{address}.no_overlap.when", rule.no_overlap.when, Scope.for_derived(spec, name), BOOL)
        if rule.unique is not None and rule.unique.when is not None:
            yield Place(f"{address}.unique.when", rule.unique.when, Scope.for_derived(spec, name), BOOL)
    for index, grant in enumerate(entity.access):
        if grant.when is not None:
            yield Place(f"{prefix}.access.{index}.when", grant.when, Scope.for_grant(spec, name, grant.who), BOOL)


def _of_operation(spec: Spec, name: str, operation: Operation) -> Iterator[Place]:
    prefix, scope = f"operations.{name}", Scope.for_operation(spec, name)
    for key, requirement in operation.requires.items():
        yield Place(f"{prefix}.requires.{key}.cel", requirement.cel, scope, BOOL)
    for key, cel in operation.sets.items():
        if wanted := _of_member(spec.entities[operation.on], key):
            yield Place(f"{prefix}.sets.{key}", cel, scope, wanted)
    if operation.creates is not None:
        for key, cel in operation.creates.set.items():
            if wanted := _of_member(spec.entities[operation.creates.entity], key):
                yield Place(f"{prefix}.creates.set.{key}", cel, scope, wanted)
    yield from _of_effects(spec, operation.also, prefix, scope_of_effects(spec, name))


def _of_effects(spec: Spec, effects: Mapping[str, Effect], above: str, outer: Scope) -> Iterator[Place]:
    """The expressions of effects; what they go through first, because the others speak of it."""
    for key, effect in effects.items():
        address = f"{above}.also.{key}"
        if effect.each is not None:
            yield Place(f"{address}.each", effect.each, outer, ListType(ANY))
        among = _acting(key, effect.model_copy(update={"on": None, "when": None}), above, outer)
        if among is not None and effect.on is not None:
            yield Place(f"{address}.on", effect.on, among.scope, ANY)
        about = _acting(key, effect.model_copy(update={"when": None}), above, outer)
        if about is not None and effect.when is not None:
            yield Place(f"{address}.when", effect.when, about.scope, BOOL)
        found = _acting(key, effect, above, outer)
        if found is None:
            continue  # told at one of these three
        yield from _of_effect(spec, found)
        yield from _of_effects(spec, effect.also, address, found.scope)


def _acting(key: str, effect: Effect, above: str, outer: Scope) -> Acting | None:
    """The effect with its names; None where something in it cannot be read or typed."""
    try:
        return acting_one(key, effect, above, outer)
    except CelError:
        return None


def _of_effect(spec: Spec, found: Acting) -> Iterator[Place]:
    effect, address = found.effect, found.address
    for key, requirement in effect.requires.items():
        yield Place(f"{address}.requires.{key}.cel", requirement.cel, found.scope, BOOL)
    for key, cel in effect.sets.items() if found.target is not None else ():
        if wanted := _of_member(spec.entities[str(found.target)], key):
            yield Place(f"{address}.sets.{key}", cel, found.scope, wanted)
    if effect.creates is not None:
        for key, cel in effect.creates.set.items():
            if wanted := _of_member(spec.entities[effect.creates.entity], key):
                yield Place(f"{address}.creates.set.{key}", cel, found.scope, wanted)


def _held(value: Field | Derived | Value) -> Type:
    return Nullable(field_type(value.type)) if value.optional else field_type(value.type)


def _of_member(entity: Entity, key: str) -> Type | None:
    if key in entity.fields:
        return _held(entity.fields[key])
    relation = entity.references.get(key)
    if relation is None:
        return None
    target = RecordType(relation.to)
    return Nullable(target) if relation.optional else target


def _only_null(actual: Type, wanted: Type) -> bool:
    return isinstance(actual, Nullable) and assignable(actual.item, wanted)


def _a(kind: Type) -> str:
    name = str(kind)
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"


def _own_values(spec: Spec, checked: Mapping[str, Checked]) -> Iterator[Problem]:
    """What the database must hold reads the record's own fields only: stored derived ones and overlap conditions."""
    for name, entity in spec.entities.items():
        asked = asker_values(entity)  # which of them are not to be stored is told elsewhere
        stored = {key for key, derived in entity.derived.items() if derived.stored and key not in asked}
        held = [(f"entities.{name}.derived.{key}.cel", "A stored derived field") for key in stored]
        held += [
            (f"entities.{name}.rules.{key}.no_overlap.when", "The condition of `no_overlap`") for key in entity.rules
        ]
        held += [(f"entities.{name}.rules.{key}.unique.when", "The condition of `unique`") for key in entity.rules]
        for address, what in sorted(held):
            if address in checked and (fault := _beyond_own(checked[address], stored)):
                node, said = fault
                message = f"{what} reads the record's own fields only, and this reads {said}."
                hint = "Drop `stored: true`." if "derived" in address else "Use fields or stored derived ones."
                yield Problem(address, message, hint, node.line, node.column)


def _beyond_own(checked: Checked, stored: set[str]) -> tuple[Select | Call, str] | None:
    for node in walk(checked.expr):
        if isinstance(node, Call) and node.function in _CLOCK:
            return node, f"the clock with `{node.function}()`"
        member = checked.member_of(node) if isinstance(node, Select) else None
        if member is None or not isinstance(node, Select):
            continue
        own = member.kind in {MemberKind.FIELD, MemberKind.STATE}
        if not (own or (member.kind is MemberKind.DERIVED and member.name in stored)):
            return node, f"`{member.name}`"
    return None


def _circles(spec: Spec, checked: Mapping[str, Checked]) -> Iterator[Problem]:
    """Derived fields that need each other, in one record or across relations, and defaults that do within one."""
    derived = {
        f"entities.{name}.derived.{key}": _derived_read(checked.get(f"entities.{name}.derived.{key}.cel"))
        for name, entity in spec.entities.items()
        for key in entity.derived
    }
    yield from _circle(derived, "derived fields")
    defaults = {
        f"entities.{name}.fields.{key}": _defaults_read(
            name, entity, checked.get(f"entities.{name}.fields.{key}.default.cel")
        )
        for name, entity in spec.entities.items()
        for key in entity.fields
    }
    yield from _circle(defaults, "defaults")


def _circle(needs: Mapping[str, set[str]], what: str) -> Iterator[Problem]:
    try:
        TopologicalSorter(needs).prepare()
    except CycleError as error:
        circle = list(reversed(error.args[1]))
        names = " -> ".join(".".join(address.split(".")[1::2]) for address in circle)
        yield Problem(circle[0], f"These {what} need each other: {names}.", "Work one of them out from fields alone.")


def _derived_read(checked: Checked | None) -> set[str]:
    """Addresses of the derived fields that an expression reads, of whichever record."""
    found: set[str] = set()
    for node in walk(checked.expr) if checked is not None else ():
        member = checked.member_of(node) if checked is not None and isinstance(node, Select) else None
        if (
            checked is not None
            and member is not None
            and isinstance(node, Select)
            and member.kind is MemberKind.DERIVED
        ):
            owner = checked.type_of(node.operand)
            owner = owner.item if isinstance(owner, Nullable) else owner
            found.add(f"entities.{owner}.derived.{member.name}")
    return found


def _defaults_read(name: str, entity: Entity, checked: Checked | None) -> set[str]:
    """Addresses of the fields of the same record that a default reads and that have a computed default too."""
    found: set[str] = set()
    for node in walk(checked.expr) if checked is not None else ():
        if not (isinstance(node, Select) and isinstance(node.operand, Ident) and node.operand.name == "this"):
            continue
        field = entity.fields.get(node.field)
        if field is not None and isinstance(field.default, Computed):
            found.add(f"entities.{name}.fields.{node.field}")
    return found
