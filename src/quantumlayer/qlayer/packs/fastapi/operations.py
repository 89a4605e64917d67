"""The operations of an entity as functions and routes."""

from dataclasses import dataclass
from datetime import UTC, datetime

from quantumlayer.qlayer.packs.fastapi.access import member, roles_of
from quantumlayer.qlayer.packs.fastapi.code import Prelude, names_in
from quantumlayer.qlayer.packs.fastapi.fields import FieldView
from quantumlayer.qlayer.packs.fastapi.named import named_records
from quantumlayer.qlayer.packs.fastapi.records import assignments, own_reads, stored_values
from quantumlayer.qlayer.packs.fastapi.roots import Loaded, caller_root
from quantumlayer.qlayer.packs.fastapi.rules import REFUSALS, calls, overlap_call, rule_functions
from quantumlayer.qlayer.packs.fastapi.statements import Writer
from quantumlayer.qlayer.packs.fastapi.trees import tree_check, tree_locks
from quantumlayer.spec.cel import CelRuntimeError, Checked, Record, Scope, World, compile_cel, evaluate
from quantumlayer.spec.model import Action, Creation, Entity, Moment, Operation, Reference, Spec
from quantumlayer.spec.naming import CLASSES, SUFFIXES, EntityNames, entity_names, function_name, route_name

_PLATFORM_CLASSES = frozenset(
    [
        "Page", "Session", "Query", "Response", "Depends", "Annotated", "Sequence", "Id",
        "Reading", "Writing", "Reference", "Money", "Moment", "Day", "Email", "Flag", "Whole", "Amount", "Paging",
        "Field", "IfMatch", "Mapping", "MaybeIfMatch", "Conflict", "Forbidden", "Number", "Written", "WrittenMoney",
        "WrittenAmount",
    ]
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class OperationView:
    """An operation in the words of the target: `result` is the entity it answers."""

    name: str
    function: str
    route: str
    summary: str
    roles: tuple[str, ...]
    takes: tuple[FieldView, ...]
    references: tuple[tuple[str, Reference], ...]
    body_class: str
    result: EntityNames
    creates: bool
    body: tuple[str, ...]
    locks: bool
    takes_caller: bool
    may_conflict: bool

    @property
    def has_body(self) -> bool:
        """Whether callers give anything."""
        return bool(self.takes or self.references)


def operation_view(spec: Spec, name: str) -> OperationView:
    """The view of one operation.

    Raises:
        UnsupportedError: Some part of it cannot be written.
    """
    operation = spec.operations[name]
    names = entity_names(operation.on)
    body_class = "".join(part.capitalize() for part in name.split("_"))
    if body_class in _taken_classes(spec):
        body_class += "Request"
    takes = tuple(FieldView(body_class, key, item) for key, item in operation.inputs.items())
    lines, locks = _body(spec, name, operation, names)
    result = entity_names(operation.creates.entity if operation.creates else operation.on)
    return OperationView(
        name=name,
        function=function_name(name),
        route=route_name(name),
        summary=summary(name, operation, names),
        roles=tuple(member(role) for role in roles_of(spec, name)),
        takes=takes,
        references=tuple(operation.references.items()),
        body_class=body_class,
        result=result,
        creates=operation.creates is not None,
        body=tuple(lines),
        locks=locks,
        takes_caller="caller" in names_in(lines),
        may_conflict=bool(REFUSALS & names_in(lines)),
    )


def _taken_classes(spec: Spec) -> frozenset[str]:
    """Classes that stand beside the body of an operation."""
    of_entities = (f"{entity}{suffix}" for entity in spec.entities for suffix in ("", *SUFFIXES))
    return frozenset([*of_entities, *CLASSES, *_PLATFORM_CLASSES])


def summary(name: str, operation: Operation, names: EntityNames) -> str:
    """One line that says what the operation does."""
    if operation.about:
        return operation.about.rstrip(".")
    words = name.replace("_", " ").strip()
    article = "an" if names.title[0] in "aeiou" else "a"
    if any(word in words for word in (names.title, names.plural.replace("_", " "))):
        return words.capitalize()
    if " " in words:
        return f"{words.capitalize()} ({names.title})"
    return f"{words.capitalize()} {article} {names.title}"


def _body(spec: Spec, name: str, operation: Operation, names: EntityNames) -> tuple[list[str], bool]:
    scope = Scope.for_operation(spec, name)
    variable = names.snake
    roots = {"this": Loaded(variable), "caller": caller_root(), "takes": Loaded("body")}
    writer = Writer(spec, roots, Prelude(taken={variable, f"new_{variable}", "caller", "session", "body"}))
    required = {key: compile_cel(item.cel, scope) for key, item in operation.requires.items()}
    locks = writer.locks(required.values(), f"{variable}_id", via_this=False, also=(operation.on, f"{variable}_id"))
    lines = [*tree_locks(spec, operation.on, operation.sets), *locks]
    lines.append(f"{variable} = await get_{variable}(session, CALLER{variable}_id)")
    lines.append(f"require_match(if_match, {variable})")
    lines += named_records(spec, operation)
    later = writer.locks(required.values(), f"{variable}_id", via_this=True)
    lines += later
    lines += _state_check(operation, variable, spec)
    for key, checked in required.items():
        address = f"operations.{name}.requires.{key}"
        lines += writer.refusal(address, checked, key, operation.requires[key].else_)
    lines += _changes(spec, name, operation, writer, scope)
    if operation.creates is not None:
        lines += _creation(spec, name, operation.creates, writer, scope)
        result = _created(operation.on, operation.creates)
    else:
        result = variable
    return [*lines, f"return {result}"], len(locks) > 1 or bool(later)


def _state_check(operation: Operation, variable: str, spec: Spec) -> list[str]:
    states = spec.entities[operation.on].states
    if not operation.from_ or states is None:
        return []
    current = f"{variable}.{states.field}"
    names = entity_names(operation.on)
    if len(operation.from_) == 1:
        test = f"{current} != {operation.from_[0]!r}"
    else:
        test = f"{current} not in {{{', '.join(repr(state) for state in operation.from_)}}}"
    return [f"if {test}:", f"    raise WrongState({names.title!r}, {current})"]


def _changes(spec: Spec, name: str, operation: Operation, writer: Writer, scope: Scope) -> list[str]:
    """Set fields, move the state, and keep derived values and versions up to date."""
    entity = spec.entities[operation.on]
    names = entity_names(operation.on)
    if not operation.sets and operation.to is None:
        return []
    lines = []
    lines += _assignments(entity, names.snake, writer, {k: compile_cel(v, scope) for k, v in operation.sets.items()})
    if operation.to is not None and entity.states is not None:
        lines.append(f"{names.snake}.{entity.states.field} = {operation.to!r}")
    if lines:
        lines[0:0] = writer.sentence(f"operations.{name}")
    lines += [
        line
        for key, text in operation.sets.items()
        if key in entity.references and text.strip() != "null"
        for line in tree_check(spec, operation.on, key, names.snake)
    ]
    lines += stored_values(spec, operation.on, names.snake, operation.sets)
    if _disturbs_overlap(spec, operation):
        lines.append(overlap_call(names.snake))
    versioned = any(field in operation.sets for field in entity.versioned)
    if versioned:
        lines.append(f"changed = session.is_modified({names.snake})")
    lines.append("await session.flush()")
    if versioned:
        lines += ["if changed:", f"    session.add({names.name}Version.of({names.snake}))", "    await session.flush()"]
    return [*lines, *_audited(entity, Action.UPDATE, names.snake), f"await session.refresh({names.snake})"]


def _audited(entity: Entity, action: Action, variable: str) -> list[str]:
    """Note in the audit trail what the operation does with a record."""
    if entity.audit is None or action not in entity.audit.actions:
        return []
    return [f'await record_action(session, caller, "{action.value}", [{variable}])']


def _assignments(entity: Entity, variable: str, writer: Writer, values: dict[str, Checked]) -> list[str]:
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


def _disturbs_overlap(spec: Spec, operation: Operation) -> bool:
    """Whether the change can bring a record in the way of another one."""
    entity = spec.entities[operation.on]
    for rule in entity.rules.values():
        if rule.no_overlap is not None:
            ends = {rule.no_overlap.start, rule.no_overlap.end, rule.no_overlap.per}
            if ends & operation.sets.keys() or any(
                end in entity.derived and key in entity.derived[end].cel for end in ends for key in operation.sets
            ):
                return True
            if rule.no_overlap.when is not None and _enters(spec, operation, rule.no_overlap.when):
                return True
    return False


def _enters(spec: Spec, operation: Operation, when: str) -> bool:
    """Whether a move leads from a state that the rule leaves out into one that it counts."""
    states = spec.entities[operation.on].states
    if operation.to is None or states is None:
        return False
    checked = compile_cel(when, Scope.for_derived(spec, operation.on))

    def counts(state: str) -> bool | None:
        world = World(spec, datetime(2026, 1, 1, tzinfo=UTC))
        try:
            return bool(evaluate(checked, world, this=Record(operation.on, {states.field: state})))
        except CelRuntimeError:
            return None

    return counts(operation.to) is not False and not all(counts(state) for state in operation.from_)


def _created(on: str, creation: Creation) -> str:
    """The variable that holds the record that an operation makes, beside the one it is called on."""
    names = entity_names(creation.entity)
    return f"new_{names.snake}" if creation.entity == on else names.snake


def _creation(spec: Spec, name: str, creation: Creation, writer: Writer, scope: Scope) -> list[str]:
    """Make the record that the operation answers."""
    entity = spec.entities[creation.entity]
    on = spec.operations[name].on
    variable, names = _created(on, creation), entity_names(creation.entity)
    given: dict[str, str] = {}
    lines: list[str] = []
    for key, text in creation.set.items():
        checked: Checked = compile_cel(text, scope)
        field = entity.fields.get(key)
        before, source = writer.value(checked, field.type if field is not None else None)
        lines += before
        given[f"{key}_id" if key in entity.references else key] = source
    before, values = assignments(spec, creation.entity, given)
    if entity.states is not None:
        values[entity.states.field] = repr(entity.states.values[0])
    lines += before
    made = ", ".join(f"{key}={source}" for key, source in values.items())
    lines += writer.sentence(f"operations.{name}")
    lines.append(f"{variable} = {creation.entity}({made})")
    lines += stored_values(spec, creation.entity, variable)
    rules = "rules." if creation.entity == on else f"{names.module}_rules."
    checks = calls(rule_functions(spec, creation.entity), Moment.CREATE, variable)
    lines += [check.replace("rules.", rules) for check in checks]
    lines += [f"session.add({variable})", "await session.flush()"]
    if entity.versioned:
        lines += [f"session.add({creation.entity}Version.of({variable}))", "await session.flush()"]
    return [*lines, *_audited(entity, Action.CREATE, variable), f"await session.refresh({variable})"]
