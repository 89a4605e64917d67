"""The claims of an interface: what each endpoint does and refuses."""

from collections.abc import Iterator

from quantumlayer.spec.cel import ANYONE
from quantumlayer.spec.interface import Does, Endpoint, Part
from quantumlayer.spec.model import Action, Spec
from quantumlayer.spec.naming import entity_names

_VERB = {
    Does.LIST: "lists the {many}",
    Does.READ: "shows the {one}",
    Does.CREATE: "keeps a new {one}",
    Does.UPDATE: "replaces what is kept of the {one}",
    Does.PATCH: "changes what is given of the {one}",
    Does.DELETE: "removes the {one}",
}
_ACTION = {
    Does.LIST: Action.READ,
    Does.READ: Action.READ,
    Does.CREATE: Action.CREATE,
    Does.UPDATE: Action.UPDATE,
    Does.PATCH: Action.UPDATE,
    Does.DELETE: Action.DELETE,
}


def contract_claims(spec: Spec) -> Iterator[tuple[str, str]]:
    """Address and sentence of every promise that the interface of a Spec makes."""
    if spec.interface is None:
        return
    for name, endpoint in spec.interface.endpoints.items():
        yield from _of_endpoint(spec, f"interface.endpoints.{name}", endpoint)
    if spec.interface.errors is not None:
        yield "interface.errors", f"every error has the members {', '.join(spec.interface.errors.members)}"


def _of_endpoint(spec: Spec, address: str, endpoint: Endpoint) -> Iterator[tuple[str, str]]:
    label = f"{endpoint.method.upper()} {endpoint.path}"
    names = entity_names(endpoint.on)
    says = _VERB[endpoint.does].format(one=names.title, many=names.plural.replace("_", " "))
    yield address, f"{label} {says} and answers {endpoint.status}"
    fresh = endpoint.does in {Does.LIST, Does.CREATE}
    plain = spec.entities[endpoint.on].fields if fresh else {}
    if endpoint.knows_parents and any(
        one.in_ == "path" and one.is_ not in plain for one in endpoint.parameters.values()
    ):
        yield f"{address}.absent", f"{label} refuses a path to what is not there"
    if endpoint.takes is not None:
        yield f"{address}.takes", f"{label} takes {endpoint.takes} and nothing else"
    if endpoint.does is Does.LIST:
        parts = {one.part for one in endpoint.parameters.values()}
        if parts & {Part.SIZE, Part.LIMIT}:
            yield f"{address}.parts", f"{label} gives the list in parts"
        for key, one in endpoint.parameters.items():
            if one.in_ == "query" and one.part is Part.FILTER and one.is_ is not None:
                yield f"{address}.parameters.{key}", f"{label} finds the {names.plural.replace('_', ' ')} by {key}"
    grants = [grant for grant in spec.entities[endpoint.on].access if _ACTION[endpoint.does] in grant.may]
    if not any(ANYONE in grant.who for grant in grants):
        yield f"{address}.strangers", f"{label} is refused to whoever did not sign in"
