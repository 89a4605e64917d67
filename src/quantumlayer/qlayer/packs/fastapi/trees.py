"""Trees: relations to the same entity that never lead back to where they began."""

from collections.abc import Mapping

from quantumlayer.spec.model import Spec
from quantumlayer.spec.naming import entity_names


def tree_check(spec: Spec, entity: str, key: str, variable: str) -> list[str]:
    """The statement that refuses a changed record which would be below itself; none where that cannot be."""
    if not spec.entities[entity].relations[key].acyclic:
        return []
    return [f"await require_tree(session, {entity_names(entity).name}.{key}_id, {variable})"]


def tree_locks(spec: Spec, entity: str, sets: Mapping[str, str]) -> list[str]:
    """The statements that keep others from moving records meanwhile, for an operation that moves one.

    They stand before those that lock records: who waits for a tree must not have what its mover needs.
    """
    moved = [key for key in trees(spec, entity) if key in sets and sets[key].strip() != "null"]
    return [f"await lock_tree(session, {entity_names(entity).name}.{key}_id)" for key in moved]


def trees(spec: Spec, entity: str) -> tuple[str, ...]:
    """The relations of an entity that make a tree."""
    return tuple(key for key, relation in spec.entities[entity].relations.items() if relation.acyclic)
