"""What a value of a document is as a field of a Spec."""

import math
import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from quantumlayer.qlayer.parser.openapi.patterns import whole_pattern
from quantumlayer.qlayer.parser.openapi.schemas import Flat
from quantumlayer.spec.model import Field, FieldType

_LONGEST_STRING = 4000
"""Characters of a text that has a column of its length; longer ones have none."""
_MOST = 1_000_000
_HUGE = 10**300
"""What lies beyond bounds nothing that a service keeps."""

_PLAIN = re.compile(r"[A-Za-z0-9_ -]*")
_LONGEST_PATTERN = 2000
_DEFAULTS: dict[str, type] = {"boolean": bool, "integer": int}
_UUID = "01890a5d-ac96-774b-bcce-b302099a8057"
_UUID_PATTERN = "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"
_URI = "(https://|[A-Za-z][A-Za-z0-9+.-]*:)[A-Za-z0-9/][A-Za-z0-9._~!$&'()*+,;=:@/?#%-]*"
_HOST = "([a-z]{4}[.]example|[A-Za-z0-9.-]{1,253})"
_FORMS = {
    "ipv4": r"((25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])\.){3}(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])",
    "ipv6": "([0-9a-f]{4}(:[0-9a-f]{4}){7}|[0-9A-Fa-f:.]{2,45})",
    "hostname": _HOST,
    "idn-hostname": _HOST,
    "uri": _URI,
    "uri-reference": _URI,
    "iri": _URI,
    "iri-reference": _URI,
}
"""What texts of a format of JSON Schema look like. Only `ipv4` is told exactly; the others are what seeds have, as
endpoints that would take one stay open (`VAGUE`)."""

VAGUE = frozenset(_FORMS) - {"ipv4"}
"""Formats that no pattern of a Spec says exactly."""

_ID_FORMATS = frozenset({None, "uuid", "guid", "string", "uid", "id", "objectid", "text"})
_INT32 = (-(2**31), 2**31 - 1)
_INT64 = (None, 2**63 - 1)
"""The least is what a column holds: SQLite reads a greater number where it is written out."""


def field_of(flat: Flat, **more: Any) -> Field:  # noqa: ANN401 - keys of a Field
    """A value as a field, with the bounds that the document gives it."""
    keys: dict[str, Any] = {"about": flat.about, **more}
    default = flat.keys.get("default")
    if type(default) is _DEFAULTS.get(flat.kind) or (flat.kind == "string" and default in _choices(flat)):
        keys["default"] = default
    choices, texts = flat.keys.get("enum"), _choices(flat)
    wholes = [choice for choice in choices if type(choice) is int] if isinstance(choices, list) else []
    if flat.kind == "string" and texts and all(choice and choice == choice.strip() for choice in texts):
        return Field(type=FieldType.STRING, one_of=tuple(dict.fromkeys(texts)), **keys)
    if flat.kind == "string" and texts and (either := _either(texts)):
        return Field(type=FieldType.STRING, min=0, max=max(map(len, texts)), pattern=either, **keys)
    if flat.kind == "integer" and wholes:
        return Field(type=FieldType.INT, one_of=tuple(dict.fromkeys(wholes)), **keys)
    if flat.kind == "string":
        return _text(flat, keys)
    if flat.kind == "integer":
        return _whole(flat, keys)
    if flat.kind == "number":
        least, most = _bounds(flat)
        beyond = _exclusive(flat) if (least, most) != (None, None) else ()
        return Field(type=FieldType.FLOAT, min=_decimal(least), max=_decimal(most), exclusive=beyond, **keys)
    if flat.kind == "boolean":
        return Field(type=FieldType.BOOL, **keys)
    return Field(type=FieldType.JSON, **keys)


def holds_uuid(flat: Flat) -> bool:
    """Whether a value can be an id that the service makes: a UUID as text."""
    if flat.kind != "string" or _choices(flat) or flat.keys.get("format") not in _ID_FORMATS:
        return False
    most, pattern = _count(flat, "maxLength"), flat.keys.get("pattern")
    if (most is not None and most < len(_UUID)) or (_count(flat, "minLength") or 0) > len(_UUID):
        return False
    if not isinstance(pattern, str):
        return True
    translated = whole_pattern(pattern)
    return translated is not None and re.fullmatch(translated, _UUID) is not None


def _choices(flat: Flat) -> list[Any]:
    choices = flat.keys.get("enum")
    return [choice for choice in choices if isinstance(choice, str)] if isinstance(choices, list) else []


def _either(choices: list[str]) -> str:
    """A pattern for choices of which one is empty; nothing where they are too many or have odd characters."""
    if not all(_PLAIN.fullmatch(choice) for choice in choices):
        return ""
    found = "|".join(dict.fromkeys(choice for choice in choices if choice))
    return f"({found})?" if len(found) <= _LONGEST_PATTERN else ""


def _text(flat: Flat, keys: dict[str, Any]) -> Field:
    form = str(flat.keys.get("format"))
    if form == "date":
        return Field(type=FieldType.DATE, **keys)
    if form == "date-time":
        return Field(type=FieldType.DATETIME, **keys)
    least, most = _count(flat, "minLength") or 0, _count(flat, "maxLength")
    most = None if most is not None and not max(least, 1) <= most <= _MOST else most
    least = 0 if least > _MOST else least
    pattern = flat.keys.get("pattern")
    translated = whole_pattern(pattern) if isinstance(pattern, str) else None
    if form == "email" and not least and translated is None:
        return Field(type=FieldType.EMAIL, **keys)
    if form == "uuid" and translated is None and not least and most is None:
        return Field(type=FieldType.STRING, min=len(_UUID), max=len(_UUID), pattern=_UUID_PATTERN, **keys)
    if form in _FORMS and translated is None and not least and most is None:
        translated = _FORMS[form]
    short = most is not None and most <= _LONGEST_STRING
    kind = FieldType.STRING if short else FieldType.TEXT
    return Field(type=kind, min=least, max=most, pattern=translated, **keys)


def _whole(flat: Flat, keys: dict[str, Any]) -> Field:
    least, most = _bounds(flat)
    lowest, highest = _INT32 if flat.keys.get("format") == "int32" else _INT64
    low = lowest if least is None else max(-(2**63) + 1 if lowest is None else lowest, math.ceil(least))
    high = highest if most is None else min(highest, math.floor(most))
    return Field(type=FieldType.INT, min=low, max=high, **keys)


def _bounds(flat: Flat) -> tuple[float | int | None, float | int | None]:
    """The least and the greatest number, in the words of 3.0 and of 3.1."""
    least, most = _number(flat, "minimum"), _number(flat, "maximum")
    below, above = flat.keys.get("exclusiveMinimum"), flat.keys.get("exclusiveMaximum")
    if below is True and least is not None:
        least = _next(flat, least, 1)
    elif (number := _number(flat, "exclusiveMinimum")) is not None:
        least = _next(flat, number, 1)
    if above is True and most is not None:
        most = _next(flat, most, -1)
    elif (number := _number(flat, "exclusiveMaximum")) is not None:
        most = _next(flat, number, -1)
    return (None, None) if least is not None and most is not None and least > most else (least, most)


def _next(flat: Flat, limit: float, way: int) -> float | int:
    """The first number beyond a limit that does not belong to what it bounds; of fractions there is none."""
    if flat.kind == "integer":
        return math.floor(limit) + 1 if way > 0 else math.ceil(limit) - 1
    return limit


def _exclusive(flat: Flat) -> tuple[str, ...]:
    """Which limits of a fraction do not belong to what they bound."""
    found = []
    for word, key in (("min", "exclusiveMinimum"), ("max", "exclusiveMaximum")):
        said = flat.keys.get(key)
        if (said is True and _number(flat, f"{word}imum") is not None) or _number(flat, key) is not None:
            found.append(word)
    return tuple(found)


def _number(flat: Flat, key: str) -> float | int | None:
    value = flat.keys.get(key)
    known = isinstance(value, int | float) and type(value) is not bool and -_HUGE < value < _HUGE
    return value if known else None


def _count(flat: Flat, key: str) -> int | None:
    value = flat.keys.get(key)
    return value if type(value) is int and value >= 0 else None


def items_of(flat: Flat) -> tuple[int, int | None]:
    """The fewest and the most items of an array."""
    return _count(flat, "minItems") or 0, _count(flat, "maxItems")


def _decimal(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def widest(fields: Iterable[Field]) -> Field:
    """A field that holds what each of the fields holds."""
    first, *others = fields
    for other in others:
        first = _wider(first, other)
    return first


def _wider(one: Field, other: Field) -> Field:
    texts = {FieldType.STRING, FieldType.TEXT, FieldType.EMAIL}
    if one.type is not other.type and not {one.type, other.type} <= texts:
        return Field(type=FieldType.JSON, about=one.about)
    kind = one.type if one.type is other.type else FieldType.TEXT
    if one.one_of or other.one_of:
        both = bool(one.one_of and other.one_of)
        if both:
            return one.model_copy(update={"one_of": tuple(dict.fromkeys([*one.one_of, *other.one_of]))})
        plain = one if other.one_of else other
        return plain.model_copy(update={"type": kind, "about": one.about or other.about})
    low = None if one.min is None or other.min is None else min(one.min, other.min)
    high = None if one.max is None or other.max is None else max(one.max, other.max)
    if kind is FieldType.STRING and high is None:
        kind = FieldType.TEXT
    pattern = one.pattern if one.pattern == other.pattern else None
    alike = (one.min, one.max, one.exclusive) == (other.min, other.max, other.exclusive)
    bounds = {"min": low, "max": high, "exclusive": one.exclusive if alike else ()}
    return one.model_copy(update={"type": kind, "pattern": pattern, **bounds})
