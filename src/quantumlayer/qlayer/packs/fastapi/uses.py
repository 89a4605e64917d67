"""What the code of a service uses, so that nothing is written that nobody needs."""

import ast
import re
from collections.abc import Iterable, Sequence

_IMPORT = re.compile(r"^(?:from|import) .*\n", re.MULTILINE)


class Uses:
    """The names that sources read and the methods that they call, looked for when somebody asks for one.

    The same few names are asked for in services of every size, and most are found in the first sources: to read all of
    a large service would be a good part of the work.
    """

    def __init__(self, sources: Iterable[str]) -> None:
        self._sources = list(sources)
        self._bodies = [_IMPORT.sub("", source) for source in self._sources]
        self._names: dict[int, frozenset[str]] = {}
        self._known: dict[str, bool] = {}

    def __contains__(self, name: str) -> bool:
        if name not in self._known:
            word = re.compile(rf"\b{name}\b")
            self._known[name] = any(
                name in body and word.search(body) and name in self._of(index)
                for index, body in enumerate(self._bodies)
            )
        return self._known[name]

    def any_of(self, names: Sequence[str]) -> bool:
        """Whether one of the names is used."""
        return any(name in self for name in names)

    def _of(self, index: int) -> frozenset[str]:
        if index not in self._names:
            self._names[index] = _names(self._sources[index])
        return self._names[index]


def _names(source: str) -> frozenset[str]:
    nodes = list(ast.walk(ast.parse(source)))
    read = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    called = {node.func.attr for node in nodes if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)}
    return frozenset(read | called)
