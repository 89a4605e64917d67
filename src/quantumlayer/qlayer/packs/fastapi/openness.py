"""What of a Spec the pack cannot write yet: such elements are left out of the service and named."""

from collections.abc import Callable, Iterator
from functools import partial
from graphlib import CycleError, TopologicalSorter

from quantumlayer.qlayer.packs.fastapi import access
from quantumlayer.qlayer.packs.fastapi.code import UnsupportedError
from quantumlayer.qlayer.packs.fastapi.entities import EntityView
from quantumlayer.qlayer.packs.fastapi.operations import operation_view
from quantumlayer.qlayer.packs.fastapi.roots import Loaded
from quantumlayer.qlayer.packs.fastapi.records import column_default, default
from quantumlayer.qlayer.packs.fastapi.rules import exclusions, rule_functions
from quantumlayer.spec.cel import CelError
from quantumlayer.spec.generator import OpenElement
from quantumlayer.spec.model import Action, Entity, Spec

Attempt = Callable[[], object]


def supported(spec: Spec) -> tuple[Spec, list[OpenElement]]:
    """The Spec without what cannot be written, and each element left out with the reason.

    An element that reads one left out is left out, too.
    """
    found: list[OpenElement] = []
    while (failed := _first_failure(spec)) is not None:
        address, reason = failed
        found.append(OpenElement(element=address, reason=reason, needs="a later version of the pack"))
        spec = without(spec, address)
    return spec, found


def _first_failure(spec: Spec) -> tuple[str, str] | None:
    for address, attempt in _attempts(spec):
        try:
            attempt()
        except UnsupportedError as error:
            return address, f"the pack cannot write {error}"
        except CelError:
            return address, "it reads an element that is left out"
    return None


def without(spec: Spec, address: str) -> Spec:
    """The Spec without the element at the address."""
    part, name, *rest = address.split(".")
    if part == "operations":
        operations = {key: item for key, item in spec.operations.items() if key != name}
        return spec.model_copy(update={"operations": operations})
    entity = _without_part(spec.entities[name], *rest)
    return spec.model_copy(update={"entities": {**spec.entities, name: entity}})


def _without_part(entity: Entity, part: str, key: str, *rest: str) -> Entity:
    if part == "access":
        left = tuple(grant for index, grant in enumerate(entity.access) if index != int(key))
        return entity.model_copy(update={"access": left})
    items = dict(getattr(entity, part))
    if rest:
        items[key] = items[key].model_copy(update={rest[0]: None})
    else:
        del items[key]
    return entity.model_copy(update={part: items})


def _attempts(spec: Spec) -> Iterator[tuple[str, Attempt]]:
    yield from _relations(spec)
    for name, entity in spec.entities.items():
        yield from _of_entity(spec, name, entity)
    yield from _imports(spec)
    for name in spec.operations:
        yield f"operations.{name}", partial(operation_view, spec, name)


def _of_entity(spec: Spec, name: str, entity: Entity) -> Iterator[tuple[str, Attempt]]:
    for key in entity.fields:
        yield f"entities.{name}.fields.{key}.default", partial(_default, spec, name, key)
    for key, derived in entity.derived.items():
        alone = _with(spec, name, derived={**entity.derived})
        yield f"entities.{name}.derived.{key}", partial(EntityView(alone, name).derived_view, key, derived)
    for key, rule in entity.rules.items():
        yield f"entities.{name}.rules.{key}", partial(_rule, _with(spec, name, rules={key: rule}), name)
    for index in range(len(entity.access)):
        alone = _with(spec, name, access=(entity.access[index],))
        yield f"entities.{name}.access.{index}", partial(_grant, alone, name)


def _with(spec: Spec, name: str, **parts: object) -> Spec:
    entity = spec.entities[name].model_copy(update=parts)
    return spec.model_copy(update={"entities": {**spec.entities, name: entity}})


def _default(spec: Spec, name: str, key: str) -> None:
    if default(spec, name, key) is not None:
        column_default(spec, name, key)


def _rule(spec: Spec, name: str) -> None:
    exclusions(spec, name)
    strangers = access.is_public(spec, name, Action.CREATE)
    if strangers and any(function.takes_caller for function in rule_functions(spec, name)):
        raise UnsupportedError("a rule about the caller where strangers may come")


def _grant(spec: Spec, name: str) -> None:
    grant = spec.entities[name].access[0]
    if grant.when is not None and "anyone" in grant.who:
        raise UnsupportedError("a condition on what strangers may do")
    access.readable(spec, name)
    for action in Action:
        access.refused_when(spec, name, action, Loaded("record"))


def _relations(spec: Spec) -> Iterator[tuple[str, Attempt]]:
    """Tables that refer to each other in a circle: the first optional relation of the circle is left out."""
    graph = {name: {item.to for item in entity.relations.values()} - {name} for name, entity in spec.entities.items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        circle = set(error.args[1])
        for name in sorted(circle):
            for key, relation in spec.entities[name].relations.items():
                if relation.optional and relation.to in circle:
                    yield f"entities.{name}.relations.{key}", partial(_refuse, "tables that refer to each other")


def _imports(spec: Spec) -> Iterator[tuple[str, Attempt]]:
    """Derived values that look into each other's tables would make modules import each other."""
    views = {name: EntityView(spec, name) for name in spec.entities}
    graph = {name: {item.name for item in view.column_property_models} for name, view in views.items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        name = min(error.args[1])
        for derived in views[name].column_properties:
            yield f"entities.{name}.derived.{derived.name}", partial(_refuse, "tables that look into each other")


def _refuse(reason: str) -> None:
    raise UnsupportedError(reason)
