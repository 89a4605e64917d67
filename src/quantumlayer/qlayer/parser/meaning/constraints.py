"""What the words around a field's name say about its values."""

import re
from decimal import Decimal

from quantumlayer.qlayer.parser.meaning.spelling import KIND, KINDS, spelled
from quantumlayer.qlayer.parser.text.numbers import NUMBER, number
from quantumlayer.spec.model import Field, FieldType

_NUMERIC = frozenset({FieldType.INT, FieldType.DECIMAL, FieldType.MONEY})
_TEXTUAL = frozenset({FieldType.STRING, FieldType.TEXT})
_COUNTED = re.compile(rf"(?P<low>{NUMBER})(?:\s*(?:-|to|or)\s*(?P<high>{NUMBER}))?[ -](?:(?P<kind>{KIND})s?\b)")
_MADE_OF = re.compile(rf"(?:(?:{KIND})s?)(?:(?:, | and | or |, and )(?:{KIND})s?)+")
_UNIQUE = re.compile(
    r"\bunique\b|\bno two \w+ (?:may |can |ever )?(?:share|have|use)\b|\bno \w+ (?:share|have) the same\b"
    r"|\bdiffer(?:s|ent)? for (?:each|every)\b|\b(?:that|which) (?:no|nobody|no one)(?: other)? ?\w*"
    r" (?:else )?(?:has|have|uses?)\b"
    r"|\b(?:issued|used|given|assigned|occurs?) (?:only once|once only|just once)\b|\beach (?:\w+ )?only"
    r" once\b|\bnever (?:given|used|issued) twice\b"
)
_BETWEEN = re.compile(
    rf"\b(?:between|from)\s+(?P<low>-?{NUMBER})\s+(?:and|to)\s+(?P<high>{NUMBER})|(?<![\d.])(?P<a>-?\d+)\s*(?:-|\u2013|to)\s*(?P<b>\d+)(?![\d.])"
)
_MOST = re.compile(
    rf"\b(?:at most|up to|no more than|not more than|never more than|maximum(?: of)?|max\.?|no longer than)"
    rf"\s+(?P<n>{NUMBER})"
)
_TOPS = re.compile(
    rf"(?P<n>{NUMBER}) (?:characters|signs|letters) (?:tops|max(?:imum)?\b|at (?:the )?most|or (?:less|fewer)|will do"
    r"|suffice|(?:are|is|will be|should be) (?:plenty|enough))"
)
_EXACTLY = re.compile(rf"(?:^|[;,]) ?(?:exactly )?(?P<n>{NUMBER}) (?:characters|signs) ?(?=$|[;,])")
_LEAST = re.compile(
    rf"\b(?:at least|no less than|not less than|minimum(?: of)?|never below|not below|above)\s+(?P<n>{NUMBER})"
    rf"|(?<![\d.-])(?P<up>\d+(?:\.\d+)?) or (?:more|later|above|higher)\b"
)
_NEVER_BELOW = re.compile(
    rf"\b(?:never|not|cannot|can not)\b[^,;]*\b(?:below|under|less than|fewer than)\s+(?P<n>{NUMBER})(?P<up>)"
)
_NEGATIVE = re.compile(r"\b(?:never|not|cannot be) negative\b|\bnon-negative\b")
_CHOICES = re.compile(r"^(?:one of:? |either )?(?P<list>[\w -]+(?:(?:, ?(?:or |and )?| or | and | / |/)[\w -]+)+)$")
_ONLY_NUMBERS = re.compile(rf"^(?:either |one of )?({NUMBER}(?:, {NUMBER})*,? or {NUMBER})(?: [a-z]+)?$")
_NUMBERS = re.compile(rf"\bof ({NUMBER}(?:, {NUMBER})*,? or {NUMBER})\b")
_LIMIT = re.compile(
    rf"^(?:exactly |always |only )?(?:-?{NUMBER}|at\b|up to|no\b|not\b|never\b|between|from|max|min|unique"
    rf"|optional|must|may|can"
    rf"|yes|true|in\b|if any|and\b|{KIND})"
)
_WORD_LIMIT = re.compile(
    r"^(?:must be )?(?:unique|optional|no two|yes ?(?:/|or) ?no|if any|never|not\b|at most|at least|up to)"
)
_ANY_LIMIT = re.compile(
    rf"{_WORD_LIMIT.pattern}|^(?:{NUMBER}|between|from) ?(?:to|and|-)? ?{NUMBER}? ?(?:characters|digits|letters)"
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
    if re.search(
        r"\boptional(?:ly)?\b|\bif any\b|\bif (?:you|they) (?:like|feel|want|wish|have)\b|\bcan (?:come"
        r" later|be left out)\b|\bif (?:it is |they are )?known\b|\bmay be (?:empty|missing|left out)\b"
        r"|\bnot (?:required|mandatory|compulsory|obligatory)\b|\bmay be absent\b|\bif (?:they|he|she|it"
        r"|we|you) (?:has|have|had) (?:one|any)\b|\bif there (?:is|are) (?:one|any)\b",
        f"{text} ; {aside.lower()}",
    ):
        changes["optional"] = True
    if _YES_NO.search(text):
        return field.model_copy(update={**changes, "type": FieldType.BOOL})
    if field.type in _TEXTUAL:
        told = spelled(aside) or spelled(re.sub(r"^(?:of|with|made of|consisting of|:) ", "", said))
        changes |= {"type": FieldType.STRING, "pattern": told} if told else _characters(text, field)
    if "pattern" not in changes:
        changes |= _range(text, field)
    changes |= _choices(field, said, aside)
    return field.model_copy(update=changes)


def _limiting(aside: str) -> str:
    """The parts of an aside that limit the value; the rest names its components."""
    return aside if limits_only(aside) else " ; ".join(part for part in _parts(aside) if _ANY_LIMIT.match(part))


def _parts(aside: str) -> list[str]:
    return [part.strip() for part in re.split(r"[;]|, ", aside)]


def limits_only(aside: str) -> bool:
    """Whether every part of an aside, in lower case, limits the value before it."""
    return all(_LIMIT.match(part) for part in _parts(aside))


def _characters(text: str, field: Field) -> dict[str, object]:
    """Patterns from `13 digits`, `2 to 4 letters`, `upper-case letters, digits and dashes`."""
    if made := _MADE_OF.search(text):
        kinds = re.findall(KIND, made.group())
        classes = "".join(sorted({KINDS[kind] for kind in kinds}, key=lambda part: (part in "-_", part)))
        return {"pattern": f"[{classes}]+"}
    if counted := _COUNTED.search(text):
        low = int(number(counted["low"]))
        high = int(number(counted["high"])) if counted["high"] else low
        before = text[: counted.start()]
        if re.search(r"\b(?:at most|up to|no more than|not more than) ?$", before):
            low = 1
        size = f"{{{low}}}" if low == high else f"{{{low},{high}}}"
        return {"pattern": f"[{KINDS[counted['kind']]}]{size}"} if field.type is FieldType.STRING else {}
    return {}


def _range(text: str, field: Field) -> dict[str, object]:
    """Limits from `between 1 and 40`, `at most 500 characters`, `never below zero`."""
    if field.type not in _NUMERIC | _TEXTUAL:
        return {}
    about_text = field.type in _TEXTUAL
    if about_text and not re.search(r"\b(?:characters?|chars?|letters|signs)\b", text):
        return {}
    limits: dict[str, object] = {}
    if about_text and (exact := _EXACTLY.search(text)):
        return {"min": int(number(exact["n"])), "max": int(number(exact["n"]))}
    if between := _BETWEEN.search(text):
        limits["min"] = _as(field, between["low"] or between["a"])
        limits["max"] = _as(field, between["high"] or between["b"])
        return limits
    if most := _MOST.search(text) or _TOPS.search(text):
        limits["max"] = _as(field, most["n"])
    if least := _NEVER_BELOW.search(text) or _LEAST.search(text):
        limits["min"] = _as(field, least["n"] or least["up"])
    elif _NEGATIVE.search(text):
        limits["min"] = 0
    return limits


def _as(field: Field, text: str) -> int | Decimal:
    value = number(text)
    return int(value) if field.type not in {FieldType.DECIMAL, FieldType.MONEY} else value


def _choices(field: Field, said: str, aside: str) -> dict[str, object]:
    """The values that a list names: `(general, paediatrics or cardiology)`, `of 30, 45 or 60 minutes`."""
    if (found := _NUMBERS.search(said) or _ONLY_NUMBERS.match(aside.strip().lower())) and field.pattern is None:
        values = tuple(int(number(part)) for part in re.findall(NUMBER, found[1]))
        return {"type": FieldType.INT, "one_of": values}
    listed = _CHOICES.match(aside.strip().lower()) if aside and ";" not in aside else None
    if (
        listed is None
        or field.type not in _TEXTUAL | {FieldType.DECIMAL}
        or re.search(rf"{NUMBER}|\b(?:{KIND})s?\b", aside.lower())
    ):
        return {}
    parts = [part.strip() for part in re.split(r", ?(?:or |and )?| or | and |/", listed["list"]) if part.strip()]
    short = all(len(part.split()) <= 3 for part in parts)
    if (
        short
        and len(parts) >= 2
        and not _UNIQUE.search(aside.lower())
        and not re.search(r"\b(?:is|are|in|optional|required)\b", aside)
    ):
        return {"type": FieldType.STRING, "one_of": tuple(dict.fromkeys(parts))}
    return {}
