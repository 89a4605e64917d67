"""Regular expressions of ECMA-262, as JSON Schema has them, in the words of the Spec: they describe the whole text."""

import re

from quantumlayer.spec.validate.patterns import judge_pattern

_ANYTHING = r"[^\x00]*"
_CLASS = re.compile(r"(\[\^?)((?:\\.|[^\]\\])*)\]|\\.", re.DOTALL)
_SETS = re.compile(r"\\.|\A--|\[|(?<=&)&|(?<=-)-|(?<=~)~", re.DOTALL)


def whole_pattern(pattern: str) -> str | None:
    """The pattern of the whole text; None where no such pattern means the same."""
    body = _CLASS.sub(_literal, pattern)
    begins, ends = body.startswith("^"), _ends(body)
    body = body[1:] if begins else body
    body = body[:-1] if ends else body
    if "|" in body:
        if begins or ends:  # the anchors of a choice belong to its first and last branch alone
            inner = _inside_group(body)
            if inner is None:
                return None
        body = body if _inside_group(body) else f"(?:{body})"
    whole = f"{'' if begins else _ANYTHING}{body}{'' if ends else _ANYTHING}"
    return None if judge_pattern(whole) else whole


def _literal(found: re.Match[str]) -> str:
    """A class whose brackets and doubled marks are escaped: the services' engine reads sets of classes in them."""
    if found[1] is None:
        return found[0]
    inside = _SETS.sub(lambda mark: mark[0] if mark[0].startswith("\\") else f"\\{mark[0]}", found[2])
    return f"{found[1]}{inside}]"


def _ends(pattern: str) -> bool:
    """Whether the last character is the end of the text, not a dollar."""
    if not pattern.endswith("$"):
        return False
    bare = pattern[:-1]
    return (len(bare) - len(bare.rstrip("\\"))) % 2 == 0


def _inside_group(body: str) -> str | None:
    """The body, if every choice in it stands in parentheses or in brackets."""
    depth, bracket, escaped = 0, False, False
    for char in body:
        if escaped:
            escaped = False
        elif char == "\\":
            escaped = True
        elif bracket:
            bracket = char != "]"
        elif char == "[":
            bracket = True
        elif char in "()":
            depth += 1 if char == "(" else -1
        elif char == "|" and depth == 0:
            return None
    return body
