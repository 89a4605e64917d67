"""What of a document cannot be said after all is left open, so that one odd name or limit does not refuse the rest."""

from quantumlayer.spec.errors import Problem
from quantumlayer.spec.interface import Interface
from quantumlayer.spec.model import Spec
from quantumlayer.spec.validate import validate

_ROUNDS = 50


def sound(spec: Spec) -> Spec:
    """The Spec without the endpoints that stand in its way, each named with the reason.

    What would leave no endpoint stays as it is, for whoever judges the Spec.
    """
    found = spec
    for _ in range(_ROUNDS):
        problem = next((one for one in validate(found) if not one.warning), None)
        if problem is None:
            return found
        less = _without(found, problem)
        if less is None:
            return spec
        found = less
    return spec


def _without(spec: Spec, problem: Problem) -> Spec | None:
    """The Spec without the endpoints that a problem is about; None where none would be left, or none is known."""
    interface = spec.interface
    if interface is None:
        return None
    kind, _, rest = problem.element.partition(".")
    doomed = set()
    if kind == "entities":
        doomed = {key for key, one in interface.endpoints.items() if rest.split(".")[0] in _entities(spec, {one.on})}
    elif rest.startswith("endpoints."):
        doomed = {rest.split(".")[1]}
    elif rest.startswith("shapes."):
        shape = next((one for one in interface.shapes if f"{rest}.".startswith(f"shapes.{one}.")), "")
        doomed = {
            key for key, one in interface.endpoints.items() if shape in _shapes(interface, {one.takes, one.gives})
        }
    if not doomed or doomed >= interface.endpoints.keys():
        return None
    kept = {key: one for key, one in interface.endpoints.items() if key not in doomed}
    labels = (f"{interface.endpoints[key].method.upper()} {interface.endpoints[key].path}" for key in sorted(doomed))
    shapes = _shapes(interface, {name for one in kept.values() for name in (one.takes, one.gives)})
    entities = _entities(spec, {one.on for one in kept.values()} | {str(interface.shapes[one].of) for one in shapes})
    changed = {
        "endpoints": kept,
        "shapes": {key: one for key, one in interface.shapes.items() if key in shapes},
        "ids": {key: one for key, one in interface.ids.items() if key in entities},
        "open": interface.open | dict.fromkeys(labels, f"{problem.message[:1].lower()}{problem.message[1:]}"),
    }
    known = {key: one for key, one in spec.entities.items() if key in entities}
    return spec.model_copy(update={"interface": interface.model_copy(update=changed), "entities": known})


def _shapes(interface: Interface, names: set[str | None]) -> set[str]:
    """The shapes, and those inside them."""
    waiting, found = [name for name in names if name], set[str]()
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += [one.shape for one in interface.shapes[name].members.values() if one.shape]
    return found


def _entities(spec: Spec, names: set[str]) -> set[str]:
    """The entities, and those that they refer to."""
    waiting, found = [name for name in names if name in spec.entities], set[str]()
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += [one.to for one in spec.entities[name].relations.values() if one.to in spec.entities]
    return found
