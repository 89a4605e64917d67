"""JSON Schemas of a document, flattened: what a value is, with its bounds, and what is in it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, cast

from quantumlayer.kit.identifiers import words
from quantumlayer.qlayer.parser.openapi.document import Document

_DEEPEST = 12
"""Levels of objects in objects that are read; what is deeper is kept as it comes."""


@dataclass(frozen=True, slots=True)
class Flat:
    """A schema without references and combinations.

    Args:
        kind: `object`, `array`, `string`, `integer`, `number`, `boolean`, or `any`.
        name: The component's name, empty for a schema written in its place.
        members: The properties of an object, not yet flattened.
        required: Those that must be there.
        items: What is in an array, not yet flattened.
        keys: What else is said of it: bounds, format, pattern, choices, prose.
        nullable: Whether it may be null.
        closed: Whether an object takes no other members.
        either: Whether it is one of several objects that need different members.
    """

    kind: str
    name: str = ""
    members: Mapping[str, Any] = field(default_factory=dict)
    required: frozenset[str] = frozenset()
    items: Any = None
    keys: Mapping[str, Any] = field(default_factory=dict)
    nullable: bool = False
    closed: bool = False
    either: bool = False

    @property
    def about(self) -> str:
        """What the document says of it, in one line."""
        said = self.keys.get("description")
        return plain(said)[:300] if isinstance(said, str) else ""

    def flag(self, key: str) -> bool:
        """Whether a key such as `readOnly` is true."""
        return self.keys.get(key) is True


def plain(text: str) -> str:
    """A text in one line, without characters that cannot be printed."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def flatten(document: Document, node: object, depth: int = 0) -> Flat:
    """A schema with its references and combinations resolved; one level of its members."""
    known = document.flats.get(id(node))
    if known is None:
        known = document.flats[id(node)] = _flattened(document, node, depth)
    return cast("Flat", known)


def _flattened(document: Document, node: object, depth: int) -> Flat:
    name, schema = document.named(node)
    if not schema or depth > _DEEPEST:
        return Flat("any", name)
    merged = _combined(document, schema, depth)
    beside = {key: value for key, value in node.items() if key != "$ref"} if isinstance(node, dict) else {}
    if name and beside:  # OpenAPI 3.1 lets prose and flags stand beside a reference
        merged = replace(merged, keys={**merged.keys, **beside})
    return replace(merged, name=name or merged.name)


def _combined(document: Document, schema: Mapping[str, Any], depth: int) -> Flat:
    flat = _plain(schema)
    for part in _listed(schema.get("allOf")):
        flat = _both(flat, flatten(document, part, depth + 1))
    for key in ("oneOf", "anyOf"):
        choices = [flatten(document, part, depth + 1) for part in _listed(schema.get(key))]
        if choices:
            flat = _either(flat, choices)
    return flat


def _plain(schema: Mapping[str, Any]) -> Flat:
    kinds = schema.get("type")
    kinds = [kind for kind in (kinds if isinstance(kinds, list) else [kinds]) if isinstance(kind, str)]
    nullable = schema.get("nullable") is True or "null" in kinds
    kinds = [kind for kind in kinds if kind != "null"]
    members = schema.get("properties")
    members = (
        {key: value for key, value in members.items() if isinstance(key, str)} if isinstance(members, dict) else {}
    )
    kind = kinds[0] if len(kinds) == 1 else "any"
    if not kinds:
        kind = "object" if members else "array" if "items" in schema else _kind_of_choices(schema)
    required = [key for key in _listed(schema.get("required")) if isinstance(key, str)]
    choices = _listed(schema.get("enum"))
    return Flat(
        kind,
        members=members,
        required=frozenset(required),
        items=schema.get("items"),
        keys=schema,
        nullable=nullable or None in choices,
        closed=schema.get("additionalProperties") is False,
    )


def _kind_of_choices(schema: Mapping[str, Any]) -> str:
    choices = [choice for choice in _listed(schema.get("enum")) if choice is not None]
    if choices and all(isinstance(choice, str) for choice in choices):
        return "string"
    return "any"


def _both(one: Flat, other: Flat) -> Flat:
    """What both say: of an object the members of both."""
    kind = other.kind if one.kind == "any" else one.kind
    # The prose and the flags of the outer schema count, and the bounds of both.
    return Flat(
        kind,
        one.name or ("" if one.members else other.name if not one.required else ""),
        {**one.members, **other.members},
        one.required | other.required,
        one.items if one.items is not None else other.items,
        {**other.keys, **{key: value for key, value in one.keys.items() if key not in {"allOf", "type", "properties"}}},
        one.nullable or other.nullable,
        one.closed or other.closed,
    )


def _either(one: Flat, choices: list[Flat]) -> Flat:
    """What one of several says: null beside a single other makes that nullable, objects are laid over each other."""
    real = [choice for choice in choices if choice.kind != "null" and not _is_null(choice)]
    nullable = one.nullable or len(real) < len(choices) or any(choice.nullable for choice in real)
    if len(real) == 1:
        return replace(_both(one, real[0]), nullable=nullable, name=real[0].name)
    if real and all(choice.kind == "object" for choice in real):
        members = {key: value for choice in real for key, value in choice.members.items()}
        required = frozenset.intersection(*(choice.required for choice in real))
        laid = Flat("object", members=members, required=required, keys=one.keys, nullable=nullable)
        either = any(choice.required != required for choice in real)
        return replace(_both(one, laid), nullable=nullable, either=either)
    kinds = {choice.kind for choice in real}
    alike = len(kinds) == 1 and not kinds & {"array", "object"}
    return replace(one, kind=kinds.pop() if alike else "any", nullable=nullable)


def _is_null(choice: Flat) -> bool:
    return choice.kind == "any" and choice.nullable and "null" in str(choice.keys.get("type"))


def members(document: Document, flat: Flat, depth: int = 0) -> Iterator[tuple[str, Flat]]:
    """The properties of an object, flattened."""
    for key, node in flat.members.items():
        yield key, counting(document, key, flatten(document, node, depth + 1))


def counting(document: Document, name: str, flat: Flat) -> Flat:
    """The schema itself; what is called the id of something is a whole number, even if the document lets it be any."""
    if flat.kind != "number" or not is_id(name):
        return flat
    document.note(f"{name!r} is a whole number: the document lets it be any.")
    return replace(flat, kind="integer", keys={key: flat.keys[key] for key in flat.keys.keys() - {"format"}})


def is_id(name: str) -> bool:
    """Whether a member or a parameter is called the id of something."""
    return words(name)[-1:] == ["id"]


def _listed(node: object) -> list[Any]:
    return node if isinstance(node, list) else []
