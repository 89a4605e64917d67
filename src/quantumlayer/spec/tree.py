"""Values at addresses of a Spec's plain mapping: looked up, set, and set back."""

from collections.abc import Mapping, Sequence

GONE = object()
"""Stands where nothing is."""


def same(one: object, other: object) -> bool:
    """Whether two values are the same; of mappings the order does not count, `1` is not `True`."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return one is other or (type(one) is type(other) and one == other)


def undo(whole: dict[str, object], mine: dict[str, object], path: list[str]) -> str | None:
    """Set the innermost element around a path that differs from the edited Spec back; its address, if there is one."""
    for length in range(len(path), 0, -1):
        if isinstance(at(whole, path[: length - 1]), list):
            continue  # the same place in two lists need not be the same item
        here, there = at(whole, path[:length]), at(mine, path[:length])
        if not same(here, there) and not (length == 1 and isinstance(here, dict)):
            put(whole, path[:length], there)
            return ".".join(path[:length])
    return None


def restore(whole: dict[str, object], mine: Mapping[str, object]) -> None:
    """Bring back all that was edited or is needed by what was edited: everything that the edited Spec has."""
    for key, value in mine.items():
        here = whole.get(key)
        if isinstance(here, dict) and isinstance(value, dict):
            restore(here, value)
        else:
            whole[key] = value


def at(node: object, path: Sequence[str]) -> object:
    """The value at a path, or `GONE`."""
    for part in path:
        if isinstance(node, dict) and part in node:
            node = node[part]
        elif isinstance(node, list) and part.isdigit() and int(part) < len(node):
            node = node[int(part)]
        else:
            return GONE
    return node


def put(node: object, path: Sequence[str], value: object) -> None:
    """Set the value at a path, or take it away with `GONE`."""
    parent = at(node, path[:-1])
    if isinstance(parent, dict):
        if value is GONE:
            parent.pop(path[-1], None)
        else:
            parent[path[-1]] = value


def delete(node: object, path: Sequence[str]) -> None:
    """Take away what is at a path, if anything is."""
    if at(node, path) is not GONE:
        put(node, path, GONE)
