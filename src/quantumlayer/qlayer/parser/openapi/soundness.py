"""What of a document cannot be said after all is left open, so that one odd name or limit does not refuse the rest."""

from quantumlayer.kit.graphs import reached
from quantumlayer.spec.errors import Problem
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
        name = rest.split(".")[0]
        doomed = {key for key, one in interface.endpoints.items() if name in _behind(spec, {one.on})}
    elif rest.startswith("endpoints."):
        doomed = {rest.split(".")[1]}
    elif rest.startswith("shapes."):
        shape = next((one for one in interface.shapes if f"{rest}.".startswith(f"shapes.{one}.")), "")
        doomed = {key for key, one in interface.endpoints.items() if shape in interface.within([one.takes, one.gives])}
    if not doomed or doomed >= interface.endpoints.keys():
        return None
    kept = {key: one for key, one in interface.endpoints.items() if key not in doomed}
    labels = (f"{interface.endpoints[key].method.upper()} {interface.endpoints[key].path}" for key in sorted(doomed))
    shapes = interface.within(name for one in kept.values() for name in (one.takes, one.gives))
    about = {one.on for one in kept.values()} | {str(interface.shapes[one].of) for one in shapes}
    entities = _behind(spec, about)
    changed = {
        "endpoints": kept,
        "shapes": {key: one for key, one in interface.shapes.items() if key in shapes},
        "ids": {key: one for key, one in interface.ids.items() if key in entities},
        "open": interface.open | dict.fromkeys(labels, f"{problem.message[:1].lower()}{problem.message[1:]}"),
    }
    known = {key: one for key, one in spec.entities.items() if key in entities}
    return spec.model_copy(update={"interface": interface.model_copy(update=changed), "entities": known})


def _behind(spec: Spec, names: set[str]) -> set[str]:
    """The entities, and those that they refer to."""
    known = spec.entities
    targets = {name: [one.to for one in entity.relations.values() if one.to in known] for name, entity in known.items()}
    return reached(names & known.keys(), targets.__getitem__)
