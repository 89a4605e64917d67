"""Judges an interface: whether its shapes and endpoints mean something, and do not contradict each other."""

import re
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter

from quantumlayer.spec.errors import Problem
from quantumlayer.spec.interface import Does, Endpoint, Interface, Member, Parameter, Part, Shape
from quantumlayer.spec.model import Entity, Relation, Spec
from quantumlayer.spec.naming import back_name

_PARAMETER = re.compile(r"\{([^{}]*)\}")
_SYSTEM = ("id", "created_at", "updated_at")
_PAGE = ("this", "items", "total", "page", "size", "pages", "limit", "offset")
_BODYLESS = frozenset({Does.LIST, Does.READ, Does.DELETE})
_NO_CONTENT = 204
_WELL = range(200, 300)


def judge_interface(spec: Spec) -> Iterator[Problem]:
    """Names that name nothing, and what contradicts itself."""
    interface = spec.interface
    if interface is None:
        return
    for name in interface.ids.keys() - spec.entities.keys():
        yield _unknown(f"interface.ids.{name}", "entity", name, list(spec.entities))
    for name, shape in interface.shapes.items():
        yield from _shape(spec, interface, f"interface.shapes.{name}", shape)
    yield from _circles(interface)
    taken: dict[tuple[str, str], str] = {}
    for name, endpoint in interface.endpoints.items():
        address = f"interface.endpoints.{name}"
        place = (endpoint.method, _PARAMETER.sub("{}", endpoint.path))
        if place in taken:
            message = f"{endpoint.method.upper()} {endpoint.path} is {taken[place]}, too."
            yield Problem(f"{address}.path", message, "Remove one of the two, or give it another path.")
        taken.setdefault(place, name)
        yield from _http(address, endpoint)
        yield from _endpoint(spec, interface, address, endpoint)


def _http(address: str, endpoint: Endpoint) -> Iterator[Problem]:
    """What no client could call, or would not expect."""
    if not {".", ".."}.isdisjoint(endpoint.path.split("/")):
        message = "Clients take the parts `.` and `..` out of a path before they call it."
        yield Problem(f"{address}.path", message, "Write the path that is meant.")
    if endpoint.method == "get" and endpoint.does not in {Does.LIST, Does.READ}:
        message = f"GET changes nothing, and this one is to {endpoint.does.value}."
        yield Problem(f"{address}.method", message, "Write `post`, `put`, `patch` or `delete`.")
    if endpoint.status not in _WELL:
        message = f"{endpoint.status} is no answer when it went well."
        yield Problem(f"{address}.status", message, "Write one from 200 to 299; refusals stand in `errors`.")


def _unknown(address: str, what: str, name: str, known: list[str]) -> Problem:
    from difflib import get_close_matches  # only a Spec with errors needs it  # noqa: PLC0415

    near = get_close_matches(name, known, n=1)
    hint = f"Did you mean `{near[0]}`?" if near else f"Known are: {', '.join(known) or 'none'}."
    return Problem(address, f"There is no {what} {name!r}.", hint)


def _members_of(spec: Spec, name: str) -> list[str]:
    """What a member can show of a record."""
    entity = spec.entities[name]
    states = [entity.states.field] if entity.states is not None else []
    backs = [
        back_name(source, relation)
        for source, other in spec.entities.items()
        for relation in other.relations.values()
        if relation.to == name
    ]
    return ["this", *_SYSTEM, *entity.fields, *entity.derived, *states, *entity.relations, *backs]


def _shape(spec: Spec, interface: Interface, address: str, shape: Shape) -> Iterator[Problem]:
    if shape.of is not None and shape.of not in spec.entities:
        yield _unknown(f"{address}.of", "entity", shape.of, list(spec.entities))
        return
    if shape.page and (shape.of is None or sum(one.is_ == "items" for one in shape.members.values()) > 1):
        message = "A page is of an entity and has at most one member with `is: items`."
        yield Problem(address, message, "Add `of: ...` and `{is: items, shape: ..., many: true}`.")
    known = list(_PAGE) if shape.page else _members_of(spec, shape.of) if shape.of is not None else []
    yield from _shown(interface, address, shape, known)


def _shown(interface: Interface, address: str, shape: Shape, known: list[str]) -> Iterator[Problem]:
    """Members that show nothing, or the same as another one."""
    seen: dict[str, str] = {}
    for json, member in shape.members.items():
        place = f"{address}.members.{json}"
        if member.shape is not None and member.shape not in interface.shapes:
            yield _unknown(f"{place}.shape", "shape", member.shape, list(interface.shapes))
        if member.says_always:
            yield from _always(place, member)
        elif shape.of is None:
            if (member.is_ is not None) or (member.field is None and member.shape is None):
                yield Problem(place, "A structure belongs to no record.", "Say what it holds: `field` or `shape`.")
        elif member.is_ not in known and not _is_unkept(shape, member):
            yield _unknown(f"{place}.is", "value", member.is_ or "", known)
        elif member.is_ in seen and not shape.page:
            message = f"{seen[member.is_]} shows {member.is_} already."
            yield Problem(f"{place}.is", message, "Remove one of the two.")
        seen.setdefault(member.is_ or json, json)
        if member.read_only and member.write_only:
            yield Problem(place, "Nobody could ever see or write it.", "Remove `read_only` or `write_only`.")


def _always(place: str, member: Member) -> Iterator[Problem]:
    """A member that shows the same value in every answer shows nothing else."""
    if member.is_ is not None or member.shape is not None or member.write_only:
        message = "It shows the same value in every answer, and nothing of a record."
        yield Problem(place, message, "Remove `shows`, or remove `is`, `shape` and `write_only`.")


def _is_unkept(shape: Shape, member: Member) -> bool:
    """Whether what callers write there is held to a field, and kept nowhere."""
    return member.is_ is None and member.write_only and member.field is not None and not shape.page


def _circles(interface: Interface) -> Iterator[Problem]:
    graph = {
        name: [one.shape for one in shape.members.values() if one.shape in interface.shapes]
        for name, shape in interface.shapes.items()
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        circle = list(reversed(error.args[1]))
        message = f"These shapes hold each other without end: {' -> '.join(circle)}."
        yield Problem(f"interface.shapes.{circle[0]}", message, "Leave the inner one out, or show its id alone.")


def _endpoint(spec: Spec, interface: Interface, address: str, endpoint: Endpoint) -> Iterator[Problem]:
    if endpoint.on not in spec.entities:
        yield _unknown(f"{address}.on", "entity", endpoint.on, list(spec.entities))
        return
    missing = False
    for word, name in (("takes", endpoint.takes), ("gives", endpoint.gives)):
        if name is not None and name not in interface.shapes:
            missing = True
            yield _unknown(f"{address}.{word}", "shape", name, list(interface.shapes))
    if missing:
        return
    yield from _bodies(interface, address, endpoint)
    yield from _parameters(spec, address, endpoint)
    yield from _lacked(spec, interface, address, endpoint)
    if endpoint.does is Does.CREATE:
        yield from _unmade(spec, interface, address, endpoint)


def _bodies(interface: Interface, address: str, endpoint: Endpoint) -> Iterator[Problem]:
    if endpoint.takes is not None and endpoint.does in _BODYLESS:
        yield Problem(f"{address}.takes", f"To {endpoint.does.value} takes no body.", "Remove `takes`.")
    if endpoint.takes is None and endpoint.does in {Does.UPDATE, Does.PATCH}:
        yield Problem(address, f"To {endpoint.does.value} takes a body.", "Add `takes: ...`.")
    if endpoint.gives is not None and endpoint.status == _NO_CONTENT:
        yield Problem(f"{address}.gives", "An answer of 204 has no body.", "Remove `gives`, or answer 200.")
    if (endpoint.does is Does.LIST) != interface.lists(endpoint):
        message = "A list gives `many` of a shape or a page, and nothing else does."
        yield Problem(address, message, "Add or remove `many: true`.")
    for word, name in (("takes", endpoint.takes), ("gives", endpoint.gives)):
        if name is not None and interface.shapes[name].of != endpoint.on:
            message = f"{name} is no view of {endpoint.on}."
            yield Problem(f"{address}.{word}", message, "Name a shape of that entity.")


def _lacked(spec: Spec, interface: Interface, address: str, endpoint: Endpoint) -> Iterator[Problem]:
    """Members that answers always show although a record may lack them."""
    for name in sorted(interface.within([endpoint.gives])):
        shape = interface.shapes[name]
        entity = spec.entities.get(shape.of or "")
        if entity is None:
            continue
        for json, member in shape.members.items():
            held = entity.fields.get(member.is_ or "") or entity.references.get(member.is_ or "")
            bare = held is not None and held.optional and (isinstance(held, Relation) or held.default is None)
            if bare and not (member.optional or member.nullable or member.write_only):
                message = f"It always answers {json!r} of {name}, and a {shape.of} may be without its {member.is_}."
                hint = f"Write `optional: true` or `nullable: true` at {json!r}, or give each {shape.of} one."
                yield Problem(f"{address}.gives", message, hint)


def _parameters(spec: Spec, address: str, endpoint: Endpoint) -> Iterator[Problem]:
    stated = {json for json, one in endpoint.parameters.items() if one.in_ == "path"}
    named = _PARAMETER.findall(endpoint.path)
    for json in sorted(stated ^ set(named)):
        where = "in the path" if json in stated else "among the parameters"
        message = f"The parameter {json!r} is not {where}."
        yield Problem(f"{address}.parameters", message, f"Add it {where}, or remove it.")
    if len(set(named)) < len(named):
        yield Problem(f"{address}.path", "The path has a parameter twice.", "Rename one of the two.")
    for json, one in endpoint.parameters.items():
        if one.is_ is not None and not _leads(spec, endpoint.on, one):
            message = f"{one.is_!r} leads to no value of a record."
            known = ", ".join(["id", *spec.entities[endpoint.on].fields, *spec.entities[endpoint.on].relations])
            yield Problem(f"{address}.parameters.{json}.is", message, f"Known are: {known}.")
        if one.in_ == "path" and (one.is_ is None or one.part is not Part.FILTER):
            message = "A parameter of the path says which record is meant."
            yield Problem(f"{address}.parameters.{json}", message, "Add `is: id`, or what else it names.")


def _leads(spec: Spec, name: str, parameter: Parameter) -> bool:
    *way, last = (parameter.is_ or "").split(".")
    for step in way:
        relation = spec.entities[name].relations.get(step)
        if relation is None or relation.to not in spec.entities:
            return False
        name = relation.to
    entity: Entity = spec.entities[name]
    states = {entity.states.field} if entity.states is not None else set()
    return last in {*_SYSTEM, *entity.fields, *entity.relations, *entity.derived, *states}


def _unmade(spec: Spec, interface: Interface, address: str, endpoint: Endpoint) -> Iterator[Problem]:
    """What a record must have and nobody gives it when it is made here."""
    given = {one.is_ for one in _written(interface, endpoint.takes)}
    given |= {(one.is_ or "").partition(".")[0] for one in endpoint.parameters.values() if one.in_ == "path"}
    entity = spec.entities[endpoint.on]
    needed = [key for key, one in entity.fields.items() if not one.optional and one.default is None]
    needed += [key for key, one in entity.references.items() if not one.optional]
    for key in needed:
        if key not in given:
            message = f"Nobody gives {key} to a {endpoint.on} that is made here."
            hint = f"Add it to {endpoint.takes or 'a shape that it takes'}, or make it `optional: true`."
            yield Problem(address, message, hint)


def _written(interface: Interface, name: str | None) -> Iterator[Member]:
    if name is None:
        return
    for member in interface.shapes[name].members.values():
        if member.is_ == "this" and member.shape in interface.shapes:
            yield from _written(interface, member.shape)
        elif not (member.read_only or member.optional or member.says_always):
            yield member
