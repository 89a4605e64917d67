"""The contract that a service was made from, as the service is held to it."""

from http import HTTPStatus
from importlib import import_module
from pathlib import Path
from typing import Any, cast

from quantumlayer.kit.identifiers import words
from quantumlayer.spec.interface import Interface

_DEEPEST = 20
_EXAMPLES = frozenset({"example", "examples", "default", "const", "enum"})
_SIZES = frozenset({"int32", "int64"})
_METHODS = frozenset({"get", "put", "post", "delete", "options", "head", "patch", "trace"})


def contract_in(copy: Path, interface: Interface, *, literal: bool = False) -> dict[str, Any] | None:
    """The contract among the requirements of a service, with what its Spec says beyond it; None where there is none.

    Operations that the Spec leaves open are not in it. Refusals for which the contract has no status, bodies that
    cannot be left out, the size of numbers, and that what has members is an object are assumptions: they are
    in it, unless it is to be taken literally.
    """
    for path in sorted((copy / "requirements").glob("*")):
        document = _loaded(path)
        if document is not None and isinstance(document.get("paths"), dict):
            if not literal:
                _hold(document, interface)
                _read(document)
            return document
    return None


def _loaded(path: Path) -> dict[str, Any] | None:
    text = path.read_text()
    if "openapi" not in text[:8192]:
        return None
    yaml: Any = import_module("yaml")  # has no types; other services need none of it
    try:
        found = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.YAMLError:
        return None
    return cast("dict[str, Any]", found) if isinstance(found, dict) and "openapi" in found else None


def _read(node: object, *, named: bool = False) -> None:
    """Schemas as the Spec reads them; what is `named` maps names to schemas and is none itself."""
    if isinstance(node, list):
        for item in node:
            _read(item)
    elif isinstance(node, dict):
        if not named:
            _count(node)
            _bound(node)
            if isinstance(node.get("properties"), dict):
                node.setdefault("type", "object")  # else it might be anything that is no object
        for key, item in node.items():
            if key not in _EXAMPLES or named:
                _read(item, named=key == "properties" and not named)


def _bound(node: dict[str, Any]) -> None:
    """Whole numbers without a limit have 64 bits here, as everywhere; so have the ids of records."""
    kinds = node.get("type")
    if "integer" in (kinds if isinstance(kinds, list) else [kinds]) and node.get("format") not in _SIZES:
        node["format"] = "int64"


def _count(node: dict[str, Any]) -> None:
    """What is called the id of something is a whole number, as a member and as a parameter."""
    members = node.get("properties")
    named = dict(members) if isinstance(members, dict) else {}
    if "in" in node:
        named[node.get("name")] = node.get("schema")
    for name, schema in named.items():
        if words(str(name))[-1:] == ["id"] and isinstance(schema, dict) and schema.get("type") == "number":
            schema["type"] = "integer"
            schema.pop("format", None)


def _hold(document: dict[str, Any], interface: Interface) -> None:
    kept = {(str(one.method), one.path): one for one in interface.endpoints.values()}
    for path, item in document["paths"].items():
        if not isinstance(item, dict):
            continue
        for method in _METHODS & item.keys():
            endpoint = kept.get((method, path))
            if endpoint is None:
                del item[method]
                continue
            responses = item[method].setdefault("responses", {})
            known = {str(code).lower() for code in responses}
            for status in endpoint.errors:
                if not known & {str(status), "4xx", "default"}:
                    responses[str(status)] = {"description": HTTPStatus(status).phrase}
            if endpoint.takes is not None:
                _need(document, item[method].get("requestBody"), interface.unwrapped(endpoint.takes)[0])


def _need(document: dict[str, Any], body: object, envelopes: tuple[str, ...]) -> None:
    """What callers write cannot be left out, nor can the envelopes that it is in."""
    found = _resolved(document, body)
    found["required"] = True
    for media in found.get("content", {}).values():
        schema = _resolved(document, media.get("schema") if isinstance(media, dict) else None)
        for json in envelopes:
            required = schema.get("required")
            schema["required"] = sorted({*(required if isinstance(required, list) else []), json})
            schema = _resolved(document, schema.get("properties", {}).get(json))


def _resolved(document: dict[str, Any], node: object) -> dict[str, Any]:
    """The mapping that a node is, or that its reference within the document leads to."""
    for _ in range(_DEEPEST):
        reference = node.get("$ref") if isinstance(node, dict) else None
        if not isinstance(reference, str):
            break
        node = document
        for part in reference.removeprefix("#/").split("/"):
            node = node.get(part.replace("~1", "/").replace("~0", "~")) if isinstance(node, dict) else None
    return node if isinstance(node, dict) else {}
