"""What operations write, and the derived values that they leave as they are."""

from collections.abc import Iterator

from quantumlayer.spec.askers import asker_values
from quantumlayer.spec.cel import MemberKind, Scope, all_acting, compile_cel
from quantumlayer.spec.cel.reads import readings
from quantumlayer.spec.model import Creation, Spec
from quantumlayer.spec.remember import remembered

ANY = "*"
"""Stands for the records themselves: that there are more of them, or fewer."""


@remembered
def written_by(spec: Spec, name: str) -> frozenset[tuple[str, str]]:
    """The fields, relations and states of each entity that an operation writes, and the entities of what it makes.

    Raises:
        CelError: Some effect of it cannot be read.
    """
    return frozenset(_written(spec, name))


def _written(spec: Spec, name: str) -> Iterator[tuple[str, str]]:
    operation = spec.operations[name]
    yield from _changed(spec, operation.on, [*operation.sets], operation.to)
    yield from _made(operation.creates)
    for found in all_acting(spec, name):
        if found.target is not None:
            yield from _changed(spec, found.target, [*found.effect.sets], found.effect.to)
        if found.effect.deletes:  # others may go with it
            yield from ((entity, ANY) for entity in spec.entities)
        yield from _made(found.effect.creates)


def _changed(spec: Spec, entity: str, names: list[str], to: str | None) -> Iterator[tuple[str, str]]:
    states = spec.entities[entity].states
    yield from ((entity, name) for name in names)
    if to is not None and states is not None:
        yield entity, states.field


def _made(creation: Creation | None) -> Iterator[tuple[str, str]]:
    if creation is not None:
        yield creation.entity, ANY


def unwritten(spec: Spec, name: str, entity: str) -> frozenset[str]:
    """The derived values of an entity that read nothing of what an operation writes.

    Raises:
        CelError: Some expression cannot be read.
    """
    written = written_by(spec, name)
    found = set[str]()
    asked = asker_values(spec.entities[entity])
    for key, derived in spec.entities[entity].derived.items():
        if key in asked:
            continue  # it is in answers only
        read = set[tuple[str, str]]()
        for one in readings(compile_cel(derived.cel, Scope.for_derived(spec, entity))):
            back = one.member.kind is MemberKind.BACK
            read |= {(one.member.source, ANY), (one.member.source, one.member.via)} if back else set()
            read.add((one.entity, one.member.name))
        if not read & written:
            found.add(key)
    return frozenset(found)
