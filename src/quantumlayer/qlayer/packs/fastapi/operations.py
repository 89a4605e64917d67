"""The operations of an entity as functions and routes."""

from dataclasses import dataclass

from quantumlayer.kit.identifiers import class_name, singular
from quantumlayer.qlayer.packs.fastapi.access import member, roles_of
from quantumlayer.qlayer.packs.fastapi.code import Prelude, names_in
from quantumlayer.qlayer.packs.fastapi.effects import REFUSED, RELEASED, answers_rows, effects
from quantumlayer.qlayer.packs.fastapi.fields import FieldView
from quantumlayer.qlayer.packs.fastapi.holds import Start, holds
from quantumlayer.qlayer.packs.fastapi.named import named_records
from quantumlayer.qlayer.packs.fastapi.roots import Loaded, caller_root
from quantumlayer.qlayer.packs.fastapi.rules import REFUSALS
from quantumlayer.qlayer.packs.fastapi.statements import Writer
from quantumlayer.qlayer.packs.fastapi.trees import moved_by, tree_locks
from quantumlayer.qlayer.packs.fastapi.webhooks import MODULE, Sender, told
from quantumlayer.qlayer.packs.fastapi.writes import Change, changed, made
from quantumlayer.spec.cel import Scope, acting, compile_cel
from quantumlayer.spec.held import work_of_operation
from quantumlayer.spec.model import Creation, Operation, Reference, Rows, Spec
from quantumlayer.spec.naming import CLASSES, SUFFIXES, EntityNames, entity_names, function_name, route_name
from quantumlayer.spec.remember import remembered

_PLATFORM_CLASSES = frozenset(
    [
        "Page", "Session", "Query", "Response", "Depends", "Annotated", "Sequence", "Id",
        "Reading", "Writing", "Reference", "Money", "Moment", "Day", "Email", "Flag", "Whole", "Amount", "Paging",
        "Field", "IfMatch", "Mapping", "MaybeIfMatch", "Conflict", "Forbidden", "Number", "Written", "WrittenMoney",
        "WrittenAmount", "KeptRows", "RefusedRow", "CamelModel", "Data", "Measure",
    ]
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class RowsView:
    """Rows that callers give: the class of one of them, and what it holds."""

    name: str
    class_name: str
    rows: Rows
    fields: tuple[FieldView, ...]
    references: tuple[tuple[str, Reference], ...]

    @property
    def title(self) -> str:
        """What one row is called."""
        return self.name.replace("_", " ")


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
    rows: tuple[RowsView, ...]
    body_class: str
    result: EntityNames
    creates: bool
    body: tuple[str, ...]
    locks: str
    takes_caller: bool
    may_conflict: bool
    answers_rows: bool
    releases: bool

    @property
    def has_body(self) -> bool:
        """Whether callers give anything."""
        return bool(self.takes or self.references or self.rows)

    @property
    def written(self) -> tuple[FieldView, ...]:
        """Every value that callers give, those of rows, too."""
        return (*self.takes, *(field for rows in self.rows for field in rows.fields))


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
        rows=tuple(_rows(spec, body_class, key, rows) for key, rows in operation.rows.items()),
        body_class=body_class,
        result=result,
        creates=operation.creates is not None,
        body=tuple(lines),
        locks=locks,
        takes_caller="caller" in names_in(lines),
        may_conflict=bool(REFUSALS & names_in(lines)),
        answers_rows=answers_rows(operation),
        releases=RELEASED in names_in(lines),
    )


def _rows(spec: Spec, body_class: str, key: str, rows: Rows) -> RowsView:
    name = f"{body_class}{class_name(singular(key))}"
    name = f"{name}Row" if name in _taken_classes(spec) else name
    fields = tuple(FieldView(name, cell, item) for cell, item in rows.inputs.items())
    return RowsView(key, name, rows, fields, tuple(rows.references.items()))


@remembered
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


def _body(spec: Spec, name: str, operation: Operation, names: EntityNames) -> tuple[list[str], str]:
    scope = Scope.for_operation(spec, name)
    variable = names.snake
    roots = {"this": Loaded(variable), "caller": caller_root(), "takes": Loaded("body")}
    taken = {variable, f"new_{variable}", "caller", "session", "body", *([MODULE] if spec.webhooks else [])}
    writer = Writer(spec, roots, Prelude(taken=taken))
    required = {key: compile_cel(item.cel, scope) for key, item in operation.requires.items()}
    held = work_of_operation(spec, name).held()
    locks = (
        holds(spec, scope, held, Start(operation.on, f"{variable}_id"))
        if held
        else writer.locks(required.values(), f"{variable}_id", via_this=False, also=(operation.on, f"{variable}_id"))
    )
    lines = [*tree_locks(spec, moved_by(spec, name)), *locks]
    lines.append(f"{variable} = await get_{variable}(session, CALLER{variable}_id)")
    lines.append(f"require_match(if_match, {variable})")
    lines += named_records(spec, operation)
    later = [] if held else writer.locks(required.values(), f"{variable}_id", via_this=True)
    lines += later
    lines += _state_check(operation, variable, spec)
    for key, checked in required.items():
        address = f"operations.{name}.requires.{key}"
        lines += writer.refusal(address, checked, key, operation.requires[key].else_)
    sets = {key: compile_cel(cel, scope) for key, cel in operation.sets.items()}
    address = f"operations.{name}"
    change = Change(address, operation.on, variable, sets, operation.to, operation.from_, operation.on, scope)
    changes = changed(spec, change, writer)
    lines += [*changes, f"await session.refresh({variable})"] if changes else []
    result = variable
    if operation.creates is not None:
        result = _created(operation.on, operation.creates)
        lines += made(spec, operation.creates, result, writer, change)
        lines.append(f"await session.refresh({result})")
    lines += effects(spec, name, writer, created=result)
    just_read = [variable] if not (changes or operation.creates or operation.also) else []
    just_read += [one for one in (variable, result) if lines[-1] == f"await session.refresh({one})"]
    sender = Sender(operation.sends, operation.on, variable, operation.creates, result)
    lines += told(spec, sender, fresh=just_read, flushed=True)
    if (rows := next((one.rows for one in acting(spec, name) if one.effect.skips), None)) is not None:
        result = f"KeptRows(kept=len(body.{rows}) - len({REFUSED}), {REFUSED}={REFUSED})"
    if RELEASED in names_in(lines):
        lines += ["await session.commit()", f"await remove_unheld(session, file_store, {RELEASED})"]
    return [*lines, f"return {result}"], _why_locked(counts=len(locks) > 1 or bool(later), holds=bool(held))


def _why_locked(*, counts: bool, holds: bool) -> str:
    """What the function says of its locks; nothing where it only locks its own record."""
    if holds:
        return "What it reads of other records is locked first, so that nobody changes it before this is done."
    return "What the rules count is locked first, so that two callers at once cannot both pass." if counts else ""


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


def _created(on: str, creation: Creation) -> str:
    """The variable that holds the record that an operation makes, beside the one it is called on."""
    names = entity_names(creation.entity)
    return f"new_{names.snake}" if creation.entity == on else names.snake
