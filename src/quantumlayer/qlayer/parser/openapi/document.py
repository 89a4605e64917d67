"""An OpenAPI document as plain values, with its references resolved inside it and nowhere else."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, cast

from quantumlayer.qlayer.parser.errors import BrokenDocumentError, UnknownDocumentError
from quantumlayer.qlayer.parser.openapi.swagger import from_swagger

METHODS = ("get", "post", "put", "patch", "delete")
_SWAGGER = "2.0"
_DEEPEST_VALUE = 300
_STEPS = {"MappingStartEvent": 1, "SequenceStartEvent": 1, "MappingEndEvent": -1, "SequenceEndEvent": -1}
_DEEPEST = 60
"""Steps from reference to reference, before they are taken to go round."""


@dataclass(slots=True)
class Document:
    """An OpenAPI 3 document.

    Args:
        root: Its values.
        notes: What of it could not be read, each in a sentence.
        flats: The schemas that were flattened, by the identity of their node.
    """

    root: Mapping[str, Any]
    notes: list[str] = field(default_factory=list)
    flats: dict[int, Any] = field(default_factory=dict, repr=False)

    def resolved(self, node: object) -> dict[str, Any]:
        """The mapping that a node is, or that its reference leads to; empty where it leads nowhere."""
        return self.named(node)[1]

    def named(self, node: object) -> tuple[str, dict[str, Any]]:
        """The mapping that a node is or refers to, and the last part of the reference."""
        name = ""
        for _ in range(_DEEPEST):
            if not isinstance(node, dict):
                break
            reference = node.get("$ref")
            if not isinstance(reference, str):
                return name, cast("dict[str, Any]", node)
            name = reference.rpartition("/")[2]
            node = self._at(reference)
        return name, {}

    def _at(self, reference: str) -> object:
        if not reference.startswith("#/"):
            self.note(f"The reference {reference!r} leads out of the document and was not followed.")
            return None
        node: object = self.root
        for part in reference[2:].split("/"):
            key = part.replace("~1", "/").replace("~0", "~")
            if isinstance(node, dict) and key in node:
                node = node[key]
            elif isinstance(node, list) and key.isdecimal() and int(key) < len(node):
                node = node[int(key)]
            else:
                self.note(f"The reference {reference!r} leads nowhere.")
                return None
        return node

    def note(self, sentence: str) -> None:
        """Remember what could not be read, once."""
        if sentence not in self.notes:
            self.notes.append(sentence)

    def mapping(self, *path: str) -> dict[str, Any]:
        """The mapping at a path; empty where there is none."""
        node: object = self.root
        for key in path:
            node = node.get(key) if isinstance(node, dict) else None
        return cast("dict[str, Any]", node) if isinstance(node, dict) else {}

    def operations(self) -> Iterator[tuple[str, str, dict[str, Any], list[dict[str, Any]]]]:
        """Each operation: method, path, the operation itself, and its parameters with those of its path."""
        for path, item in self.mapping("paths").items():
            node = self.resolved(item)
            shared = node.get("parameters")
            for method in METHODS:
                operation = node.get(method)
                if isinstance(operation, dict) and isinstance(path, str):
                    found = {(one["name"], one["in"]): one for one in self._parameters(shared)}
                    found |= {(one["name"], one["in"]): one for one in self._parameters(operation.get("parameters"))}
                    yield method, path, operation, list(found.values())

    def _parameters(self, node: object) -> Iterator[dict[str, Any]]:
        for one in _listed(node):
            parameter = self.resolved(one)
            if isinstance(parameter.get("name"), str) and isinstance(parameter.get("in"), str):
                yield parameter


def _listed(node: object) -> list[Any]:
    return node if isinstance(node, list) else []


def read_document(text: str, name: str) -> Document:
    """Read a document in YAML or JSON; one of Swagger 2.0 is read as what it is in OpenAPI 3.0.

    Raises:
        BrokenDocumentError: It is neither, or not an OpenAPI document.
        UnknownDocumentError: It is of a version that is not read.
    """
    root = _loaded(text.lstrip("\ufeff"), name)
    if not isinstance(root, dict):
        raise BrokenDocumentError(f"{name} is no OpenAPI document", why="it holds no mapping")
    version = str(root.get("openapi") or root.get("swagger") or "")
    if not (version.startswith("3.") or version == _SWAGGER):
        why = f"it says version {version or 'nothing'}; 2.0, 3.0 and 3.1 are read"
        raise UnknownDocumentError(f"{name} is an API document of another version", why=why)
    values = cast("dict[str, Any]", root)
    document = Document(from_swagger(values) if version == _SWAGGER else values)
    if not document.mapping("paths"):
        raise BrokenDocumentError(f"{name} describes no operation", why="`paths` is empty or missing")
    return document


def _loaded(text: str, name: str) -> object:
    try:
        if text.lstrip()[:1] == "{":
            return json.loads(text)
    except (ValueError, RecursionError):
        pass  # YAML reads what is nearly JSON, or says what is wrong
    yaml = import_module("yaml")  # reading a Spec must not pay for it

    try:
        loader = _loader()
        _measure(yaml.parse(text, Loader=loader))
        return yaml.load(text, Loader=loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark is not None else ""
        why = f"{where}{getattr(error, 'problem', None) or 'it is neither YAML nor JSON'}"
        raise BrokenDocumentError(f"{name} cannot be read", why=why) from error
    except (RecursionError, ValueError, TypeError) as error:
        raise BrokenDocumentError(f"{name} cannot be read", why="it is nested too deep or broken") from error


def _measure(events: Iterable[object]) -> None:
    """Refuse what is nested so deep that the loader's own recursion would end the process."""
    depth = 0
    for event in events:
        depth += _STEPS.get(type(event).__name__, 0)
        if depth > _DEEPEST_VALUE:
            raise RecursionError


def _loader() -> Any:  # noqa: ANN401 - PyYAML has no types
    """A safe loader for which dates and words such as `on` are text, as JSON would have them."""
    yaml = import_module("yaml")
    base = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    resolvers = {
        first: [(tag, pattern) for tag, pattern in known if not tag.endswith((":timestamp", ":bool"))]
        for first, known in base.yaml_implicit_resolvers.items()
    }
    loader: Any = type("Loader", (base,), {"yaml_implicit_resolvers": resolvers})  # what it unlearns stays here
    loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|True|false|False)$"), list("tTfF"))
    return loader
