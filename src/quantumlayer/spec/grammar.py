"""What a YAML tree breaks of the grammar, in words: pydantic's errors with place, element and remedy."""

import types
from collections.abc import Sequence
from enum import Enum
from typing import Annotated, Union, cast, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from quantumlayer.kit.identifiers import class_name, identifier
from quantumlayer.spec.errors import Problem
from quantumlayer.spec.model import INPUT_TAGS, Reference, Spec
from quantumlayer.spec.nodes import Node
from quantumlayer.spec.webhooks import BODY_TAGS

_HABITS = {
    "required": "A field is required unless it says `optional: true` or has a `default`.",
    "nullable": "Write `optional: true`.",
    "enum": "Write `one_of: [...]`.",
    "choices": "Write `one_of: [...]`.",
    "description": "Write `about: ...`.",
    "message": "Write `else: ...`.",
    "expr": "Write `cel: ...`.",
    "expression": "Write `cel: ...`.",
    "roles": "Write `by: ...` in an operation, `who: ...` in a grant.",
    "values": "Write `one_of: [...]` in a field.",
    "target": "Write `to: ...`.",
}
_WANTED = {
    "default": "a single value or `{cel: ...}`",
    "min": "a number",
    "max": "a number, or for a file a size such as `10 MB`",
    "one_of": "a whole number or text",
}


def grammar_problems(error: ValidationError, root: Node) -> list[Problem]:
    """Every problem that pydantic found, one for each place, in the order of the file."""
    found: dict[tuple[str, str], Problem] = {}
    for details in error.errors(include_url=False):
        path, tagged = _resolved(details["loc"], root)
        problem = _union_problem(details, path, root) if tagged else _problem(details, path, root)
        if problem is not None:
            found.setdefault((problem.element, problem.message), problem)
    return sorted(found.values(), key=lambda problem: (problem.line, problem.column))


def _resolved(loc: Sequence[int | str], root: Node) -> tuple[tuple[str, ...], bool]:
    """The path in the document that pydantic's location means, and whether it went through a choice of types."""
    node, path, tagged = root, list[str](), False
    for index, part in enumerate(loc):
        value = node.value
        if part in INPUT_TAGS or part in BODY_TAGS:
            continue
        if isinstance(value, dict) and str(part) in value:
            node = value[str(part)][1]
            path.append(str(part))
        elif isinstance(value, list) and isinstance(part, int) and part < len(value):
            node = value[part]
            path.append(str(part))
        elif part == "[key]" or (isinstance(value, dict) and index == len(loc) - 1 and not _is_type(part)):
            path.append(str(part))
        elif not isinstance(part, int):
            tagged = True
    return tuple(path), tagged


def _is_type(part: int | str) -> bool:
    return part in {"Computed", "bool", "int", "decimal", "date", "str"}


def _node_at(path: Sequence[str], root: Node) -> tuple[Node, Node]:
    """The key and the value at a path; for what does not stand there the nearest thing around it."""
    key = node = root
    for part in path:
        if isinstance(node.value, dict) and part in node.value:
            key, node = node.value[part]
        elif isinstance(node.value, list):
            key = node = node.value[int(part)]
    return key, node


def _union_problem(details: ErrorDetails, path: tuple[str, ...], root: Node) -> Problem | None:
    """One problem for all the types that a value could have had; a mapping was meant to be `{cel: ...}`."""
    _, node = _node_at(path, root)
    if "Computed" in details["loc"][:-1]:
        return _problem(details, path, root)
    if isinstance(details["input"], dict) and path[-1] == "default":
        return None  # what is wrong with it as `{cel: ...}` is said by another of the errors
    word = next((part for part in reversed(path) if part in _WANTED), "")
    wanted = _WANTED.get(word, "a single value")
    message = f"{_shown(details['input'])} cannot stand here: it must be {wanted}."
    return Problem(".".join(path), message, f"Write {wanted}.", node.line, node.column)


def _problem(details: ErrorDetails, path: tuple[str, ...], root: Node) -> Problem:
    key, node = _node_at(path, root)
    kind = details["type"]
    if kind == "extra_forbidden":
        keys = list(Reference.model_fields) if INPUT_TAGS[1] in details["loc"] else _keys_at(path[:-1])
        return _unknown_key(path, key, keys, bare=node.value is None)
    if path and path[-1] == "[key]":
        return _bad_name(details, path[:-2], root)
    message, hint = _sentence(details, path)
    place = key if node.value is None else node
    return Problem(".".join(path), message, hint, place.line, place.column)


def _unknown_key(path: tuple[str, ...], key: Node, allowed: list[str], *, bare: bool) -> Problem:
    from difflib import get_close_matches  # only a Spec with errors needs it  # noqa: PLC0415

    word = path[-1]
    near = get_close_matches(word, allowed, n=1)
    otherwise = _HABITS.get(word, f"Keys here are: {', '.join(allowed)}.")
    hint = f"Did you mean `{near[0]}`?" if near else otherwise
    if bare and not near:
        hint = "A comma ends a value within braces: put the text before it in quotes if it goes on here."
    message = f"There is no key {_shown(word)} here."
    return Problem(".".join(path), message, hint, key.line, key.column)


def _bad_name(details: ErrorDetails, path: tuple[str, ...], root: Node) -> Problem:
    name = str(details["input"])
    _, parent = _node_at(path, root)
    key = parent.value[name][0] if isinstance(parent.value, dict) and name in parent.value else parent
    message, hint = _sentence(details, path)
    return Problem(".".join(path), message, hint, key.line, key.column)


def _sentence(details: ErrorDetails, path: tuple[str, ...]) -> tuple[str, str]:
    """What is wrong and what to do."""
    kind, value, last = details["type"], details["input"], path[-1] if path else "the file"
    context = details.get("ctx", {})
    if kind == "missing":
        return f"The key `{last}` is missing.", f"Add `{last}: ...`."
    if kind in {"enum", "literal_error"}:
        return f"{_shown(value)} is not one of {context['expected']}.", _nearest(str(value), str(context["expected"]))
    if kind == "string_pattern_mismatch":
        return _name_sentence(str(value), str(context["pattern"]))
    if kind == "string_type":
        return f"{_shown(value)} must be text.", f"Put it in quotes: '{_written(value)}'." if _is_scalar(
            value
        ) else "Write text."
    if kind in {"model_type", "dict_type"}:
        return f"{_shown(value)} must be a mapping of keys to values.", "Write keys, each with a colon, indented."
    if kind == "tuple_type":
        return f"{_shown(value)} must be a list.", "Write a list: `[a, b]`."
    return (
        f"{_shown(value)} is not allowed here: {details['msg'][:1].lower()}{details['msg'][1:]}.",
        "Correct the value.",
    )


def _name_sentence(value: str, pattern: str) -> tuple[str, str]:
    if "(/[" in pattern:
        wanted = "a path: each part begins with a slash and holds letters, digits and the marks . _ ~ -"
        return f"{_shown(value)} is not {wanted}.", "Write one such as `/books` or, with a parameter, `/books/{id}`."
    if pattern.startswith("^[A-Z]"):
        wanted, better = "a name in PascalCase of ASCII letters and digits", class_name(value).rstrip("_")
    elif "(-" in pattern:
        wanted, better = (
            "a name in kebab-case of ASCII letters and digits",
            identifier(value).strip("_").replace("_", "-"),
        )
    else:
        wanted, better = "a name in snake_case of ASCII letters and digits", identifier(value)
    return f"{_shown(value)} is not {wanted}, at most 60 characters.", f"Write `{better}`, for example."


def _nearest(value: str, expected: str) -> str:
    from difflib import get_close_matches  # only a Spec with errors needs it  # noqa: PLC0415

    choices = [word.strip(" '") for word in expected.replace(" or ", ",").split(",")]
    near = get_close_matches(value, choices, n=1)
    return f"Did you mean `{near[0]}`?" if near else f"Write one of {', '.join(choices)}."


def _is_scalar(value: object) -> bool:
    return value is not None and not isinstance(value, (list, dict))


def _shown(value: object) -> str:
    if value is None:
        return "An empty value"
    if not _is_scalar(value):
        return "A list" if isinstance(value, list) else "A mapping"
    text = repr(value) if isinstance(value, str) else _written(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _written(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _keys_at(path: Sequence[str]) -> list[str]:
    """The keys that the grammar allows at a path."""
    kind: object = Spec
    for part in path:
        kind = _inside(_model_of(kind), part)
    model = _model_of(kind)
    if not isinstance(model, type) or not issubclass(model, BaseModel):
        return []
    return [field.alias or name for name, field in model.model_fields.items()]


def _inside(kind: object, part: str) -> object:
    """The type of what stands under a key or number of a value of this type."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        fields = kind.model_fields
        return next(
            (cast("object", field.annotation) for name, field in fields.items() if part in {name, field.alias}), None
        )
    if get_origin(kind) is dict:
        return cast("object", get_args(kind)[1])
    return cast("object", get_args(kind)[0]) if get_origin(kind) is tuple else None


def _model_of(kind: object) -> object:
    """The type without annotations; of a choice of types the one that has keys."""
    if get_origin(kind) is Annotated:
        return _model_of(get_args(kind)[0])
    if get_origin(kind) in {types.UnionType, Union}:
        choices = [_model_of(choice) for choice in get_args(kind)]
        return next((choice for choice in choices if isinstance(choice, type) and issubclass(choice, BaseModel)), None)
    return None if isinstance(kind, type) and issubclass(kind, Enum) else kind
