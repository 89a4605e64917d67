"""Addresses: dotted paths that name every element of a Spec, such as `entities.Book.fields.isbn`."""

from collections.abc import Iterator, Mapping

from pydantic import BaseModel

from quantumlayer.spec.model import Spec

_ALWAYS = frozenset({"access", "on_delete", "timezone"})
_NOUNS = {
    "roles": "role",
    "operations": "operation",
    "quality": "quality target",
    "rules": "rule",
    "requires": "requirement",
    "takes": "input",
    "sets": "new value",
    "set": "new value",
    "assumptions": "assumption",
    "questions": "question",
    "trace": "sentence",
    "access": "grant",
    "examples": "example",
}
_SILENT = frozenset({"entities", "fields", "relations", "derived", *_NOUNS})


def elements(spec: Spec) -> Mapping[str, object]:
    """Every element that the Spec states, by address, in the order of the grammar."""
    return dict(_inside("", spec))


def describe(spec: Spec, address: str) -> str:
    """An address in words: `pattern of isbn of Book`, `rule on_a_weekday of Appointment`.

    Raises:
        KeyError: The Spec has no element at the address.
    """
    if address not in elements(spec):
        raise KeyError(address)
    said: list[str] = []
    parent = part = ""
    for part in address.split("."):
        said.insert(0, _word(parent, part))
        parent = part
    return " of ".join(filter(None, [said[0] or part, *said[1:]]))


def _word(parent: str, part: str) -> str:
    """What a part of an address adds to its words: nothing for the name of a collection."""
    if part.isdigit():
        return f"{_NOUNS[parent]} {int(part) + 1}"
    if parent in _NOUNS:
        return f"{_NOUNS[parent]} {part}"
    return "" if part in _SILENT and parent not in _SILENT else part


def _inside(prefix: str, node: BaseModel) -> Iterator[tuple[str, object]]:
    for name, field in type(node).model_fields.items():
        value = getattr(node, name)
        key = field.alias or name
        if field.is_required() or value != field.default or key in _ALWAYS:
            yield from _element(f"{prefix}{key}", value)


def _element(address: str, value: object) -> Iterator[tuple[str, object]]:
    yield address, value
    if isinstance(value, BaseModel):
        yield from _inside(f"{address}.", value)
    elif isinstance(value, dict) and not address.startswith("trace."):
        for key, item in value.items():
            yield from _element(f"{address}.{key}", item)
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            if isinstance(item, BaseModel):
                yield from _element(f"{address}.{index}", item)
