"""A Spec with an element taken out of it, and out of whatever names it."""

from typing import TypeVar

from quantumlayer.spec.cel import ANYONE
from quantumlayer.spec.model import Effect, Entity, Grant, Job, Operation, Spec
from quantumlayer.spec.naming import entity_names

PAGING = frozenset({"limit", "offset", "search", "sort"})
"""What every list is asked with."""
Sending = TypeVar("Sending", Operation, Effect, Job)
_NO_GRANT = Grant.model_construct(who=(), may=())  # keeps the place, so that the addresses of the others stay


def version_names(entity: str) -> frozenset[str]:
    """What each kept version of a record has of its own."""
    return frozenset({"number", "of", f"{entity_names(entity).table}_id"})


def without(spec: Spec, address: str) -> Spec:
    """The Spec without the element at the address."""
    part, name, *rest = address.split(".")
    if part == "interface" and spec.interface is not None:
        endpoints = {key: item for key, item in spec.interface.endpoints.items() if key != rest[0]}
        return spec.model_copy(update={"interface": spec.interface.model_copy(update={"endpoints": endpoints})})
    if part in {"queries", "reports"}:
        return spec.model_copy(update={part: {key: item for key, item in getattr(spec, part).items() if key != name}})
    if part == "webhooks":
        return _never_sent(spec, name)
    if part == "jobs":
        return spec.model_copy(update={"jobs": {key: job for key, job in spec.jobs.items() if key != name}})
    if part == "operations":
        operations = {key: item for key, item in spec.operations.items() if key != name}
        return spec.model_copy(update={"operations": operations})
    entity = _without_part(name, spec.entities[name], *rest)
    spec = spec.model_copy(update={"entities": {**spec.entities, name: entity}})
    if rest[0] in {"fields", "relations"} and len(rest) == len(["part", "key"]):
        return _never_written(spec, name, rest[1])
    return spec


def _never_sent(spec: Spec, webhook: str) -> Spec:
    """The Spec without a webhook, which nothing sends then."""
    webhooks = {name: one for name, one in spec.webhooks.items() if name != webhook}
    operations = {name: _silent(one, webhook) for name, one in spec.operations.items()}
    jobs = {name: _silent(one, webhook) for name, one in spec.jobs.items()}
    return spec.model_copy(update={"webhooks": webhooks, "operations": operations, "jobs": jobs})


def _silent(sender: Sending, webhook: str) -> Sending:
    also = {key: _silent(effect, webhook) for key, effect in sender.also.items()}
    return sender.model_copy(update={"sends": tuple(one for one in sender.sends if one != webhook), "also": also})


def _without_part(name: str, entity: Entity, part: str, key: str = "", *rest: str) -> Entity:
    if part == "versioned":
        kept = tuple(one for one in entity.versioned if one not in version_names(name))
        return entity.model_copy(update={part: kept})
    if part == "list":
        filters = tuple(one for one in entity.list.filter if one not in PAGING)
        return entity.model_copy(update={part: entity.list.model_copy(update={"filter": filters})})
    if part == "access":
        grants = list(entity.access)
        grants[int(key)] = _without_strangers(grants[int(key)]) if rest else _NO_GRANT
        return entity.model_copy(update={"access": tuple(grants)})
    items = dict(getattr(entity, part))
    if rest:
        items[key] = items[key].model_copy(update={rest[0]: None})
    else:
        del items[key]
        entity = _unlisted(entity, key)
    return entity.model_copy(update={part: items})


def _without_strangers(grant: Grant) -> Grant:
    known = tuple(who for who in grant.who if who != ANYONE)
    return grant.model_copy(update={"who": known}) if known else _NO_GRANT


def _unlisted(entity: Entity, key: str) -> Entity:
    """The entity with a field or relation taken out of its lists."""
    asked = {
        part: tuple(one for one in names if one.removeprefix("-") != key)
        for part, names in entity.list
        if isinstance(names, tuple)
    }
    versioned = tuple(one for one in entity.versioned if one != key)
    if entity.key == key:
        entity = entity.model_copy(update={"key": None})
    return entity.model_copy(update={"list": entity.list.model_copy(update=asked), "versioned": versioned})


def _never_written(spec: Spec, entity: str, key: str) -> Spec:
    """The Spec in which no operation gives the value."""
    operations = {name: _without_value(item, entity, key) for name, item in spec.operations.items()}
    return spec.model_copy(update={"operations": operations})


def _without_value(operation: Operation, entity: str, key: str) -> Operation:
    if operation.on == entity and key in operation.sets:
        left = {name: cel for name, cel in operation.sets.items() if name != key}
        operation = operation.model_copy(update={"sets": left})
    creation = operation.creates
    if creation is not None and creation.entity == entity and key in creation.set:
        left = {name: cel for name, cel in creation.set.items() if name != key}
        operation = operation.model_copy(update={"creates": creation.model_copy(update={"set": left})})
    return operation
