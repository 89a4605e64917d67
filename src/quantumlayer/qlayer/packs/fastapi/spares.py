"""What is asked before a record goes: whether those that are linked to it can spare it."""

from quantumlayer.qlayer.packs.fastapi.code import UnsupportedError
from quantumlayer.qlayer.packs.fastapi.named import named_by, readable_ones
from quantumlayer.spec.model import Action, Spec
from quantumlayer.spec.style import contract_of


def spared(spec: Spec, target: str, variable: str) -> list[str]:
    """The statements that refuse to remove a record which others need as one of their links."""
    return [
        f"await require_spare(session, {name}.{key}, {variable}, {least})"
        for name, entity in spec.entities.items()
        for key, least in entity.needed_links.items()
        if entity.links[key].to == target
    ]


def needed_link(spec: Spec, name: str, key: str) -> None:
    """Whether the least number of a relation to many can be written.

    Raises:
        UnsupportedError: It cannot.
    """
    if contract_of(spec) is not None:
        raise UnsupportedError("a relation to at least one beside the bodies of a contract")
    roles = {*named_by(spec, name, Action.CREATE), *named_by(spec, name, Action.UPDATE)}
    if readable_ones(spec, name, spec.entities[name].links[key].to, sorted(roles)) is not None:
        raise UnsupportedError("a relation to at least one of records that its callers read only in part")
