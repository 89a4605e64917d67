"""Finds and loads plugins."""

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from quantumlayer.plugins.errors import AmbiguousPluginError, BrokenPluginError, UnknownPluginError

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint


class Plugins:
    """The plugins of one entry point group.

    A distribution adds one with `[project.entry-points."<group>"]` and `name = "module:factory"`; the factory takes no
    argument. `name.suffix` is a companion of `name`: loading `name` loads its companions with it.

    Args:
        group: The entry point group.
        attributes: What every plugin of the group has.
    """

    def __init__(self, group: str, attributes: Sequence[str]) -> None:
        self._group = group
        self._attributes = tuple(attributes)

    def names(self) -> list[str]:
        """The names that can be loaded, companions aside."""
        return sorted({name for name in self._found() if "." not in name})

    def load(self, name: str) -> list[object]:
        """The plugin of that name, then its companions in the order of their names.

        Raises:
            UnknownPluginError: Nothing installed has that name.
            AmbiguousPluginError: Two distributions offer one of the names.
            BrokenPluginError: One of them cannot be loaded or lacks an attribute of the group.
        """
        found = self._found()
        if name not in found or "." in name:
            why = f"installed: {', '.join(self.names()) or 'none'}"
            raise UnknownPluginError(f"there is no plugin {name!r} in {self._group}", why=why)
        wanted = [name, *sorted(other for other in found if other.startswith(f"{name}."))]
        return [self._load(one, found[one]) for one in wanted]

    def _found(self) -> "dict[str, list[EntryPoint]]":
        from importlib.metadata import entry_points  # noqa: PLC0415  not free, and asking for help needs no plugin

        found = defaultdict(list)
        for point in set(entry_points(group=self._group)):
            found[point.name].append(point)
        return found

    def _load(self, name: str, points: "list[EntryPoint]") -> object:
        origins = sorted(f"{_distribution(point)} ({point.value})" for point in points)
        if len(points) > 1:
            raise AmbiguousPluginError(f"the plugin {name!r} is offered twice", why=f"by {' and '.join(origins)}")
        try:
            plugin: object = points[0].load()()
        except Exception as error:  # foreign code may raise anything
            what = f"the plugin {name!r} of {origins[0]} cannot be loaded"
            raise BrokenPluginError(what, why=f"{type(error).__name__}: {error}") from error
        if missing := [attribute for attribute in self._attributes if not hasattr(plugin, attribute)]:
            what = f"the plugin {name!r} of {origins[0]} is not complete"
            raise BrokenPluginError(what, why=f"it has no {', '.join(missing)}")
        return plugin


def _distribution(point: "EntryPoint") -> str:
    return point.dist.name if point.dist else "an unnamed distribution"
