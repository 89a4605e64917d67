"""What the words around a field's name say about its values."""

import re
from decimal import Decimal

from quantumlayer.qlayer.parser.text.numbers import NUMBER, number
from quantumlayer.spec.model import Field, FieldType

_NUMERIC = frozenset({FieldType.INT, FieldType.DECIMAL, FieldType.MONEY})
_TEXTUAL = frozenset({FieldType.STRING, FieldType.TEXT})
_KINDS = {
    "digit": "0-9", "upper-case letter": "A-Z", "uppercase letter": "A-Z", "capital letter": "A-Z",
    "lower-case letter": "a-z", "lowercase letter": "a-z", "letter": "A-Za-z", "dash": "-", "dashe": "-",
    "hyphen": "-", "underscore": "_", "letters or digit": "A-Za-z0-9",
}  # fmt: skip
_KIND = "|".join(sorted(_KINDS, key=len, reverse=True))
_COUNTED = re.compile(rf"(?P<low>{NUMBER})(?:\s*(?:-|to|or)\s*(?P<high>{NUMBER}))?[ -](?:(?P<kind>{_KIND})s?\b)")
_MADE_OF = re.compile(rf"(?:(?:{_KIND})s?)(?:(?:, | and | or |, and )(?:{_KIND})s?)+")
_UNIQUE = re.compile(
    r"\bunique\b|\bno two \w+ (?:may |can |ever )?(?:share|have|use)\b|\bno \w+ (?:share|have) the same\b"
    r"|\bdiffer(?:s|ent)? for (?:each|every)\b"
)
_BETWEEN = re.compile(
    rf"\b(?:between|from)\s+(?P<low>{NUMBER})\s+(?:and|to)\s+(?P<high>{NUMBER})|(?<![\d.])(?P<a>\d+)\s*(?:-|\u2013|to)\s*(?P<b>\d+)(?![\d.])"
)
_MOST = re.compile(
    rf"\b(?:at most|up to|no more than|not more than|never more than|maximum(?: of)?|max\.?|no longer than)"
    rf"\s+(?P<n>{NUMBER})"
)
_LEAST = re.compile(
    rf"\b(?:at least|no less than|not less than|minimum(?: of)?|never below|not below|above)\s+(?P<n>{NUMBER})"
)
_NEVER_BELOW = re.compile(
    rf"\b(?:never|not|cannot|can not)\b[^,;]*\b(?:below|under|less than|fewer than)\s+(?P<n>{NUMBER})"
)
_NEGATIVE = re.compile(r"\b(?:never|not|cannot be) negative\b|\bnon-negative\b")
_CHOICES = re.compile(r"^(?:one of:? |either )?(?P<list>[\w -]+(?:(?:, ?(?:or |and )?| or | and | / |/)[\w -]+)+)$")
_NUMBERS = re.compile(rf"\bof ({NUMBER}(?:, {NUMBER})*,? or {NUMBER})\b")
_LIMIT = re.compile(
    rf"^(?:exactly |always |only )?(?:{NUMBER}|at\b|up to|no\b|not\b|never\b|between|from|max|min|unique"
    rf"|optional|must|may|can"
    rf"|yes|true|in\b|if any|and\b|{_KIND})"
)
_WORD_LIMIT = re.compile(
    r"^(?:must be )?(?:unique|optional|no two|yes ?(?:/|or) ?no|if any|never|not\b|at most|at least|up to)"
)
_YES_NO = re.compile(r"\byes ?(?:/|or) ?no\b|\btrue ?(?:/|or) ?false\b")


def constrained(field: Field, said: str, aside: str) -> Field:
    """The field with every limit that its surroundings state.

    `said` is what follows the name, `aside` what stands in parentheses; both in lower case.
    """
    text = f"{said} ; {_limiting(aside.lower())}"
    changes: dict[str, object] = {}
    if _UNIQUE.search(text):
        changes["unique"] = True
    if re.search(r"\boptional(?:ly)?\b|\bif any\b|\bmay be (?:empty|missing|left out)\b|\bnot required\b", text):
        changes["optional"] = True
    if _YES_NO.search(text):
        return field.model_copy(update={**changes, "type": FieldType.BOOL})
    changes |= _characters(text, field) if field.type in _TEXTUAL else {}
    if "pattern" not in changes:
        changes |= _range(text, field)
    changes |= _choices(field, said, aside)
    return field.model_copy(update=changes)


def _limiting(aside: str) -> str:
    """The parts of an aside that limit the value; the rest names its components."""
    parts = [part.strip() for part in re.split(r"[;]|, (?!no two)|, ", aside)]
    return aside if all(_LIMIT.match(part) for part in parts) else " ; ".join(p for p in parts if _WORD_LIMIT.match(p))


def _characters(text: str, field: Field) -> dict[str, object]:
    """Patterns from `13 digits`, `2 to 4 letters`, `upper-case letters, digits and dashes`."""
    if made := _MADE_OF.search(text):
        kinds = re.findall(_KIND, made.group())
        classes = "".join(sorted({_KINDS[kind] for kind in kinds}, key=lambda part: (part in "-_", part)))
        return {"pattern": f"[{classes}]+"}
    if counted := _COUNTED.search(text):
        low = int(number(counted["low"]))
        high = int(number(counted["high"])) if counted["high"] else low
        before = text[: counted.start()]
        if re.search(r"\b(?:at most|up to|no more than|not more than) ?$", before):
            low = 1
        size = f"{{{low}}}" if low == high else f"{{{low},{high}}}"
        return {"pattern": f"[{_KINDS[counted['kind']]}]{size}"} if field.type is FieldType.STRING else {}
    return {}


def _range(text: str, field: Field) -> dict[str, object]:
    """Limits from `between 1 and 40`, `at most 500 characters`, `never below zero`."""
    if field.type not in _NUMERIC | _TEXTUAL:
        return {}
    about_text = field.type in _TEXTUAL
    if about_text and not re.search(r"\b(?:characters?|chars?|letters|signs)\b", text):
        return {}
    limits: dict[str, object] = {}
    if between := _BETWEEN.search(text):
        limits["min"] = _as(field, between["low"] or between["a"])
        limits["max"] = _as(field, between["high"] or between["b"])
        return limits
    if most := _MOST.search(text):
        limits["max"] = _as(field, most["n"])
    if least := _NEVER_BELOW.search(text) or _LEAST.search(text):
        limits["min"] = _as(field, least["n"])
    elif _NEGATIVE.search(text):
        limits["min"] = 0
    return limits


def _as(field: Field, text: str) -> int | Decimal:
    value = number(text)
    return int(value) if field.type not in {FieldType.DECIMAL, FieldType.MONEY} else value


def _choices(field: Field, said: str, aside: str) -> dict[str, object]:
    """The values that a list names: `(general, paediatrics or cardiology)`, `of 30, 45 or 60 minutes`."""
    if found := _NUMBERS.search(said):
        values = tuple(int(number(part)) for part in re.findall(NUMBER, found[1]))
        return {"type": FieldType.INT, "one_of": values}
    listed = _CHOICES.match(aside.strip().lower()) if aside and ";" not in aside else None
    if listed is None or field.type not in _TEXTUAL or re.search(rf"{NUMBER}|\b(?:{_KIND})s?\b", aside.lower()):
        return {}
    parts = [part.strip() for part in re.split(r", ?(?:or |and )?| or | and |/", listed["list"]) if part.strip()]
    short = all(len(part.split()) <= 3 for part in parts)
    if (
        short
        and len(parts) >= 2
        and not _UNIQUE.search(aside.lower())
        and not re.search(r"\b(?:is|are|in|optional)\b", aside)
    ):
        return {"type": FieldType.STRING, "one_of": tuple(dict.fromkeys(parts))}
    return {}
