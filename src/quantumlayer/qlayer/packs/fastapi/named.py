"""The records that callers name in a request: there, and theirs to read.

A record that its caller may not read is refused in the words for one that is not there, so that nobody learns of it.
"""

from collections.abc import Iterable

from quantumlayer.kit.identifiers import safe, singular
from quantumlayer.qlayer.packs.fastapi import access
from quantumlayer.qlayer.packs.fastapi.code import UnsupportedError, names_in
from quantumlayer.spec.cel import ANYONE
from quantumlayer.spec.model import Action, Operation, Spec
from quantumlayer.spec.naming import entity_names


def named_records(spec: Spec, operation: Operation) -> list[str]:
    """The statements that refuse records which are not there, or which the caller of an operation may not read.

    Raises:
        UnsupportedError: Some callers may read no such record.
    """
    lines: list[str] = []
    for key, reference in operation.references.items():
        found = _named(spec, operation, reference.to, f"body.{key}_id")
        if reference.optional:
            found = [f"if body.{key}_id is not None:", *_indented(found)]
        lines += found
    for key, rows in operation.rows.items():
        one, checks = safe(singular(key)), list[str]()
        for cell, reference in rows.references.items():
            found = _named(spec, operation, reference.to, f"{one}.{cell}_id")
            checks += [f"if {one}.{cell}_id is not None:", *_indented(found)] if reference.optional else found
        lines += [f"for {one} in body.{key}:", *_indented(checks)] if checks else []
    return lines


def _indented(lines: list[str]) -> list[str]:
    return [f"    {line}" for line in lines]


def _named(spec: Spec, operation: Operation, target: str, source: str) -> list[str]:
    if any(access.conditions(spec, target, Action.READ, role) is None for role in operation.by):
        raise UnsupportedError("a record that some of its callers may not read")
    return [required(target, source, readable_ones(spec, operation.on, target, operation.by))]


def required(target: str, source: str, known: str | None) -> str:
    """The call that refuses a record which is not there or, of the `known` ones, not among them."""
    if known is None:
        return f"await require_reference(session, {target}, {source})"
    return f"await require_readable(session, {target}, {source}, {known})"


def named_by(spec: Spec, entity: str, action: Action) -> tuple[str, ...]:
    """Whoever names records in the bodies of a request."""
    if access.is_public(spec, entity, action):
        return (*spec.roles, ANYONE)
    return access.roles_for(spec, entity, action)


def readable_ones(spec: Spec, entity: str, target: str, roles: Iterable[str]) -> str | None:
    """The condition, in the functions of an entity, on the records of another that callers of the roles may name.

    None where each of them may read all, or none at all: whoever never reads such records can name any.
    """
    reads = {role: access.conditions(spec, target, Action.READ, role) for role in roles}
    if not any(reads.values()):
        return None
    branches = access.readable(spec, target)
    caller = "caller" if "caller" in names_in(line for one in branches for line in (one.test, one.condition)) else ""
    module = "" if target == entity else f"{entity_names(target).module}_service."
    call = f"{module}readable({caller})"
    if None not in reads.values():
        return call
    readers = [role for role, whens in reads.items() if whens is not None]
    return f"{call} if {access.is_any(readers)} else true()"
