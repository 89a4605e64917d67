"""Answers that name a value: `60` to a question about a limit, `optional` to one about a field."""

import re
from collections.abc import Iterator

from pydantic import ValidationError

from quantumlayer.spec.model import Spec
from quantumlayer.spec.nodes import read_scalar
from quantumlayer.spec.tree import GONE, at, put
from quantumlayer.spec.validate import validate
from quantumlayer.spec.write import document

_SINGLE = frozenset({"max", "min", "type", "kind", "to", "on_delete", "cel", "default", "timezone", "target"})
_WORDS: dict[str, tuple[str, object]] = {
    "required": ("optional", GONE),
    "optional": ("optional", True),
    "unique": ("unique", True),
    "not unique": ("unique", GONE),
}
_FIELD = re.compile(r"(entities\.[^.]+\.(?:fields|relations)\.[^.]+)(?:\.(?:optional|unique))?")
_LISTED = re.compile(r"[\w-]+(?:(?:, ?(?:(?:and|or) )?| (?:and|or) )[\w-]+)+")


def with_choice(spec: Spec, about: str, text: str) -> Spec | None:
    """The Spec with the value that an answer names at the address that the question is about.

    Nothing where it names none, changes nothing, or would not fit.
    """
    for path, value in _values(about, text.strip(" .")):
        whole = document(spec)
        before = at(whole, path)
        if isinstance(before, (dict, list)) != isinstance(value, list) and before is not GONE:
            continue
        if at(whole, path[:-1]) is GONE:
            continue
        put(whole, path, value)
        try:
            changed = Spec.model_validate(whole)
        except ValidationError:
            continue
        if changed != spec and all(problem.warning for problem in validate(changed)):
            return changed
    return None


def _values(about: str, text: str) -> Iterator[tuple[list[str], object]]:
    """The places and values that an answer may mean."""
    path = about.split(".")
    field = _FIELD.fullmatch(about)
    if field and text.lower() in _WORDS:
        key, value = _WORDS[text.lower()]
        yield [*field[1].split("."), key], value
    if path[-1] in _SINGLE:
        try:
            yield path, read_scalar(text)
        except ValueError:
            yield path, text
    if path[-1] == "one_of" and _LISTED.fullmatch(text):
        yield path, [one for one in re.split(r"[, ]+", text) if one not in {"and", "or"}]
