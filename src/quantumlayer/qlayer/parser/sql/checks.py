"""What CHECK constraints say: limits of one field, and comparisons of two."""

from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from quantumlayer.qlayer.parser.openapi.patterns import whole_pattern
from quantumlayer.qlayer.parser.sql.columns import number_or_text
from quantumlayer.spec.model import Field, FieldType

if TYPE_CHECKING:
    from sqlglot import exp

_STEPS = {FieldType.INT: Decimal(1), FieldType.MONEY: Decimal("0.01"), FieldType.DECIMAL: Decimal("0.000001")}
_TEXTS = frozenset({FieldType.STRING, FieldType.TEXT})
_NUMBERS = frozenset(_STEPS) | {FieldType.FLOAT}
_ORDERED = _NUMBERS | {FieldType.DATE, FieldType.DATETIME}


def parts(check: "exp.Expression") -> Iterator["exp.Expression"]:
    """The conditions that must all hold."""
    from sqlglot import exp  # noqa: PLC0415  reading other inputs does not need it

    while isinstance(check, exp.Paren):
        check = check.this
    if isinstance(check, exp.And):
        for side in (check.args["this"], check.args["expression"]):
            yield from parts(side)
    else:
        yield check


def limited(condition: "exp.Expression", fields: Mapping[str, Field]) -> tuple[str, Field] | None:
    """The field that a condition limits, by its column, as it is with the limit; None where it says something else."""
    from sqlglot import exp  # noqa: PLC0415  as above

    column = _column(condition.this)
    either = _either(condition)
    if either is not None and either[0] in fields:
        return _one_of(either[0], fields[either[0]], either[1])
    if column is None or column not in fields:
        return None
    known = fields[column]
    match condition:
        case exp.RegexpLike():
            return _patterned(column, known, number_or_text(condition.expression))
        case exp.Is(expression=exp.Null()) if condition.args.get("negate"):
            return column, known.model_copy(update={"optional": False})
        case exp.In() if condition.expressions:
            return _one_of(column, known, [number_or_text(one) for one in condition.expressions])
        case exp.EQ(expression=exp.Any()):
            literals = condition.expression.find_all(exp.Literal)
            return _one_of(column, known, [literal.name for literal in literals])
        case exp.Between():
            least, most = number_or_text(condition.args["low"]), number_or_text(condition.args["high"])
            first = _bounded(known, "min", least, strict=False)
            both = _bounded(first, "max", most, strict=False) if first is not None else None
            return (column, both) if both is not None else None
        case exp.GTE() | exp.GT():
            found = _bounded(known, "min", number_or_text(condition.expression), strict=isinstance(condition, exp.GT))
        case exp.LTE() | exp.LT():
            found = _bounded(known, "max", number_or_text(condition.expression), strict=isinstance(condition, exp.LT))
        case _:
            return None
    return (column, found) if found is not None else None


def compared(condition: "exp.Expression", names: Mapping[str, str], fields: Mapping[str, Field]) -> str:
    """A comparison of two fields as CEL; empty where it is something else.

    Args:
        condition: The condition.
        names: The names of the fields, by column.
        fields: The fields, by column.
    """
    from sqlglot import exp  # noqa: PLC0415  as above

    signs: dict[type[exp.Expression], str] = {exp.LT: "<", exp.LTE: "<=", exp.GT: ">", exp.GTE: ">=", exp.NEQ: "!="}
    sign = signs.get(type(condition))
    one, other = _column(condition.this), _column(condition.args.get("expression"))
    if sign is None or one is None or other is None or not {one, other} <= fields.keys():
        return ""
    first, second = fields[one], fields[other]
    if first.type is not second.type or first.type not in _ORDERED:
        return ""
    missing = [f"this.{names[column]} == null" for column in (one, other) if fields[column].optional]
    return " || ".join([*missing, f"this.{names[one]} {sign} this.{names[other]}"])


def _either(condition: "exp.Expression") -> tuple[str, list[str | None]] | None:
    """The column and the values of `a = 'x' OR a = 'y'`."""
    from sqlglot import exp  # noqa: PLC0415  as above

    while isinstance(condition, exp.Paren):
        condition = condition.this
    if isinstance(condition, exp.Or):
        one, other = _either(condition.args["this"]), _either(condition.args["expression"])
        return (one[0], one[1] + other[1]) if one and other and one[0] == other[0] else None
    column = _column(condition.this) if isinstance(condition, exp.EQ) else None
    value = number_or_text(condition.args["expression"]) if column is not None else None
    return (column, [value]) if column is not None and value is not None else None


def _patterned(column: str, known: Field, pattern: str | None) -> tuple[str, Field] | None:
    whole = whole_pattern(pattern) if pattern else None
    if whole is None or known.type not in _TEXTS:
        return None
    return column, known.model_copy(update={"pattern": whole})


def _column(tree: "exp.Expression | None") -> str | None:
    """The column that a side of a comparison is, or whose length it is."""
    from sqlglot import exp  # noqa: PLC0415  as above

    while isinstance(tree, exp.Paren | exp.Cast | exp.Length):
        tree = tree.this
    return tree.name.casefold() if isinstance(tree, exp.Column) else None


def _one_of(column: str, known: Field, values: list[str | None]) -> tuple[str, Field] | None:
    texts = [value for value in values if value]
    if len(texts) != len(values) or known.type not in {*_TEXTS, FieldType.INT}:
        return None
    if known.type is FieldType.INT:
        if not all(text.lstrip("-").isdigit() for text in texts):
            return None
        choices: tuple[int | str, ...] = tuple(int(text) for text in texts)
        return column, known.model_copy(update={"one_of": choices, "min": None, "max": None})
    update = {"type": FieldType.STRING, "one_of": tuple(dict.fromkeys(texts)), "min": None, "max": None}
    return column, known.model_copy(update=update)


def _bounded(known: Field, word: str, text: str | None, *, strict: bool) -> Field | None:
    """The field with a limit; the first number beyond one that does not belong to what it bounds."""
    try:
        limit = Decimal(text or "")
    except InvalidOperation:
        return None
    if known.type in _TEXTS:
        limit += 0 if not strict else 1 if word == "min" else -1
        return known.model_copy(update={word: int(limit)}) if limit >= (0 if word == "min" else 1) else None
    if known.type is FieldType.FLOAT:
        beyond = tuple(dict.fromkeys([*known.exclusive, word])) if strict else known.exclusive
        return known.model_copy(update={word: limit, "exclusive": beyond})
    if known.type not in _STEPS:
        return None
    limit += 0 if not strict else _STEPS[known.type] if word == "min" else -_STEPS[known.type]
    return known.model_copy(update={word: int(limit) if known.type is FieldType.INT else limit})
