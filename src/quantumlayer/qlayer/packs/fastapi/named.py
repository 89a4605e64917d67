"""The records that callers name in a request: there, and theirs to read.

A record that its caller may not read is refused in the words for one that is not there, so that nobody learns of it.
"""

from collections.abc import Iterable
from typing import cast

from quantumlayer.qlayer.packs.fastapi import access
from quantumlayer.qlayer.packs.fastapi.aggregates import conjuncts
from quantumlayer.qlayer.packs.fastapi.code import UnsupportedError, names_in
from quantumlayer.spec.cel import ANYONE, parse
from quantumlayer.spec.model import Action, Operation, Spec
from quantumlayer.spec.naming import entity_names
from quantumlayer.spec.validate.failures import Shape, shape


def named_records(spec: Spec, operation: Operation) -> list[str]:
    """The statements that refuse records which are not there, or which the caller of an operation may not read.

    Raises:
        UnsupportedError: Some callers may read no such record.
    """
    lines: list[str] = []
    for key, reference in operation.references.items():
        if any(access.conditions(spec, reference.to, Action.READ, role) is None for role in operation.by):
            raise UnsupportedError("a record that some of its callers may not read")
        known = readable_ones(spec, operation.on, reference.to, operation.by)
        found = [required(reference.to, f"body.{key}_id", known)]
        if reference.optional:
            found = [f"if body.{key}_id is not None:", *(f"    {line}" for line in found)]
        lines += found
    return lines


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


def is_pinned(spec: Spec, entity: str, key: str, role: str) -> bool:
    """Whether what lets a role make such records says already that it may read the one that they refer to."""
    target = spec.entities[entity].references[key].to
    grants = access.conditions(spec, entity, Action.CREATE, role)
    reads = access.conditions(spec, target, Action.READ, role)
    if not grants or not reads:
        return False
    this, there = shape(parse("this")), shape(parse(f"this.{key}"))
    wanted = [{_moved(part, this, there) for part in _parts(when)} for when in reads]
    return all(any(one <= _parts(when) for one in wanted) for when in grants)


def _parts(when: str) -> set[Shape]:
    return {shape(part) for part in conjuncts(parse(when))}


def _moved(part: Shape, old: Shape, new: Shape) -> Shape:
    """The part with one expression in the place of another."""
    if part == old:
        return new
    return tuple(_moved(cast("Shape", one), old, new) if isinstance(one, tuple) else one for one in part)
