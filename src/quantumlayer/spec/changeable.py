"""What of a record somebody can change once it is there."""

from collections.abc import Iterator, Mapping

from quantumlayer.spec.cel import Acting, CelError, acting_job, all_acting
from quantumlayer.spec.model import Action, Entity, Spec
from quantumlayer.spec.remember import remembered


@remembered
def changeable(spec: Spec) -> Mapping[str, frozenset[str]]:
    """The fields, relations and states of each entity that a request, an operation or a job can change."""
    found = {name: _by_callers(entity) for name, entity in spec.entities.items()}
    for operation in spec.operations.values():
        _add(spec, found, operation.on, [*operation.sets], operation.to)
    for acting in _effects(spec):
        if acting.target is not None:
            _add(spec, found, acting.target, [*acting.effect.sets], acting.effect.to)
    return {name: frozenset([*names, *(["updated_at"] if names else [])]) for name, names in found.items()}


def _by_callers(entity: Entity) -> set[str]:
    """What an update replaces, and what the database takes away from a record whose target is removed."""
    emptied = {key for key, relation in entity.references.items() if relation.on_delete == "set_null"}
    if not any(Action.UPDATE in grant.may for grant in entity.access):
        return emptied
    fields = {key for key, item in entity.fields.items() if not (item.read_only or item.immutable)}
    relations = {key for key, one in entity.references.items() if one.reassignable and not one.read_only}
    return emptied | fields | relations


def _add(spec: Spec, found: dict[str, set[str]], entity: str, names: list[str], to: str | None) -> None:
    states = spec.entities[entity].states
    found[entity] |= {*names, *([states.field] if to is not None and states is not None else [])}


def _effects(spec: Spec) -> Iterator[Acting]:
    """Every effect; one that cannot be read is no effect, and is refused or left out for that."""
    for name in spec.operations:
        try:
            yield from all_acting(spec, name)
        except CelError:
            continue
    for name in spec.jobs:
        try:
            waiting = [acting_job(spec, name)]
            while waiting:
                acting = waiting.pop(0)
                yield acting
                waiting[:0] = acting.within
        except CelError:
            continue
