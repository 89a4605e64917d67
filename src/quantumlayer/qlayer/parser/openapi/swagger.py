"""Swagger 2.0 documents as OpenAPI 3.0, so that everything behind reads one kind of document.

Source: the migration from 2.0 in the OpenAPI Specification 3.0.0, and what documents in the wild make of it.
"""

from collections.abc import Iterable, Mapping
from typing import Any, cast

_METHODS = frozenset({"get", "put", "post", "delete", "options", "head", "patch"})
_SCHEMA_KEYS = frozenset(
    {"type", "format", "items", "default", "enum", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"}
    | {"minLength", "maxLength", "pattern", "minItems", "maxItems", "uniqueItems", "multipleOf", "x-nullable"}
)
"""What a parameter of 2.0 says about its value by itself, and one of 3.0 in a schema."""
_PLACES = {"#/definitions/": "#/components/schemas/", "#/responses/": "#/components/responses/"}
_FLOWS = {"application": "clientCredentials", "accessCode": "authorizationCode"}
_JSON = ["application/json"]
_FORM, _FILES = "application/x-www-form-urlencoded", "multipart/form-data"

_Map = dict[str, Any]


def from_swagger(root: Mapping[str, Any]) -> _Map:
    """A Swagger 2.0 document as an OpenAPI 3.0 document; parts that are no mappings are left away."""
    shared = _mapping(root.get("parameters"))
    bodies = {name for name, one in shared.items() if _mapping(one).get("in") in {"body", "formData"}}
    reader = _Reader(root, shared)
    components = {
        "schemas": {name: reader.schema(one) for name, one in _mapping(root.get("definitions")).items()},
        "parameters": {name: reader.parameter(one) for name, one in shared.items() if name not in bodies},
        "responses": {
            name: reader.response(one, reader.produces(root)) for name, one in _mapping(root.get("responses")).items()
        },
        "securitySchemes": {
            name: _scheme(_mapping(one)) for name, one in _mapping(root.get("securityDefinitions")).items()
        },
    }
    kept = {key: value for key, value in root.items() if key in {"info", "tags", "security", "externalDocs"}}
    paths = {path: reader.item(_mapping(item)) for path, item in _mapping(root.get("paths")).items()}
    return {"openapi": "3.0.3", **kept, "servers": _servers(root), "paths": paths, "components": components}


def _mapping(node: object) -> _Map:
    return cast("_Map", node) if isinstance(node, dict) else {}


def _texts(node: object) -> list[str]:
    return [one for one in node if isinstance(one, str)] if isinstance(node, list) else []


def _servers(root: Mapping[str, Any]) -> list[_Map]:
    base = str(root.get("basePath") or "/")
    host = root.get("host")
    if not isinstance(host, str) or not host:
        return [{"url": base}]
    return [{"url": f"{scheme}://{host}{base}"} for scheme in _texts(root.get("schemes")) or ["https"]]


def _scheme(old: _Map) -> _Map:
    """How callers prove who they are."""
    kind = old.get("type")
    if kind == "basic":
        return {"type": "http", "scheme": "basic"}
    if kind != "oauth2":
        return dict(old)
    flow = str(old.get("flow"))
    urls = {key: old[key] for key in ("authorizationUrl", "tokenUrl") if key in old}
    return {"type": "oauth2", "flows": {_FLOWS.get(flow, flow): {**urls, "scopes": _mapping(old.get("scopes"))}}}


class _Reader:
    """Rewrites the parts of a document that its paths and components share."""

    def __init__(self, root: Mapping[str, Any], shared: _Map) -> None:
        self._root = root
        self._shared = shared

    def produces(self, node: Mapping[str, Any]) -> list[str]:
        """The media types of answers."""
        return _texts(node.get("produces")) or _texts(self._root.get("produces")) or _JSON

    def item(self, old: _Map) -> _Map:
        """A path with its operations; the body that all of them share goes to each."""
        before = [self._resolved(one) for one in _list(old.get("parameters"))]
        new: _Map = {key: old[key] for key in ("summary", "description", "$ref") if key in old}
        new["parameters"] = [self.parameter(one) for one in before if not _is_body(one)]
        bodies = [one for one in before if _is_body(one)]
        for method, operation in old.items():
            if method in _METHODS and isinstance(operation, dict):
                new[method] = self._operation(cast("_Map", operation), bodies)
        return new

    def _operation(self, old: _Map, shared_bodies: Iterable[_Map]) -> _Map:
        dropped = {"parameters", "responses", "consumes", "produces", "schemes"}
        new: _Map = {key: value for key, value in old.items() if key not in dropped}
        given = [self._resolved(one) for one in _list(old.get("parameters"))]
        new["parameters"] = [self.parameter(one) for one in given if not _is_body(one)]
        bodies = [one for one in given if _is_body(one)] or list(shared_bodies)
        if bodies:
            consumes = _texts(old.get("consumes")) or _texts(self._root.get("consumes"))
            new["requestBody"] = self._body(bodies, consumes)
        produces = self.produces(old)
        responses = _mapping(old.get("responses"))
        new["responses"] = {str(status): self.response(one, produces) for status, one in responses.items()}
        return new

    def _resolved(self, node: object) -> _Map:
        """A parameter, or the shared one that it refers to."""
        one = _mapping(node)
        reference = one.get("$ref")
        if isinstance(reference, str) and reference.startswith("#/parameters/"):
            return _mapping(self._shared.get(reference.rpartition("/")[2]))
        return one

    def parameter(self, node: object) -> _Map:
        """A parameter that is no body, its value described by a schema."""
        old = self._resolved(node)
        new: _Map = {key: value for key, value in old.items() if key not in _SCHEMA_KEYS | {"collectionFormat"}}
        new["schema"] = self.schema({key: value for key, value in old.items() if key in _SCHEMA_KEYS})
        if old.get("type") == "array":
            new["explode"] = old.get("collectionFormat") == "multi"
        if new.get("in") == "path":
            new["required"] = True
        return new

    def _body(self, bodies: list[_Map], consumes: list[str]) -> _Map:
        whole = next((one for one in bodies if one.get("in") == "body"), None)
        if whole is not None:
            schema = self.schema(whole.get("schema"))
            kept: _Map = {key: whole[key] for key in ("description", "required") if key in whole}
            return {**kept, "content": {media: {"schema": schema} for media in consumes or _JSON}}
        properties = {str(one.get("name")): self.schema(_without(one)) for one in bodies}
        needed = [str(one.get("name")) for one in bodies if one.get("required") is True]
        schema = {"type": "object", "properties": properties, **({"required": needed} if needed else {})}
        files = any(one.get("type") == "file" for one in bodies)
        media = [one for one in consumes if one in {_FORM, _FILES}] or [_FILES if files else _FORM]
        return {"required": bool(needed), "content": {one: {"schema": schema} for one in media}}

    def response(self, node: object, produces: list[str]) -> _Map:
        """An answer with its body in each media type."""
        old = _mapping(node)
        if isinstance(old.get("$ref"), str):
            return {"$ref": _moved(old["$ref"])}
        new: _Map = {"description": str(old.get("description") or "")}
        headers = _mapping(old.get("headers"))
        if headers:
            new["headers"] = {name: {"schema": self.schema(_without(_mapping(one)))} for name, one in headers.items()}
        if "schema" in old:
            examples = _mapping(old.get("examples"))
            schema = self.schema(old["schema"])
            new["content"] = {
                media: {"schema": schema, **({"example": examples[media]} if media in examples else {})}
                for media in produces
            }
        return new

    def schema(self, node: object) -> Any:  # noqa: ANN401 - a schema holds values of any kind
        """A schema with its references moved, files as binary text and `x-nullable` as `nullable`."""
        if isinstance(node, list):
            return [self.schema(one) for one in node]
        if not isinstance(node, dict):
            return node
        new: _Map = {
            key: _moved(value) if key == "$ref" and isinstance(value, str) else value for key, value in node.items()
        }
        for key in ("items", "additionalProperties", "allOf"):
            if key in new:
                new[key] = self.schema(new[key])
        if isinstance(new.get("properties"), dict):
            new["properties"] = {name: self.schema(one) for name, one in new["properties"].items()}
        if new.get("type") == "file":
            new |= {"type": "string", "format": "binary"}
        if new.pop("x-nullable", None) is True:
            new["nullable"] = True
        if isinstance(new.get("discriminator"), str):
            new["discriminator"] = {"propertyName": new["discriminator"]}
        return new


def _moved(reference: str) -> str:
    """Where a reference leads in the new document."""
    for old, place in _PLACES.items():
        if reference.startswith(old):
            return f"{place}{reference.removeprefix(old)}"
    return reference


def _without(one: _Map) -> _Map:
    """What a form field or a header says about its value."""
    return {key: value for key, value in one.items() if key in _SCHEMA_KEYS | {"description"}}


def _is_body(one: Mapping[str, Any]) -> bool:
    return one.get("in") in {"body", "formData"}


def _list(node: object) -> list[object]:
    return node if isinstance(node, list) else []
