"""The published JSON Schema of `spec.yaml`."""

import re
from typing import Any

from quantumlayer.spec.model import Spec

_ID = "urn:quantumlayer:spec:1"


def spec_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of a Spec's YAML, with the meaning of each key's value."""
    from pydantic.json_schema import GenerateJsonSchema  # only the tools and editors ask for a schema  # noqa: PLC0415

    schema = Spec.model_json_schema(by_alias=True, schema_generator=GenerateJsonSchema)
    _tidy(schema)
    return {"$schema": GenerateJsonSchema.schema_dialect, "$id": _ID, **schema, "title": "QuantumLayer Spec"}


def _tidy(node: object) -> None:
    """Takes off what helps nobody, and lets in what the reader takes: one word for a list, nothing for a role."""
    if isinstance(node, list):
        for item in node:
            _tidy(item)
    if not isinstance(node, dict):
        return
    if isinstance(node.get("title"), str):
        del node["title"]
    if isinstance(node.get("description"), str):
        node["description"] = re.sub(r"(?<!\n)\n(?!\n)", " ", node["description"])
    for item in node.values():
        _tidy(item)
    _let_in(node)


def _let_in(node: dict[str, Any]) -> None:
    items = node.get("items")
    if node.get("type") == "array" and isinstance(items, dict) and items.get("pattern"):
        whole = {key: node.pop(key) for key in list(node) if key not in {"default", "description"}}
        node["anyOf"] = [whole, dict(items)]
    named = node.get("patternProperties")
    if isinstance(named, dict):
        node["additionalProperties"] = False
        for pattern, value in named.items():
            if value == {"$ref": "#/$defs/Role"}:
                named[pattern] = {"anyOf": [value, {"type": "null"}]}
