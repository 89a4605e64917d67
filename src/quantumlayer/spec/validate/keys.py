"""Judges what stands for the id in paths: it must be there, be one record's own, and fit between two slashes."""

import re
from collections.abc import Iterator
from typing import Any

from quantumlayer.spec.errors import Problem
from quantumlayer.spec.model import Entity, FieldType, Spec
from quantumlayer.spec.validate.patterns import tree
from quantumlayer.spec.validate.references import known

_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")
_CLASSES = frozenset({"CATEGORY_DIGIT", "CATEGORY_WORD"})


def judge_keys(spec: Spec) -> Iterator[Problem]:
    """Keys that are no field, or that some records lack, share, hide or cannot write into a path."""
    for name, entity in spec.entities.items():
        if entity.key is not None:
            address = f"entities.{name}.key"
            texts = [key for key, field in entity.fields.items() if field.type is FieldType.STRING]
            yield from known([entity.key], texts, address, "field of type string")
            if entity.key in texts:
                yield from _key(address, entity, entity.key)


def _key(address: str, entity: Entity, key: str) -> Iterator[Problem]:
    field = entity.fields[key]
    if not field.unique or field.optional:
        message = f"{key} stands for the record in paths, so each record has one of its own."
        yield Problem(address, message, f"Add `unique: true` to {key}, and drop `optional`.")
    if field.visible_to:
        message = f"{key} stands in paths, which every reader of the record sees."
        yield Problem(address, message, f"Drop the `visible_to` of {key}, or choose another field.")
    if field.one_of or field.pattern is None or not is_plain(field.pattern):
        message = f"{key} stands in paths, and may hold more than letters, digits, `-` and `_`."
        yield Problem(address, message, f"Give {key} a pattern such as '[a-z0-9]+(-[a-z0-9]+)*'.")


def is_plain(pattern: str) -> bool:
    """Whether the pattern lets nothing pass but letters, digits, `-` and `_` of ASCII."""
    try:
        return all(_is_plain(node) for node in tree(pattern))
    except re.error:  # told where patterns are judged
        return True


def _is_plain(node: Any) -> bool:  # noqa: ANN401  the parser's tree has no types
    operator, argument = str(node[0]), node[1]
    match operator:
        case "LITERAL":
            return chr(argument) in _PLAIN
        case "RANGE":
            return all(chr(code) in _PLAIN for code in range(argument[0], argument[1] + 1))
        case "CATEGORY":
            return str(argument) in _CLASSES
        case "IN":
            return all(_is_plain(item) for item in argument)
        case "BRANCH":
            return all(_is_plain(item) for branch in argument[1] for item in branch)
        case "SUBPATTERN" | "MAX_REPEAT" | "MIN_REPEAT":
            return all(_is_plain(item) for item in argument[-1])
    return operator == "AT"
