"""Judges names: what Python, the generated service or an expression already means by a name, and names that collide."""

import builtins
import keyword
from collections.abc import Iterable, Iterator

from pydantic import BaseModel

from quantumlayer.kit.identifiers import words
from quantumlayer.spec.errors import Problem
from quantumlayer.spec.model import Entity, Relation, Spec
from quantumlayer.spec.naming import (
    CLASSES,
    SUFFIXES,
    TABLES,
    back_name,
    entity_names,
    file_columns,
    function_name,
    link_ids,
    route_name,
)

_EXPRESSION_WORDS = frozenset(
    {
        "as", "break", "const", "continue", "else", "false", "for", "function", "if", "import", "in", "let", "loop",
        "namespace", "null", "package", "return", "true", "var", "void", "while",
    }
)  # fmt: skip
_EVERY_RECORD = frozenset({"id", "created_at", "updated_at", "version"})
_TABLE_CLASS = frozenset({"metadata", "registry", "type_annotation_map"})
_SCHEMA_CLASS = frozenset(name for name in dir(BaseModel) if not name.startswith("_"))
_PYTHON_TYPES = frozenset({"bool", "bytes", "dict", "float", "int", "list", "object", "set", "str", "tuple"})
_CALLER = frozenset({"anyone", "id", "role"})


def judge_names(spec: Spec) -> Iterator[Problem]:
    """Names that cannot be used, and names that would become the same."""
    yield from _entity_names(spec)
    pointing: dict[str, list[tuple[str, str, Relation]]] = {}
    for source, entity in spec.entities.items():
        for via, relation in entity.relations.items():
            pointing.setdefault(relation.to, []).append((source, via, relation))
    for name, entity in spec.entities.items():
        yield from _members(name, entity, pointing.get(name, []))
    for name in spec.roles:
        if name in _CALLER:
            yield _taken(f"roles.{name}", name, "`caller` has a value of that name already")
        elif reason := _word_taken(name):
            yield _taken(f"roles.{name}", name, reason)
    yield from _alike("roles", spec.roles)
    yield from _input_names(spec)
    yield from _operation_names(spec)
    yield from _query_names(spec)
    yield from _report_names(spec)
    yield from _webhook_names(spec)


def _input_names(spec: Spec) -> Iterator[Problem]:
    for name, operation in spec.operations.items():
        for taken in operation.takes:
            if reason := _word_taken(taken) or _schema_taken(taken):
                yield _taken(f"operations.{name}.takes.{taken}", taken, reason)
        columns = [f"{key}_id" for key in operation.references]
        alike = [*operation.inputs, *operation.references, *operation.rows, *columns]
        yield from _alike(f"operations.{name}.takes", alike)
        for key, rows in operation.rows.items():
            address = f"operations.{name}.takes.{key}.each"
            for taken in rows.each:
                if reason := _word_taken(taken) or _schema_taken(taken):
                    yield _taken(f"{address}.{taken}", taken, reason)
            yield from _alike(address, [*rows.each, *(f"{one}_id" for one in rows.references)])


def judge_variable(address: str, name: str, known: Iterable[str]) -> Iterator[Problem]:
    """A name for the records that an effect goes through."""
    if name in known:
        yield Problem(address, f"{name!r} means something here already.", "Take another name.")
    elif reason := _word_taken(name):
        yield _taken(address, name, reason)


def _query_names(spec: Spec) -> Iterator[Problem]:
    for name, query in spec.queries.items():
        for taken in query.takes:
            if reason := _word_taken(taken) or _schema_taken(taken):
                yield _taken(f"queries.{name}.takes.{taken}", taken, reason)
        yield from _alike(f"queries.{name}.takes", query.takes)
    for entity in spec.entities:
        yield from _alike("queries", [name for name, query in spec.queries.items() if query.of == entity])


def _report_names(spec: Spec) -> Iterator[Problem]:
    for name, report in spec.reports.items():
        for part, keys in (("takes", list(report.takes)), ("values", list(report.values))):
            for taken in keys:
                if reason := _word_taken(taken) or _schema_taken(taken):
                    yield _taken(f"reports.{name}.{part}.{taken}", taken, reason)
        yield from _alike(f"reports.{name}.takes", [*report.takes, *(f"{key}_id" for key in report.references)])
        yield from _alike(f"reports.{name}.values", report.values)
    yield from _alike("reports", spec.reports)


def _webhook_names(spec: Spec) -> Iterator[Problem]:
    for name, webhook in spec.webhooks.items():
        for taken in webhook.body:
            if reason := _word_taken(taken) or _schema_taken(taken):
                yield _taken(f"webhooks.{name}.body.{taken}", taken, reason)
        yield from _alike(f"webhooks.{name}.body", webhook.body)
    yield from _alike("webhooks", spec.webhooks)


def free_name(name: str, taken: Iterable[str]) -> str:
    """The name itself, or one like it that a field or relation of a record can have beside those that are taken."""
    keys = {_key(one) for one in taken}
    found = name.rstrip("_")
    if _word_taken(found) or _record_taken(found) or _schema_taken(found):
        found = f"{found}_value"
    number, free = 1, found
    while _key(free) in keys:
        number += 1
        free = f"{found}_{number}"
    return free


def free_entity(name: str, taken: Iterable[str]) -> str:
    """The name itself, or one like it that an entity can have beside those that are taken."""
    used = {one for other in taken for one in _derived_names(other)} | {other.lower() for other in taken}
    found = name.rstrip("_")
    if keyword.iskeyword(found) or hasattr(builtins, found) or found in CLASSES:
        found = f"{found}Item"
    if entity_names(found).table in TABLES or any(found.endswith(end) for end in SUFFIXES):
        found = f"{found}Item"
    number, free = 1, found
    while _derived_names(free) & used:
        number += 1
        free = f"{found}{number}"
    return free


def _derived_names(name: str) -> set[str]:
    names = entity_names(name)
    return {names.name.lower(), names.snake, names.plural, names.module, names.table}


def _entity_names(spec: Spec) -> Iterator[Problem]:
    owners: dict[str, str] = {}
    for name in spec.entities:
        address = f"entities.{name}"
        if keyword.iskeyword(name) or hasattr(builtins, name):
            yield _taken(address, name, "Python has a meaning for it")
        names = entity_names(name)
        if name in CLASSES or names.table in TABLES:
            yield _taken(address, name, "every service has a class or a table of that name")
        bare = (name.removesuffix(end) for end in SUFFIXES if name.endswith(end))
        if beside := next((other for other in bare if other in spec.entities), ""):
            yield _taken(address, name, f"{beside} gets a class of that name")
        derived = _derived_names(name)
        if clash := next((owners[one] for one in sorted(derived) if one in owners), None):
            message = f"{name} and {clash} would get the same names ({names.table}, {names.plural})."
            yield Problem(address, message, "Rename one of the two so that neither is the other's plural or spelling.")
        for one in derived:
            owners.setdefault(one, name)


def _members(name: str, entity: Entity, pointing: Iterable[tuple[str, str, Relation]]) -> Iterator[Problem]:
    prefix = f"entities.{name}"
    seen: dict[str, str] = {}
    for address, member in _member_addresses(prefix, entity):
        if reason := _word_taken(member) or _record_taken(member) or _schema_taken(member):
            yield _taken(address, member, reason)
        for spelled in _spellings(address, member, entity):
            if spelled in seen:
                message = f"{name} has {member!r} here and at {seen[spelled]}, which would become the same name."
                yield Problem(address, message, "Rename one of the two.")
                break
            seen[spelled] = address
    for source, via, relation in pointing:
        address, back = f"entities.{source}.relations.{via}", back_name(source, relation)
        if reason := _word_taken(back) or _record_taken(back):
            yield _taken(address, back, reason, "Choose another with `back: ...`.")
        spelled = _key(back)
        if spelled in seen:
            message = f"The way back from {name} would be called {back!r}, which is taken by {seen[spelled]}."
            yield Problem(address, message, "Name it with `back: ...`.")
        seen.setdefault(spelled, address)


def _member_addresses(prefix: str, entity: Entity) -> Iterator[tuple[str, str]]:
    for field in entity.fields:
        yield f"{prefix}.fields.{field}", field
    for relation in entity.relations:
        yield f"{prefix}.relations.{relation}", relation
    for derived in entity.derived:
        yield f"{prefix}.derived.{derived}", derived
    if entity.states is not None:
        yield f"{prefix}.states", entity.states.field


def _spellings(address: str, member: str, entity: Entity) -> tuple[str, ...]:
    """A relation also takes the name of its column, or of the ids it holds, and a file those of its columns."""
    if member in entity.files:
        return _key(member), *map(_key, file_columns(member))
    if ".relations." not in address:
        return (_key(member),)
    column = link_ids(member) if member in entity.links else f"{member}_id"
    return _key(member), _key(column)


def _operation_names(spec: Spec) -> Iterator[Problem]:
    routes: dict[tuple[str, str], str] = {}
    functions: dict[str, str] = {}
    for name, operation in spec.operations.items():
        route, function = (operation.on, _key(route_name(name))), _key(function_name(name))
        clash = routes.get(route) or functions.get(function)
        if clash is not None:
            message = f"{name} and {clash} would get the same path and function."
            yield Problem(f"operations.{name}", message, "Rename one of the two.")
        routes.setdefault(route, name)
        functions.setdefault(function, name)


def _alike(prefix: str, names: Iterable[str]) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for name in names:
        if _key(name) in seen:
            message = f"{name!r} and {seen[_key(name)]!r} would become the same name."
            yield Problem(f"{prefix}.{name}", message, "Rename one of the two.")
        seen.setdefault(_key(name), name)


def _key(name: str) -> str:
    return "_".join(words(name))


def _word_taken(name: str) -> str:
    if keyword.iskeyword(name):
        return "it is a keyword of Python"
    return "it is a reserved word of expressions" if name in _EXPRESSION_WORDS else ""


def _record_taken(name: str) -> str:
    if name == "self":
        return "every record calls itself so"
    if name in _EVERY_RECORD:
        return "every record has a value of that name already"
    return "the class of the table has an attribute of that name" if name in _TABLE_CLASS else ""


def _schema_taken(name: str) -> str:
    if name in _SCHEMA_CLASS or name.startswith(("model_validate", "model_dump")):
        return "the class of the schema has an attribute of that name"
    return "it is a type of Python" if name in _PYTHON_TYPES else ""


def _taken(address: str, name: str, reason: str, hint: str = "") -> Problem:
    return Problem(
        address, f"{name!r} cannot be used as a name: {reason}.", hint or f"Choose another, such as `{_other(name)}`."
    )


def _other(name: str) -> str:
    return f"{name}Record" if name[0].isupper() else f"{name}_value"
