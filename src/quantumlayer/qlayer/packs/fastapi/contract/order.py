"""The order of routes: a path with a fixed word stands before one that has a parameter in its place."""

from collections import defaultdict
from graphlib import CycleError, TopologicalSorter
from itertools import product

from quantumlayer.qlayer.packs.fastapi.code import UnsupportedError
from quantumlayer.spec.interface import Endpoint, Interface


def fixed_first(path: str) -> list[bool]:
    """What sorts paths so that a fixed word stands before a parameter."""
    return [_is_parameter(segment) for segment in path.split("/")]


def routed_order(interface: Interface) -> list[str]:
    """The entities with routes, each before those whose routes would take its requests.

    Raises:
        UnsupportedError: The routes of two entities take each other's requests.
    """
    graph: dict[str, set[str]] = {endpoint.on: set() for endpoint in interface.endpoints.values()}
    alike: dict[tuple[str, int], list[Endpoint]] = defaultdict(list)
    for endpoint in interface.endpoints.values():
        alike[endpoint.method, endpoint.path.count("/")].append(endpoint)
    for endpoints in alike.values():
        greedy = [one for one in endpoints if "{" in one.path]
        for one, other in product(greedy, endpoints):
            if one.on != other.on and _takes(one.path, other.path):
                graph[one.on].add(other.on)
    try:
        return list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        raise UnsupportedError("a path whose requests another takes first") from error


def _takes(path: str, other: str) -> bool:
    """Whether requests for the other path would be taken by this one, and not the other way round as well."""
    pairs = list(zip(path.split("/"), other.split("/"), strict=True))
    if not all(_is_parameter(mine) or mine == theirs for mine, theirs in pairs):
        return False
    return any(_is_parameter(mine) and not _is_parameter(theirs) for mine, theirs in pairs)


def _is_parameter(segment: str) -> bool:
    return segment.startswith("{")
