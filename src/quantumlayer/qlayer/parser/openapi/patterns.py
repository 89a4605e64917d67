"""Regular expressions of ECMA-262, as JSON Schema has them, in the words of the Spec: they describe the whole text."""

from quantumlayer.spec.validate.patterns import judge_pattern

_ANYTHING = r"[^\x00]*"


def whole_pattern(pattern: str) -> str | None:
    """The pattern of the whole text; None where no such pattern means the same."""
    body = pattern
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
