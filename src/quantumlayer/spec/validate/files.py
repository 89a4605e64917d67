"""Judges fields that hold files: what a file can be, and what else of a record cannot be one."""

import re
from collections.abc import Iterator

from quantumlayer.spec.errors import Problem
from quantumlayer.spec.model import Action, Entity, Field, Moment, Spec
from quantumlayer.spec.naming import route_name
from quantumlayer.spec.sizes import size_text

_SMALLEST, _LARGEST = 100, 500_000_000
_WORD = r"[a-z0-9][a-z0-9!#$&^_.+-]{0,62}"
_MEDIA = re.compile(rf"{_WORD}/{_WORD}")
_NO_MEANING = ("min", "pattern", "one_of", "unique", "default")
_EXAMPLE = "such as `image/png` or `application/pdf`"


def judge_files(spec: Spec) -> Iterator[Problem]:
    """Files with limits that no file has, that nobody could put, or that stand where only values can."""
    for name, entity in spec.entities.items():
        prefix = f"entities.{name}"
        for key, field in entity.fields.items():
            address = f"{prefix}.fields.{key}"
            yield from _file(address, field) if field.is_file else _no_file(address, field)
        for key in entity.files:
            yield from _reach(prefix, key, entity)
        yield from _elsewhere(prefix, entity)
        yield from _rules(prefix, entity)
    yield from _inputs(spec)


def _file(address: str, field: Field) -> Iterator[Problem]:
    for word in _NO_MEANING:
        if word in field.model_fields_set and getattr(field, word) not in (None, False):
            yield Problem(f"{address}.{word}", f"`{word}` has no meaning for a file.", f"Remove `{word}`.")
    if field.read_only:
        message = "Nobody could ever put the file: callers alone do, and `read_only` keeps them from it."
        yield Problem(f"{address}.read_only", message, "Remove `read_only`; `immutable: true` lets it be put once.")
    if field.max is not None and not (isinstance(field.max, int) and _SMALLEST <= field.max <= _LARGEST):
        message = f"The largest file has from {size_text(_SMALLEST)} to {size_text(_LARGEST)}."
        yield Problem(f"{address}.max", message, "Write a whole number of bytes, or text such as `10 MB`.")
    yield from _media(f"{address}.media", field)


def _media(address: str, field: Field) -> Iterator[Problem]:
    if "media" in field.model_fields_set and not field.media:
        yield Problem(address, "No file could ever fit: the list is empty.", "Fill or remove `media`.")
    for index, kind in enumerate(field.media):
        if kind in field.media[:index]:
            yield Problem(address, f"{kind!r} stands here twice.", "Remove one of the two.")
        elif not _MEDIA.fullmatch(kind):
            message = f"{kind[:60]!r} is no media type in lower case without parameters, {_EXAMPLE}."
            yield Problem(address, message, "Name each type by itself; leave `media` out where any will do.")


def _no_file(address: str, field: Field) -> Iterator[Problem]:
    if "media" in field.model_fields_set:
        yield Problem(f"{address}.media", f"A {field.type} has no `media`.", "Remove `media`, or write `type: file`.")


def _reach(prefix: str, key: str, entity: Entity) -> Iterator[Problem]:
    """Whether somebody can put the file, and where."""
    if not any(Action.UPDATE in grant.may for grant in entity.access):
        message = f"Nobody can put {key}: who may change the record puts its files, and no grant lets anybody."
        yield Problem(f"{prefix}.fields.{key}", message, "Grant `update` to whoever puts the file.")
    if (route := route_name(key)) in _pages(entity):
        message = f"The file would be found at `/{route}`, as the {route} of the record are."
        yield Problem(f"{prefix}.fields.{key}", message, "Choose another name.")


def _pages(entity: Entity) -> set[str]:
    pages = {"versions"} if entity.versioned else set()
    return pages | ({"audit"} if entity.audit is not None else set())


def _elsewhere(prefix: str, entity: Entity) -> Iterator[Problem]:
    """Where a record names its own values, and a file is none."""
    asked = {f"list.{part}": getattr(entity.list, part) for part in ("filter", "sort", "order")}
    for place, names in {**asked, "versioned": entity.versioned}.items():
        for key in names:
            if key.removeprefix("-") in entity.files:
                reason = "no earlier file is kept" if place == "versioned" else "a list is asked for by values"
                message = f"{key.removeprefix('-')} is a file, and {reason}."
                yield Problem(f"{prefix}.{place}", message, f"Take {key!r} out.")
    for key, derived in entity.derived.items():
        if derived.type == "file":
            message = "A file is put by callers; it cannot be worked out."
            yield Problem(f"{prefix}.derived.{key}.type", message, "Give it the type of a value.")


def _rules(prefix: str, entity: Entity) -> Iterator[Problem]:
    """Rules that ask a new record for a file, which it cannot have."""
    for name, rule in entity.rules.items():
        own = [key for key in entity.files if rule.cel is not None and re.search(rf"\bthis\s*\.\s*{key}\b", rule.cel)]
        if own and Moment.CREATE in rule.on:
            message = f"This is judged when a record is made, and it begins without {own[0]}."
            yield Problem(f"{prefix}.rules.{name}", message, "Add `on: [update]`, so that it is judged from then on.")


def _inputs(spec: Spec) -> Iterator[Problem]:
    """Operations, queries and reports that would take a file."""
    callables = [(f"queries.{name}.takes", item.takes) for name, item in spec.queries.items()]
    callables += [(f"reports.{name}.takes", item.inputs) for name, item in spec.reports.items()]
    for name, operation in spec.operations.items():
        callables.append((f"operations.{name}.takes", operation.inputs))
        callables += [(f"operations.{name}.takes.{key}.each", rows.inputs) for key, rows in operation.rows.items()]
    for prefix, takes in callables:
        for key, field in takes.items():
            if field.is_file:
                message = "A file is put at the address of a record's field, it does not come with other input."
                hint = "Give the record a field for it, and require it here: `this.photo != null`."
                yield Problem(f"{prefix}.{key}.type", message, hint)
            else:
                yield from _no_file(f"{prefix}.{key}", field)
