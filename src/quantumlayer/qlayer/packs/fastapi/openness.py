"""What of a Spec the pack cannot write yet: such elements are left out of the service and named."""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice, product

from quantumlayer.qlayer.packs.fastapi import access
from quantumlayer.qlayer.packs.fastapi.askers import judge_asked
from quantumlayer.qlayer.packs.fastapi.code import UnsupportedError, names_in
from quantumlayer.qlayer.packs.fastapi.contract.order import routed_order
from quantumlayer.qlayer.packs.fastapi.contract.service import ContractView
from quantumlayer.qlayer.packs.fastapi.entities import EntityView
from quantumlayer.qlayer.packs.fastapi.files import file_views, judge_file
from quantumlayer.qlayer.packs.fastapi.jobs import job_view
from quantumlayer.qlayer.packs.fastapi.operations import operation_view
from quantumlayer.qlayer.packs.fastapi.python import Python
from quantumlayer.qlayer.packs.fastapi.queries import query_view
from quantumlayer.qlayer.packs.fastapi.records import default, is_made
from quantumlayer.qlayer.packs.fastapi.reduction import PAGING, version_names, without
from quantumlayer.qlayer.packs.fastapi.reports import ReportView
from quantumlayer.qlayer.packs.fastapi.roots import Values
from quantumlayer.qlayer.packs.fastapi.rules import exclusions, rule_functions
from quantumlayer.qlayer.packs.fastapi.spares import needed_link
from quantumlayer.qlayer.packs.fastapi.uniques import unique_indexes
from quantumlayer.qlayer.packs.fastapi.webhooks import webhook_view
from quantumlayer.spec.askers import asker_values
from quantumlayer.spec.cel import ANYONE, CelError, children
from quantumlayer.spec.changeable import changeable
from quantumlayer.spec.generator import OpenElement
from quantumlayer.spec.locking import locking_order
from quantumlayer.spec.model import Action, Entity, Spec
from quantumlayer.spec.naming import entity_names, function_name
from quantumlayer.spec.remember import operations_on, ways_back
from quantumlayer.spec.style import contract_of

Attempt = Callable[[], object]
Attempts = Iterator[tuple[str, Attempt]]
"""Each element with the attempt to write it."""
Stage = Callable[[Spec], Attempts]
_SCHEMA = frozenset({"visible_to", "shown_to"})


def supported(spec: Spec) -> tuple[Spec, list[OpenElement]]:
    """The Spec without what cannot be written, and each element left out with the reason.

    An element that reads one left out is left out, too.
    """
    found = [
        OpenElement(
            element=f"interface.open.{label}", reason=f"a Spec cannot say it: {why}", needs="code written by hand"
        )
        for label, why in (spec.interface.open.items() if spec.interface is not None else ())
    ]
    whole = False
    while not whole:
        spec, left = _tried(spec)
        found += [OpenElement(element=at, reason=why, needs="a later version of the pack") for at, why in left]
        whole = not left
    return spec, found


def _tried(spec: Spec) -> tuple[Spec, list[tuple[str, str]]]:
    """The Spec without what failed in the first phase in which something did: what read it has to be tried again.

    The stages of a phase are tried one after the other, each until nothing of it fails, so that a Spec of which
    hundreds of elements stay open is not tried from its beginning hundreds of times.
    """
    left: list[tuple[str, str]] = []
    for phase in _phases(spec):
        for stage in phase:
            while (failed := _first_failure(stage(spec))) is not None:
                left.append(failed)
                spec = without(spec, failed[0])
        if left:
            break
    return spec, left


def _first_failure(attempts: Attempts) -> tuple[str, str] | None:
    for address, attempt in attempts:
        try:
            attempt()
        except UnsupportedError as error:
            return address, f"the pack cannot write {error}"
        except CelError:
            return address, "it reads an element that is left out"
    return None


def _phases(spec: Spec) -> Iterator[list[Stage]]:
    yield [partial(_of_entity, name=name) for name in spec.entities]
    yield [_endpoints]
    yield [_routes]
    yield [_webhooks]
    yield [partial(_of_operation, name=name) for name in spec.operations]
    yield [partial(_of_query, name=name) for name in spec.queries]
    yield [_reports]
    yield [_jobs]


def _reports(spec: Spec) -> Attempts:
    for name in spec.reports:
        if contract_of(spec) is not None:
            yield f"reports.{name}", partial(_refuse, "a report beside the endpoints of a contract")
        yield f"reports.{name}", partial(ReportView, spec, name)


def _webhooks(spec: Spec) -> Attempts:
    for name in spec.webhooks:
        if contract_of(spec) is not None:
            yield f"webhooks.{name}", partial(_refuse, "a webhook beside the endpoints of a contract")
        yield f"webhooks.{name}", partial(webhook_view, spec, name)


def _jobs(spec: Spec) -> Attempts:
    for name in spec.jobs:
        yield f"jobs.{name}", partial(job_view, spec, name)


def _of_operation(spec: Spec, name: str) -> Attempts:
    if name not in spec.operations:
        return
    operation = spec.operations[name]
    if function_name(name) in _requests(spec, operation.on):
        yield f"operations.{name}", partial(_refuse, "an operation beside the usual request of that name")
    if not (operation.sets or operation.to or operation.creates or operation.also or operation.sends):
        yield f"operations.{name}", partial(_refuse, "an operation of which nothing is left")
    yield f"operations.{name}", partial(operation_view, spec, name)


def _of_query(spec: Spec, name: str) -> Attempts:
    if name in spec.queries:
        yield f"queries.{name}", partial(_query, spec, name, spec.queries[name].of)


def _query(spec: Spec, name: str, entity: str) -> None:
    if not EntityView(spec, entity).reads:
        raise UnsupportedError("a query of what nobody reads")
    if query_view(spec, name).function in _requests(spec, entity):
        raise UnsupportedError("a query beside the usual request of that name")


def _endpoints(spec: Spec) -> Attempts:
    """Each endpoint of the interface alone, with the shapes that it needs."""
    interface = spec.interface
    if interface is None:
        return
    for name, endpoint in interface.endpoints.items():
        alone = spec.model_copy(update={"interface": interface.model_copy(update={"endpoints": {name: endpoint}})})
        yield f"interface.endpoints.{name}", partial(_endpoint, alone)


def _routes(spec: Spec) -> Attempts:
    """The endpoints that stand in the way of others wherever they stand: those after which no order is left."""
    interface = spec.interface
    if interface is None:
        return
    try:
        routed_order(interface)
    except UnsupportedError:
        for index, name in enumerate(interface.endpoints, start=1):
            first = interface.model_copy(update={"endpoints": dict(islice(interface.endpoints.items(), index))})
            yield f"interface.endpoints.{name}", partial(routed_order, first)


def _endpoint(spec: Spec) -> None:
    assert spec.interface is not None  # noqa: S101 - the caller put it there
    ContractView(spec, spec.interface).check()


def _requests(spec: Spec, entity: str) -> frozenset[str]:
    """The functions that the usual requests for records of the entity have."""
    names = entity_names(entity)
    one = [f"{verb}_{names.snake}" for verb in ("get", "read", "create", "update", "delete")]
    one.append(f"find_{names.snake}_id")
    for file in file_views(spec, entity):
        one += [
            f"get_{names.snake}_for_{file.name}",
            *(f"{verb}_{file.function}" for verb in ("read", "put", "remove")),
        ]
    return frozenset([*one, f"list_{names.plural}", f"list_{names.snake}_versions", f"list_{names.snake}_audit"])


def _of_entity(spec: Spec, name: str) -> Attempts:
    entity = spec.entities[name]
    for key in entity.files:
        yield f"entities.{name}.fields.{key}", partial(judge_file, spec, name)
    for key in entity.fields:
        yield f"entities.{name}.fields.{key}.default", partial(_default, spec, name, key)
    for key, derived in entity.derived.items():
        yield f"entities.{name}.derived.{key}", partial(EntityView(spec, name).derived_view, key, derived)
    for key in asker_values(entity):
        yield f"entities.{name}.derived.{key}", partial(judge_asked, spec, name, key)
    for key, rule in entity.rules.items():
        yield f"entities.{name}.rules.{key}", partial(_rule, _with(spec, name, rules={key: rule}), name)
        if rule.unique is not None:
            known = dict(islice(entity.rules.items(), list(entity.rules).index(key) + 1))
            yield f"entities.{name}.rules.{key}", partial(unique_indexes, _with(spec, name, rules=known), name)
    yield from _taken_names(spec, name, entity)
    for key in entity.needed_links:
        yield f"entities.{name}.relations.{key}.min", partial(needed_link, spec, name, key)
    for index in range(len(entity.access)):
        alone = _with(spec, name, access=(entity.access[index],))
        yield f"entities.{name}.access.{index}.who", partial(_strangers, spec, name, index)
        yield f"entities.{name}.access.{index}", partial(_grant, alone, name)


def _taken_names(spec: Spec, name: str, entity: Entity) -> Attempts:
    """Names that a request or a table has of its own."""
    prefix = f"entities.{name}"
    if "account" in entity.fields and any(role.record == name for role in spec.roles.values()):
        yield f"{prefix}.fields.account", partial(_refuse, "a field beside the `account` that such a record brings")
    for key in _SCHEMA.intersection(entity.fields) if _hides(entity) else ():
        yield f"{prefix}.fields.{key}", partial(_refuse, f"a field called `{key}` beside values that not all roles see")
    for part, names, taken in (
        ("list.filter", entity.list.filter, PAGING),
        ("versioned", entity.versioned, version_names(name)),
    ):
        if clash := sorted(taken.intersection(names)):
            yield f"{prefix}.{part}", partial(_refuse, f"{' and '.join(clash)} beside its own value of that name")


def _with(spec: Spec, name: str, **parts: object) -> Spec:
    """The Spec with other rules or grants of one entity."""
    entity = spec.entities[name].model_copy(update=parts)
    changed = spec.model_copy(update={"entities": {**spec.entities, name: entity}})
    # There are two copies for each entity, and each of them is asked.
    for looked_up in (ways_back, operations_on, changeable, locking_order):
        looked_up.stays(spec, changed)
    return changed


def _default(spec: Spec, name: str, key: str) -> None:
    checked = default(spec, name, key)
    if checked is not None and is_made(checked):
        Python(checked, {"this": Values({other: other for other in spec.entities[name].fields})}).part(
            next(iter(children(checked.expr)))
        )
    elif checked is not None:
        Python(checked, {"this": Values({other: other for other in spec.entities[name].fields})}).value()


def _rule(spec: Spec, name: str) -> None:
    exclusions(spec, name)
    strangers = access.is_public(spec, name, Action.CREATE)
    if strangers and any(function.takes_caller for function in rule_functions(spec, name)):
        raise UnsupportedError("a rule about the caller where strangers may come")


def _strangers(spec: Spec, name: str, index: int) -> None:
    entity = spec.entities[name]
    grant = entity.access[index]
    if ANYONE not in grant.who:
        return
    if grant.when is not None and "caller" in names_in([grant.when]):
        raise UnsupportedError("a condition on who a stranger is")
    for action, role in product(grant.may, spec.roles):
        alike = access.conditions(spec, name, action, role) == access.conditions(spec, name, action, ANYONE)
        if not alike and action is not Action.READ:
            raise UnsupportedError("a condition on what strangers may do, where others may do more")
    if entity.audit is not None and set(grant.may) & set(entity.audit.actions):
        raise UnsupportedError("an audit trail of what strangers do")
    if _hides(entity) and Action.UPDATE in grant.may:
        raise UnsupportedError("values that only some roles see, where strangers may change them")
    if {Action.UPDATE, Action.DELETE} & set(grant.may) and EntityView(spec, name).get_takes_caller:
        raise UnsupportedError("what strangers may do with records that others may read only in part")


def _hides(entity: Entity) -> bool:
    """Whether some values are for some roles only."""
    fields, derived = entity.fields.values(), entity.derived.values()
    return any(item.visible_to for item in fields) or any(item.visible_to for item in derived)


def _grant(spec: Spec, name: str) -> None:
    access.readable(spec, name)
    for action in Action:
        access.refusals(spec, name, action, "")


def _refuse(reason: str) -> None:
    raise UnsupportedError(reason)
