"""What a contract's values are in Python."""

from collections.abc import Iterator

from quantumlayer.qlayer.packs.fastapi.code import literal
from quantumlayer.qlayer.packs.fastapi.fields import MAX_BIG, bound_words, pattern
from quantumlayer.spec.model import Field, FieldType

_PLAIN = {
    FieldType.STRING: "str",
    FieldType.TEXT: "str",
    FieldType.EMAIL: "Email",
    FieldType.INT: "Integer",
    FieldType.DECIMAL: "Amount",
    FieldType.MONEY: "Money",
    FieldType.FLOAT: "float",
    FieldType.BOOL: "bool",
    FieldType.DATE: "Day",
    FieldType.DATETIME: "Moment",
    FieldType.JSON: "Any",
}
_QUERY = {FieldType.INT: "int", FieldType.EMAIL: "str", FieldType.DECIMAL: "Decimal", FieldType.MONEY: "Decimal"}
_GIVEN = {
    FieldType.EMAIL: "str",
    FieldType.INT: "int",
    FieldType.DATE: "dt.date",
    FieldType.DATETIME: "dt.datetime",
}
_STRICT = frozenset({FieldType.STRING, FieldType.TEXT, FieldType.FLOAT, FieldType.BOOL})
_NUMBERS = frozenset({FieldType.INT, FieldType.FLOAT})


def plain_type(field: Field) -> str:
    """The type of a value in a body, without its bounds."""
    if field.one_of:
        return f"Literal[{', '.join(literal(value) for value in field.one_of)}]"
    return _PLAIN[field.type]


def given_type(field: Field) -> str:
    """The type of a value in an answer."""
    return plain_type(field) if field.one_of else _GIVEN.get(field.type, _PLAIN[field.type])


def query_type(field: Field) -> str:
    """The type of a parameter, where every value arrives as text."""
    return plain_type(field) if field.one_of else _QUERY.get(field.type, _PLAIN[field.type])


def arguments(field: Field, *, strict: bool = True) -> tuple[str, ...]:
    """The arguments of `Field`, or of a parameter, that bound a value."""
    return () if field.one_of else tuple(_arguments(field, strict=strict))


def item_type(field: Field, kind: str, *, strict: bool = True) -> str:
    """The type of one of several values, with its bounds."""
    bounds = arguments(field, strict=strict)
    return f"Annotated[{kind}, Field({', '.join(bounds)})]" if bounds else kind


def many_of(item: str, *, unique: bool, distinct: str = "Distinct") -> str:
    """The type of a list."""
    return f"Annotated[list[{item}], {distinct}]" if unique else f"list[{item}]"


def _arguments(field: Field, *, strict: bool) -> Iterator[str]:
    if strict and field.type in _STRICT:
        yield "strict=True"
    if field.type in {FieldType.STRING, FieldType.TEXT}:
        if field.min:
            yield f"min_length={field.min}"
        if field.max is not None:
            yield f"max_length={field.max}"
        if field.pattern is not None:
            yield f"pattern={pattern(field.pattern)}"
    if field.type is FieldType.FLOAT:
        yield "allow_inf_nan=False"
    if field.type in _NUMBERS:
        least, most = field.min, field.max
        if field.type is FieldType.INT:
            least, most = -MAX_BIG - 1 if least is None else least, MAX_BIG if most is None else most
        low, high = bound_words(field)
        yield from (f"{word}={bound}" for word, bound in ((low, least), (high, most)) if bound is not None)
