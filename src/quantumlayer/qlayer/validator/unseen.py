"""Records that whoever makes them may not be able to read, so that it is no fault when they are not found."""

from quantumlayer.spec.cel import ANYONE
from quantumlayer.spec.model import Action, Entity, Spec
from quantumlayer.spec.naming import entity_names


def unseen_collections(spec: Spec) -> list[str]:
    """The collections, as paths name them, of records that some maker may lose sight of."""
    return [
        entity_names(name).path
        for name, entity in spec.entities.items()
        if any(not _sees_what_they_make(entity, role) for role in (*spec.roles, ANYONE))
    ]


def _sees_what_they_make(entity: Entity, role: str) -> bool:
    makes, reads = _conditions(entity, Action.CREATE, role), _conditions(entity, Action.READ, role)
    return not makes or None in reads or makes <= reads


def _conditions(entity: Entity, action: Action, role: str) -> set[str | None]:
    """Under which conditions the role may do it: any of them is enough, and None is none at all."""
    return {grant.when for grant in entity.access if action in grant.may and {role, ANYONE} & set(grant.who)}
