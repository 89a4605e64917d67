"""Judges the style of an API: that a contract has none beside its shapes, and that no two names are written alike."""

import re
from collections.abc import Iterable, Iterator

from quantumlayer.spec.errors import Problem
from quantumlayer.spec.interface import Envelope, Naming
from quantumlayer.spec.model import Spec
from quantumlayer.spec.naming import link_ids
from quantumlayer.spec.style import style_of

_CAMEL = re.compile(r"[a-z][A-Za-z0-9]*")


def judge_style(spec: Spec) -> Iterator[Problem]:
    """Words of style beside a contract, and names that the style cannot tell apart."""
    interface = spec.interface
    if interface is not None and interface.is_contract:
        words = {"naming": interface.naming is not Naming.SNAKE, "envelope": interface.envelope is not Envelope.NONE}
        for word in (word for word, said in words.items() if said):
            message = f"The shapes of a contract say how its bodies look, `{word}` is for APIs without `endpoints`."
            yield Problem(f"interface.{word}", message, f"Remove `{word}`, or the endpoints with their shapes.")
    if style_of(spec).camel:
        for prefix, names in _scopes(spec):
            yield from _alike(spec, prefix, names)


def _scopes(spec: Spec) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """The names that stand side by side in JSON or in a query, each with where it comes from."""
    for name, entity in spec.entities.items():
        own = [("fields", key, key) for key in entity.fields] + [("derived", key, key) for key in entity.derived]
        own += [("relations", key, f"{key}_id") for key in entity.references]
        own += [("relations", key, link_ids(key)) for key in entity.links]
        yield f"entities.{name}", [(f"{part}.{key}", written) for part, key, written in own]
    for name, operation in spec.operations.items():
        columns = [(key, f"{key}_id") for key in operation.references]
        yield f"operations.{name}.takes", [*_plain([*operation.inputs, *operation.rows]), *columns]
        for key, rows in operation.rows.items():
            columns = [(one, f"{one}_id") for one in rows.references]
            yield f"operations.{name}.takes.{key}.each", [*_plain(rows.inputs), *columns]
    for name, query in spec.queries.items():
        yield f"queries.{name}.takes", _plain(query.takes)
    for name, report in spec.reports.items():
        yield f"reports.{name}.takes", _plain(report.takes)
        yield f"reports.{name}.values", _plain(report.values)


def _plain(names: Iterable[str]) -> list[tuple[str, str]]:
    return [(name, name) for name in names]


def _alike(spec: Spec, prefix: str, names: Iterable[tuple[str, str]]) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for place, name in names:
        key = style_of(spec).key(name)
        if not _CAMEL.fullmatch(key):
            message = f"{name!r} has no camelCase."
            yield Problem(f"{prefix}.{place}", message, "Take a name of words with single underscores between them.")
        elif key in seen:
            message = f"{name!r} and {seen[key]!r} are both {key!r} in camelCase."
            yield Problem(f"{prefix}.{place}", message, "Rename one of the two.")
        seen.setdefault(key, name)
