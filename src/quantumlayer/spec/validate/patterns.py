"""Judges regular expressions: valid in Python and in the engine that services run, and never slow."""

import re
import warnings
from collections.abc import Iterable
from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from quantumlayer.spec.validate.repeats import share_a_text

if TYPE_CHECKING:
    from pydantic_core import SchemaValidator

MAX_LENGTH = 200
"""Longest pattern in characters."""

_MOST_REPEATS = 1000
_QUANTIFIER = re.compile(r"[*+?]|\{(\d+)(?:(,)(\d*))?\}")
_SEPARATED = re.compile(
    r"\((?:\?:)?(?P<mark>[-_/,: ]|\\[-./])(?P<atom>\[[^\]\\]*\]|\\[dw]|[A-Za-z0-9])(?:[+*]|\{[\d,]+\})\)"
)
_ESCAPE = re.compile(r"\\.", re.DOTALL)
_CLASSES = {r"\d": "0-9", r"\w": "A-Za-z0-9_", r"\s": r" \t\n\r\f\v"}
_ANY = r"[^\n\r\u2028\u2029\x00]"
_LETTERS = {
    "L": "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f",
    "Letter": "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f",
    "Lu": "A-Z\u00c0-\u00d6",
    "Ll": "a-z\u00df-\u00f6",
    "N": "0-9",
    "Nd": "0-9",
}
"""Some of the characters of Unicode's general categories, for what reads a pattern but not for what services match."""
_CATEGORY = re.compile(r"\\p\{(\w+)\}")
_FEW = 3
_TRIES = "The pattern has several endless repetitions in a row for the same characters, which can take for ever."
_CLASS = re.compile(r"\[\^?\]?(?:\\.|[^\]\\])*\]", re.DOTALL)


def judge_pattern(pattern: str) -> str:
    """What is wrong with a pattern; empty if it may be used."""
    if len(pattern) > MAX_LENGTH:
        return f"The pattern is longer than {MAX_LENGTH} characters."
    if unknown := next((name for name in _CATEGORY.findall(pattern) if name not in _LETTERS), ""):
        return f"The pattern names characters by `{unknown}`; known are {', '.join(_LETTERS)}."
    pattern = readable(pattern)
    if fault := _slow(pattern):
        return fault
    if _ambiguous(pattern):
        return "The pattern uses what engines read differently: a word's edge, or a class such as [\\W]."
    try:
        with warnings.catch_warnings(action="ignore"):  # what Python may one day read differently is not its business
            re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        return f"The pattern is no regular expression: {error}."
    try:
        matches(pattern, "")
    except ValueError:
        return "The pattern uses what services do not offer, such as look-around or back-references."
    if _never(tree(pattern)):
        return "No text fits: the pattern wants a beginning or an end in its middle."
    return _TRIES if share_a_text(tree(pattern)) else ""


def ascii_classes(pattern: str) -> str:
    """The pattern with its classes spelled out: engines differ in which letters and line ends of the world they mean.

    What stands for any other character never stands for NUL, which PostgreSQL cannot keep.
    """

    def spelled(found: re.Match[str]) -> str:
        text = found[0]
        if text == ".":
            return _ANY
        if text.startswith("["):
            text = _ESCAPE.sub(lambda escape: _CLASSES.get(escape[0], escape[0]), text)
            return rf"{text[:-1]}\x00]" if text.startswith("[^") else text
        if text.lower() in _CLASSES:
            listed = _CLASSES[text.lower()]
            return rf"[^{listed}\x00]" if text[1].isupper() else f"[{listed}]"
        return text

    return re.sub(rf"{_CLASS.pattern}|{_ESCAPE.pattern}|\.", spelled, pattern, flags=re.DOTALL)


def readable(pattern: str) -> str:
    """The pattern with Unicode's categories spelled out by some of their characters, so that Python can read it."""

    def spelled(found: re.Match[str]) -> str:
        listed = _LETTERS.get(found[1], found[0])
        return listed if _in_class(pattern, found.start()) else f"[{listed}]"

    return _CATEGORY.sub(spelled, pattern)


def _in_class(pattern: str, place: int) -> bool:
    return any(found.start() < place < found.end() for found in _CLASS.finditer(pattern))


def _ambiguous(pattern: str) -> bool:
    """Whether it has a word's edge, or the opposite of a class inside another: no spelling means the same anywhere."""
    for found in re.finditer(rf"{_CLASS.pattern}|{_ESCAPE.pattern}", pattern, flags=re.DOTALL):
        inside = found[0].startswith("[")
        escapes = _ESCAPE.findall(found[0]) if inside else [found[0]]
        if not {r"\D", r"\W", r"\S", r"\b", r"\B"}.isdisjoint(escapes) and (inside or found[0] in {r"\b", r"\B"}):
            return True
    return False


def matches(pattern: str, text: str) -> bool:
    """Whether a pattern that `judge_pattern` passed describes the whole text, in time linear in its length.

    Raises:
        ValueError: The engine of the services refuses the pattern.
    """
    return _engine(pattern).isinstance_python(text)


@lru_cache(maxsize=1 << 12)  # hundreds of texts are held against each pattern
def _engine(pattern: str) -> "SchemaValidator":
    from pydantic_core import SchemaError, SchemaValidator, core_schema  # few Specs have a default with a pattern  # noqa: PLC0415

    try:
        return SchemaValidator(core_schema.str_schema(pattern=f"^(?:{ascii_classes(pattern)})$"))
    except SchemaError as error:
        raise ValueError(str(error)) from error


def lengths(pattern: str) -> tuple[int, int]:
    """The fewest and the most characters of a text that a pattern which `judge_pattern` passed describes."""
    least, most = tree(pattern).getwidth()
    return int(least), int(most)


def tree(pattern: str) -> Any:  # noqa: ANN401  the parser's tree has no types
    """What the pattern is made of.

    Raises:
        re.error: It is no pattern.
    """
    return import_module("re._parser").parse(readable(pattern))


def _never(nodes: Iterable[Any], *, first: bool = True, last: bool = True) -> bool:
    """Whether a beginning is wanted behind a character, or an end before one."""
    parts = list(nodes)
    for index, (operator, argument) in enumerate(parts):
        begins = first and all(str(before) == "AT" for before, _ in parts[:index])
        ends = last and all(str(after) == "AT" for after, _ in parts[index + 1 :])
        match str(operator):
            case "AT" if not (begins if "BEGINNING" in str(argument) else ends):
                return True
            case "SUBPATTERN" if _never(argument[-1], first=begins, last=ends):
                return True
            case "BRANCH" if any(_never(branch, first=begins, last=ends) for branch in argument[1]):
                return True
            case "MAX_REPEAT" | "MIN_REPEAT" if _never(argument[-1], first=begins, last=ends):
                return True
    return False


def _slow(pattern: str) -> str:
    """Why backtracking could take for ever: a repetition of a group that repeats inside."""
    pattern = _SEPARATED.sub(_plain_if_separated, pattern)
    varying, repeats, here = [False], [1], 0
    group_varies, group_repeats = False, 1
    while here < len(pattern):
        char = pattern[here]
        found = _CLASS.match(pattern, here) if char == "[" else None
        here += len(found[0]) if found else 2 if char == "\\" else 1
        if char == "(":
            varying.append(False)
            repeats.append(1)
            here += 2 if pattern.startswith("?:", here) else 0
            continue
        group_varies, group_repeats = False, 1
        if char == ")" and len(varying) > 1:
            group_varies, group_repeats = varying.pop(), repeats.pop()
        elif char == "|" and len(varying) > 1:
            varying[-1] = True
        least, most, here = _repetition(pattern, here)
        if group_varies and most > _FEW:
            return "The pattern repeats a group that repeats or chooses inside, which can take for ever."
        group_repeats *= most if most < _MOST_REPEATS else max(least, 1)
        if group_repeats > _MOST_REPEATS or least > _MOST_REPEATS:
            return f"The pattern repeats more than {_MOST_REPEATS} times."
        varying[-1] = varying[-1] or group_varies or most > max(least, 1)
        repeats[-1] = max(repeats[-1], group_repeats)
    return ""


def _plain_if_separated(group: re.Match[str]) -> str:
    """A group that begins with a mark that the rest of it cannot hold has one way to match: it counts as plain."""
    mark = group["mark"][-1]
    return group[0] if re.fullmatch(group["atom"], mark) else "(x)"


def _repetition(pattern: str, here: int) -> tuple[int, int, int]:
    """How often what stands before is repeated at least and at most, and where the pattern goes on."""
    found = _QUANTIFIER.match(pattern, here)
    if found is None:
        return 1, 1, here
    after = found.end() + (1 if pattern[found.end() : found.end() + 1] in {"?", "+"} else 0)
    if found[1] is None:
        return {"*": (0, _MOST_REPEATS, after), "+": (1, _MOST_REPEATS, after), "?": (0, 1, after)}[found[0]]
    least = int(found[1])
    if found[2] is None:
        return least, least, after
    return least, int(found[3]) if found[3] else max(_MOST_REPEATS, least), after
