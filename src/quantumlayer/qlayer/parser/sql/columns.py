"""Columns as fields of a Spec: types, limits and defaults."""

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from quantumlayer.qlayer.parser.sql.tables import Column
from quantumlayer.spec.base import LONGEST
from quantumlayer.spec.model import Computed, Field, FieldType

if TYPE_CHECKING:
    from sqlglot import exp

_WHOLE = {
    "TINYINT": (-(2**7), 2**7 - 1),
    "SMALLINT": (-(2**15), 2**15 - 1),
    "SMALLSERIAL": (-(2**15), 2**15 - 1),
    "MEDIUMINT": (-(2**23), 2**23 - 1),
    "INT": (None, None),
    "SERIAL": (None, None),
    "BIGINT": (None, None),
    "BIGSERIAL": (None, None),
    "UTINYINT": (0, 2**8 - 1),
    "USMALLINT": (0, 2**16 - 1),
    "UMEDIUMINT": (0, 2**24 - 1),
    "UINT": (0, None),
    "UBIGINT": (0, None),
    "YEAR": (1901, 2155),
}
"""The least and the greatest number of each type of PostgreSQL and MySQL; the usual ones mean nothing."""
_TEXTS = frozenset({"TEXT", "TINYTEXT", "MEDIUMTEXT", "LONGTEXT", "CITEXT"})
_STRINGS = frozenset({"NAME", "VARCHAR", "CHAR", "NVARCHAR", "NCHAR", "BPCHAR"})
_MOMENTS = frozenset({"TIMESTAMP", "TIMESTAMPTZ", "TIMESTAMPLTZ", "TIMESTAMPNTZ", "DATETIME", "DATETIME2"})
_FRACTIONS = frozenset({"FLOAT", "DOUBLE"})
_MONEY = re.compile(r"(?:^|_)(?:price|amount|total|cost|fee|fees|salary|balance|subtotal|paid|tax|fare|rent|discount)$")
_PERSONAL = re.compile(
    r"(?:^|_)(?:e?mail|phone|mobile|telephone|fax|address|street|zip|postcode|postal_code|birth\w*|dob|ssn|iban|"
    r"first_?name|last_?name|surname|full_?name)(?:_|$)"
)
_EMAIL = re.compile(r"(?:^|_)e?mail(?:_address)?$")
_TIME = "([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?"
_UUID = "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"
_LONGEST_TEXT = 1_000_000


class NoFieldError(Exception):
    """No field holds what a column does; the message is its type."""


def field_of(column: Column, name: str, enums: Mapping[str, tuple[str, ...]]) -> Field:
    """The field that holds what a column does.

    Raises:
        NoFieldError: There is none.
    """
    keys = _typed(column, name, enums)
    default = _default(column, keys["type"])
    if default is not None:
        keys["default"] = default
    elif not column.required:
        keys["optional"] = True
    if column.unique:
        keys["unique"] = True
        if keys.get("default") is not None and not isinstance(keys["default"], Computed):
            keys.pop("default")  # two records would have it
    if _PERSONAL.search(name):
        keys["personal"] = True
    if column.about:
        keys["about"] = " ".join(column.about.split())[:200]
    return Field.model_validate(keys)


def _typed(column: Column, name: str, enums: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:
    kind, sizes = str(column.kind.this.value), _sizes(column.kind)
    if kind == "BOOLEAN" or (kind == "TINYINT" and sizes[:1] == [1]) or (kind == "BIT" and sizes[:1] in ([], [1])):
        return {"type": FieldType.BOOL}
    if kind in _WHOLE:
        least, most = _WHOLE[kind]
        return {"type": FieldType.INT, "min": least, "max": most}
    if kind in {"DECIMAL", "MONEY", "SMALLMONEY", "UDECIMAL"}:
        return _decimal(sizes, name)
    if kind in _FRACTIONS:
        return {"type": FieldType.FLOAT}
    if kind in _MOMENTS:
        return {"type": FieldType.DATETIME}
    simple = {"DATE": FieldType.DATE}
    if kind in simple:
        return {"type": simple[kind]}
    return _text(column, kind, sizes, name, enums)


def _text(
    column: Column, kind: str, sizes: list[int], name: str, enums: Mapping[str, tuple[str, ...]]
) -> dict[str, Any]:
    if kind in _STRINGS:
        most = min(sizes[0], _LONGEST_TEXT) if sizes else None
        if _EMAIL.search(name) and (most is None or most >= LONGEST[FieldType.EMAIL]):
            return {"type": FieldType.EMAIL}
        short = most is not None and most <= LONGEST[FieldType.TEXT]
        return {"type": FieldType.STRING if short else FieldType.TEXT, "max": most}
    if kind in _TEXTS:
        return {"type": FieldType.EMAIL if _EMAIL.search(name) else FieldType.TEXT}
    if kind == "ENUM":
        return _choices(tuple(part.name for part in column.kind.expressions))
    if kind in {"TIME", "TIMETZ"}:
        return {"type": FieldType.STRING, "max": 8, "pattern": _TIME}
    if kind == "UUID":
        return {"type": FieldType.STRING, "min": 36, "max": 36, "pattern": _UUID}
    named = column.kind.sql().replace('"', "").rpartition(".")[2].lower()
    if named in enums:
        return _choices(enums[named])
    raise NoFieldError(column.kind.sql().lower())


def _choices(values: tuple[str, ...]) -> dict[str, Any]:
    kept = tuple(dict.fromkeys(value for value in values if value and value == value.strip()))
    return {"type": FieldType.STRING, "one_of": kept}


def _decimal(sizes: list[int], name: str) -> dict[str, Any]:
    """`NUMERIC(8, 0)` holds whole numbers; what is called like an amount and has cents is money."""
    scale = sizes[1] if len(sizes) > 1 else 0 if sizes else 2
    digits = sizes[0] if sizes else None
    if scale == 0:
        most = None if digits is None or digits > 18 else 10**digits - 1
        return {"type": FieldType.INT, "min": None if most is None else -most, "max": most}
    kind = FieldType.MONEY if scale <= 2 and _MONEY.search(name) else FieldType.DECIMAL
    whole = None if digits is None else digits - scale
    most_decimal = None if whole is None or not 0 < whole <= 12 else Decimal(10) ** whole - Decimal(1).scaleb(-scale)
    limits = {} if most_decimal is None else {"min": -most_decimal, "max": most_decimal}
    return {"type": kind, **limits}


def _sizes(kind: "exp.DataType") -> list[int]:
    return [int(part.name) for part in kind.expressions if part.name.isdigit()]


def _default(column: Column, kind: FieldType) -> object:
    from sqlglot import exp  # noqa: PLC0415  reading other inputs does not need it

    given = column.default
    while isinstance(given, exp.Cast | exp.Paren):
        given = given.this
    if given is None or column.made or isinstance(given, exp.Null):
        return None
    if isinstance(given, exp.CurrentTimestamp | exp.CurrentDate) or given.sql().lower() in {"now()", "localtimestamp"}:
        return {FieldType.DATE: Computed(cel="today()"), FieldType.DATETIME: Computed(cel="now()")}.get(kind)
    if isinstance(given, exp.Boolean):
        return bool(given.this) if kind is FieldType.BOOL else None
    return _literal(number_or_text(given), kind)


def number_or_text(given: "exp.Expression") -> str | None:
    """The value of a literal, with its sign; None where it is none."""
    from sqlglot import exp  # noqa: PLC0415  as above

    while isinstance(given, exp.Cast | exp.Paren):
        given = given.this
    if isinstance(given, exp.Neg):
        inner = number_or_text(given.this)
        return None if inner is None else f"-{inner}"
    return given.name if isinstance(given, exp.Literal | exp.BitString) else None


def _literal(text: str | None, kind: FieldType) -> object:
    if text is None:
        return None
    if kind is FieldType.BOOL:
        return {"1": True, "0": False, "true": True, "false": False, "t": True, "f": False}.get(text.lower())
    if kind in {FieldType.INT, FieldType.DECIMAL, FieldType.MONEY, FieldType.FLOAT}:
        try:
            number = Decimal(text)
        except InvalidOperation:
            return None
        if kind is FieldType.INT:
            return int(number) if number.is_finite() and number == int(number) else None
        return number
    return text if kind in {FieldType.STRING, FieldType.TEXT} else None
