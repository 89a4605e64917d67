"""Derived values that depend on who asks: their expressions speak of the `caller`."""

from collections.abc import Iterable

from quantumlayer.spec.model import Action, Entity, Spec
from quantumlayer.spec.remember import remembered

ANYONE = "anyone"
"""The role of a caller who did not sign in."""


@remembered
def asker_values(entity: Entity) -> tuple[str, ...]:
    """The derived values of an entity that depend on who asks; none whose expression cannot be read."""
    return tuple(key for key, derived in entity.derived.items() if "caller" in derived.cel and _asks(derived.cel))


def _asks(cel: str) -> bool:
    from quantumlayer.spec.cel.errors import CelError  # names alone do not need CEL  # noqa: PLC0415
    from quantumlayer.spec.cel.parser import parse  # as above  # noqa: PLC0415
    from quantumlayer.spec.cel.tree import Ident, walk  # as above  # noqa: PLC0415

    try:
        return any(isinstance(node, Ident) and node.name == "caller" for node in walk(parse(cel)))
    except CelError:
        return False


@remembered
def askers(spec: Spec, entity: str) -> tuple[str, ...]:
    """The roles in which somebody is answered such records, `anyone` for strangers among them.

    Those are the roles that may read, make or change them, and those whose operations answer one.
    """
    answering = {Action.READ, Action.CREATE, Action.UPDATE}
    named = {who for grant in spec.entities[entity].access if answering & set(grant.may) for who in grant.who}
    for operation in spec.operations.values():
        answered = operation.on if operation.creates is None else operation.creates.entity
        named |= set(operation.by) if answered == entity else set()
    return (*spec.roles, ANYONE) if ANYONE in named else tuple(role for role in spec.roles if role in named)


def unasked(entity: Entity, names: Iterable[str]) -> list[str]:
    """The names but for those of values that depend on who asks: where they may not stand, that is told of them."""
    asked = asker_values(entity)
    return [name for name in names if name not in asked]
