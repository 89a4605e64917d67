"""The style of the API in the tests: what their client translates, and what its JSON looks like untouched."""

import re
from collections.abc import Iterator
from typing import Any

from quantumlayer.qtest.records import Records
from quantumlayer.qtest.scenes import Scene
from quantumlayer.qtest.suite import Suite
from quantumlayer.qtest.tests import Module, Test
from quantumlayer.spec.interface import Envelope
from quantumlayer.spec.model import Action, Derived, Entity, Field, Spec
from quantumlayer.spec.naming import entity_names, link_ids, route_name
from quantumlayer.spec.style import Style, style_claims, style_of

_SYSTEM = ("id", "created_at", "updated_at")
_TRAILS = {"versions": "versions", "audit": "entries"}
"""Further lists of a record, by the last word of their path, and what they call what they hold."""


def style_context(spec: Spec) -> dict[str, Any]:
    """What the templates of the tests know of the style."""
    style = style_of(spec)
    enveloped = style.envelope is not Envelope.NONE
    return {
        "style": style,
        "styled": not style.plain,
        "enveloped": enveloped,
        "translated": style.camel or enveloped,
        "names": list(_names(spec, style)) if style.envelope is Envelope.NAME else [],
        "bare": ["auth", *_rows(spec)],
        "unlike": list(_unlike(spec, style)) if style.camel else [],
        "contents": [
            f"{entity_names(name).path}/{route_name(key)}" for name, one in spec.entities.items() for key in one.files
        ],
    }


def _names(spec: Spec, style: Style) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What answers are called, by the words of their paths."""
    for name, entity in spec.entities.items():
        names = entity_names(name)
        one, many = style.key(names.table), style.key(names.path.replace("-", "_"))
        yield names.path, (one, many)
        trails = [word for word, there in (("versions", entity.versioned), ("audit", entity.audit)) if there]
        yield from ((f"{names.path}/{word}", (_TRAILS[word],)) for word in trails)
        yield from ((f"{names.path}/{route_name(key)}", (one,)) for key in entity.files)
    for key, operation in spec.operations.items():
        made = operation.creates.entity if operation.creates is not None else operation.on
        yield f"{entity_names(operation.on).path}/{route_name(key)}", (style.key(entity_names(made).table),)
    if spec.reports:
        yield "reports", ("rows",)


def _rows(spec: Spec) -> Iterator[str]:
    """The operations that answer which rows they kept."""
    for key, operation in spec.operations.items():
        if any(effect.skips for effect in operation.also.values()):
            yield f"{entity_names(operation.on).path}/{route_name(key)}"


def _unlike(spec: Spec, style: Style) -> Iterator[tuple[str, str]]:
    """Names that their keys alone do not tell."""
    for name in sorted(_every_name(spec)):
        key = style.key(name)
        if re.sub("[A-Z]", lambda capital: f"_{capital[0].lower()}", key) != name:
            yield key, name


def _every_name(spec: Spec) -> set[str]:
    """Every name that stands in a body or a query."""
    found: set[str] = set()
    for entity in spec.entities.values():
        found |= {*shown(entity, None), *(f"{key}_{end}" for key in entity.list.range for end in ("min", "max"))}
    for operation in spec.operations.values():
        found |= {*operation.inputs, *operation.rows, *(f"{key}_id" for key in operation.references)}
        for rows in operation.rows.values():
            found |= {*rows.inputs, *(f"{key}_id" for key in rows.references)}
    for query in spec.queries.values():
        found |= set(query.takes)
    for report in spec.reports.values():
        found |= {*report.inputs, *report.values, *(f"{key}_id" for key in report.references)}
    return found | {f"{name}_id" for name in spec.roles}


def shown(entity: Entity, role: str | None) -> list[str]:
    """The names in the JSON of a record that callers of a role see; all of them if none is named."""
    parts: dict[str, Field | Derived] = {**entity.fields, **entity.derived}
    seen = [key for key, part in parts.items() if role is None or not part.visible_to or role in part.visible_to]
    states = [entity.states.field] if entity.states is not None else []
    return [*_SYSTEM, *seen, *states, *(f"{key}_id" for key in entity.references), *map(link_ids, entity.links)]


def style_tests(suite: Suite) -> Module | None:
    """A record and a list, as they come over the wire."""
    proves = [address for address, _ in style_claims(suite.spec)]
    if not proves:
        return None
    module = Module("tests/test_style.py", "The style of the API, seen with nothing in between.")
    entities = suite.spec.entities
    by_words = sorted(entities, key=lambda name: -sum("_" in key for key in shown(entities[name], None)))
    for name in by_words:
        found = suite.plain(name, Action.READ)
        if found is not None:
            keys = sorted(map(style_of(suite.spec).key, shown(suite.spec.entities[name], found[0])))
            module.constants.append(f"KEYS = {keys}")
            module.tests += _looks(suite, name, found[0], Scene(suite, found[1]), proves)
            return module
    for address in proves:
        suite.leave_open(address, "nobody reads any record")
    return None


def _looks(suite: Suite, name: str, role: str, scene: Scene, proves: list[str]) -> Iterator[Test]:
    style, names = style_of(suite.spec), suite.names(name)
    path = f"{style.base}/{names.path}"
    one = {Envelope.DATA: "data", Envelope.NAME: style.key(names.table)}.get(style.envelope)
    many = {Envelope.DATA: "data", Envelope.NAME: style.key(names.path.replace("-", "_"))}.get(style.envelope, "items")
    lines = [*scene.lines, f'answer = await raw({scene.caller}, f"{path}/{{{scene.this}.id}}")']
    lines += [f'assert list(answer) == ["{one}"]'] if one else []
    lines.append(f"assert sorted(answer{f'[{one!r}]' if one else ''}) == KEYS")
    yield Test(f"{Records(suite, name).a}_has_the_style", lines, proves)
    lines = [*scene.unnamed(), f'answer = await raw({scene.caller}, "{path}")']
    lines.append(f"assert sorted(answer) == {sorted([many, 'limit', 'offset', 'total'])}")
    lines.append(f"assert sorted(answer[{many!r}][0]) == KEYS")
    yield Test(f"a_list_of_{names.plural}_has_the_style", lines, proves)
    if style.base:
        check = f'assert (await raw({scene.caller}, "/{names.path}"))["status"] == 404'
        yield Test("nothing_is_there_without_the_base", [*suite.sign_in(role), check], ["interface.base"])
