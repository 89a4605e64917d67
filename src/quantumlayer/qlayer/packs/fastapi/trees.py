"""Trees: relations to the same entity that never lead back to where they began."""

from collections.abc import Iterable, Iterator

from quantumlayer.spec.cel import all_acting
from quantumlayer.spec.model import Spec
from quantumlayer.spec.naming import entity_names


def tree_check(spec: Spec, entity: str, key: str, variable: str) -> list[str]:
    """The statement that refuses a changed record which would be below itself; none where that cannot be."""
    if not spec.entities[entity].relations[key].acyclic:
        return []
    return [f"await require_tree(session, {entity_names(entity).name}.{key}_id, {variable})"]


def moved_by(spec: Spec, operation: str) -> Iterator[tuple[str, str]]:
    """The relations that an operation sets, and its effects with it, each behind its entity."""
    described = spec.operations[operation]
    sets = [(described.on, described.sets)]
    sets += [(one.target, one.effect.sets) for one in all_acting(spec, operation) if one.target is not None]
    return ((entity, key) for entity, values in sets for key, cel in values.items() if cel.strip() != "null")


def tree_locks(spec: Spec, moved: Iterable[tuple[str, str]]) -> list[str]:
    """The statements that keep others from moving records meanwhile, for an operation that sets these relations.

    They stand before those that lock records: who waits for a tree must not have what its mover needs.
    """
    found = sorted({(entity, key) for entity, key in moved if key in trees(spec, entity)})
    return [f"await lock_tree(session, {entity_names(entity).name}.{key}_id)" for entity, key in found]


def trees(spec: Spec, entity: str) -> tuple[str, ...]:
    """The relations of an entity that make a tree."""
    return tuple(key for key, relation in spec.entities[entity].relations.items() if relation.acyclic)
