"""The statements by which operations write: records that change, records that are made."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from quantumlayer.qlayer.packs.fastapi.aggregates import is_null
from quantumlayer.qlayer.packs.fastapi.records import assignments, own_reads, stored_values
from quantumlayer.qlayer.packs.fastapi.rules import calls, overlap_call, rule_functions
from quantumlayer.qlayer.packs.fastapi.statements import Writer
from quantumlayer.qlayer.packs.fastapi.trees import tree_check
from quantumlayer.spec.cel import CelRuntimeError, Checked, Record, Scope, World, compile_cel, evaluate
from quantumlayer.spec.model import Action, Creation, Entity, Moment, Spec
from quantumlayer.spec.naming import entity_names


@dataclass(frozen=True, slots=True)
class Change:
    """What happens to one record, if anything does.

    Args:
        address: The element of the Spec that says so.
        entity: The record's entity.
        variable: The variable that holds it.
        sets: The values it gets.
        to: The state it moves to.
        starts: The states it may be in before; any where there are none.
        home: The entity in whose service the statements stand.
        scope: The names that expressions beside it may use.
    """

    address: str
    entity: str
    variable: str
    sets: Mapping[str, Checked]
    to: str | None
    starts: tuple[str, ...]
    home: str
    scope: Scope


def changed(spec: Spec, change: Change, writer: Writer, *, at_once: bool = True) -> list[str]:
    """Set fields, move the state, and keep derived values, versions and the audit trail up to date.

    The database is told `at_once`, or when something needs it.
    """
    entity, variable = spec.entities[change.entity], change.variable
    if not change.sets and change.to is None:
        return []
    lines = _assignments(entity, variable, writer, change.sets)
    if change.to is not None and entity.states is not None:
        lines.append(f"{variable}.{entity.states.field} = {change.to!r}")
    if lines:
        lines[0:0] = writer.sentence(change.address)
    for key, checked in change.sets.items():
        if key in entity.references and not is_null(checked.expr):
            lines += tree_check(spec, change.entity, key, variable)
    lines += stored_values(spec, change.entity, variable, change.sets)
    if _disturbs_overlap(spec, change):
        lines.append(overlap_call(variable).replace("rules.", _rules(change.entity, change.home)))
    versioned = any(field in change.sets for field in entity.versioned)
    if versioned:
        lines.append(f"changed = session.is_modified({variable})")
    # Two changes of one flush could break a rule of the table for a moment.
    at_once = at_once or any(rule.unique is not None for rule in entity.rules.values())
    if at_once or versioned:
        lines.append("await session.flush()")
    if versioned:
        name = entity_names(change.entity).name
        lines += ["if changed:", f"    session.add({name}Version.of({variable}))", "    await session.flush()"]
    return [*lines, *audited(entity, Action.UPDATE, variable)]


def _rules(entity: str, home: str) -> str:
    """The module of an entity's rules, as another one's service knows it."""
    return "rules." if entity == home else f"{entity_names(entity).module}_rules."


def audited(entity: Entity, action: Action, variable: str) -> list[str]:
    """Note in the audit trail what an operation does with a record."""
    if entity.audit is None or action not in entity.audit.actions:
        return []
    return [f'await record_action(session, caller, "{action.value}", [{variable}])']


def _assignments(entity: Entity, variable: str, writer: Writer, values: Mapping[str, Checked]) -> list[str]:
    """Set values, all of them worked out of the record as it was."""
    lines: list[str] = []
    moved: list[str] = []
    done: set[str] = set()
    derived = frozenset(entity.derived)
    for key, checked in values.items():
        field = entity.fields.get(key)
        before, source = writer.value(checked, field.type if field is not None else None)
        target = f"{key}_id" if key in entity.references else key
        reads = own_reads(checked)
        if reads & done or (done and reads & derived):
            kept = writer.prelude.fresh(f"new_{key}", source)
            lines += [*before, *writer.prelude.take()]
            source, before = kept, []
        moved += [*before, f"{variable}.{target} = {source}"]
        done.add(key)
    return [*lines, *moved]


def _disturbs_overlap(spec: Spec, change: Change) -> bool:
    """Whether the change can bring a record in the way of another one."""
    entity = spec.entities[change.entity]
    for rule in entity.rules.values():
        if rule.no_overlap is not None:
            ends = {rule.no_overlap.start, rule.no_overlap.end, rule.no_overlap.per}
            if ends & change.sets.keys() or any(
                end in entity.derived and key in entity.derived[end].cel for end in ends for key in change.sets
            ):
                return True
            if rule.no_overlap.when is not None and _enters(spec, change, rule.no_overlap.when):
                return True
    return False


def _enters(spec: Spec, change: Change, when: str) -> bool:
    """Whether a move leads from a state that the rule leaves out into one that it counts."""
    states = spec.entities[change.entity].states
    if change.to is None or states is None:
        return False
    checked = compile_cel(when, Scope.for_derived(spec, change.entity))

    def counts(state: str) -> bool | None:
        world = World(spec, datetime(2026, 1, 1, tzinfo=UTC))
        try:
            return bool(evaluate(checked, world, this=Record(change.entity, {states.field: state})))
        except CelRuntimeError:
            return None

    starts = change.starts or tuple(state for state in states.values if state != change.to)
    return counts(change.to) is not False and not all(counts(state) for state in starts)


def made(
    spec: Spec, creation: Creation, variable: str, writer: Writer, change: Change, *, at_once: bool = True
) -> list[str]:
    """Make a record beside a change, as the same element of the Spec says."""
    entity = spec.entities[creation.entity]
    given: dict[str, str] = {}
    lines: list[str] = []
    for key, text in creation.set.items():
        checked: Checked = compile_cel(text, change.scope)
        field = entity.fields.get(key)
        before, source = writer.value(checked, field.type if field is not None else None)
        lines += before
        given[f"{key}_id" if key in entity.references else key] = source
    before, values = assignments(spec, creation.entity, given)
    if entity.states is not None:
        values[entity.states.field] = repr(entity.states.values[0])
    lines += before
    made = ", ".join(f"{key}={source}" for key, source in values.items())
    lines += writer.sentence(change.address)
    lines.append(f"{variable} = {creation.entity}({made})")
    lines += stored_values(spec, creation.entity, variable)
    functions = rule_functions(spec, creation.entity)
    if not at_once and any(function.rereads for function in functions):
        lines.append("await session.flush()")  # what is read again must not lose what was just set
    checks = calls(functions, Moment.CREATE, variable)
    lines += [check.replace("rules.", _rules(creation.entity, change.home)) for check in checks]
    lines.append(f"session.add({variable})")
    if at_once or entity.versioned or audited(entity, Action.CREATE, variable):
        lines.append("await session.flush()")
    if entity.versioned:
        lines += [f"session.add({creation.entity}Version.of({variable}))", "await session.flush()"]
    return [*lines, *audited(entity, Action.CREATE, variable)]
