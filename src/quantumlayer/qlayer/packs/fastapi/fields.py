"""What a field becomes: a column, a line of a migration, types of request and response bodies."""

import re
from dataclasses import dataclass
from decimal import Decimal

from quantumlayer.kit.identifiers import class_name
from quantumlayer.qlayer.packs.fastapi.amounts import amount_pattern
from quantumlayer.qlayer.packs.fastapi.code import literal
from quantumlayer.qlayer.packs.fastapi.decimals import PLACES
from quantumlayer.spec.model import LONGEST, Computed, Derived, Field, FieldType
from quantumlayer.spec.validate.patterns import ascii_classes

# Words that PostgreSQL and SQLite reserve (PostgreSQL 17, appendix C); written in SQL text they need quotes.
_RESERVED = frozenset(
    [
        "all",
        "analyse",
        "analyze",
        "and",
        "any",
        "array",
        "as",
        "asc",
        "asymmetric",
        "authorization",
        "between",
        "binary",
        "both",
        "by",
        "case",
        "cast",
        "check",
        "collate",
        "collation",
        "column",
        "concurrently",
        "constraint",
        "create",
        "cross",
        "current_catalog",
        "current_date",
        "current_role",
        "current_schema",
        "current_time",
        "current_timestamp",
        "current_user",
        "default",
        "deferrable",
        "desc",
        "distinct",
        "do",
        "else",
        "end",
        "except",
        "false",
        "fetch",
        "for",
        "foreign",
        "freeze",
        "from",
        "full",
        "grant",
        "group",
        "having",
        "ilike",
        "in",
        "initially",
        "inner",
        "intersect",
        "into",
        "is",
        "isnull",
        "join",
        "lateral",
        "leading",
        "left",
        "like",
        "limit",
        "localtime",
        "localtimestamp",
        "natural",
        "not",
        "notnull",
        "null",
        "offset",
        "on",
        "only",
        "or",
        "order",
        "outer",
        "overlaps",
        "placing",
        "primary",
        "references",
        "returning",
        "right",
        "select",
        "session_user",
        "similar",
        "some",
        "symmetric",
        "table",
        "tablesample",
        "then",
        "to",
        "trailing",
        "true",
        "union",
        "unique",
        "user",
        "using",
        "variadic",
        "verbose",
        "when",
        "where",
        "window",
        "with",
        "index",
        "add",
        "alter",
        "commit",
        "delete",
        "drop",
        "escape",
        "exists",
        "if",
        "insert",
        "join",
        "set",
        "transaction",
        "update",
        "values",
    ]
)
# What the schemas of an entity are called after its name.
_SCHEMAS = frozenset({"create", "query", "read", "state", "update", "version", "version_read", "write"})
MAX_INT = 2**31 - 1
# What the columns of the types hold.
LARGEST = {FieldType.MONEY: Decimal("9999999999999999.99"), FieldType.DECIMAL: Decimal("999999999999.999999")}
MAX_BIG = 2**63 - 1

_PYTHON = {
    FieldType.STRING: "str",
    FieldType.TEXT: "str",
    FieldType.EMAIL: "str",
    FieldType.INT: "int",
    FieldType.DECIMAL: "Decimal",
    FieldType.MONEY: "Decimal",
    FieldType.FLOAT: "float",
    FieldType.BOOL: "bool",
    FieldType.DATE: "dt.date",
    FieldType.DATETIME: "dt.datetime",
    FieldType.JSON: "Any",
}
_WRITTEN = {
    FieldType.STRING: "Text",
    FieldType.TEXT: "Text",
    FieldType.EMAIL: "Email",
    FieldType.INT: "Whole",
    FieldType.DECIMAL: "WrittenAmount",
    FieldType.MONEY: "WrittenMoney",
    FieldType.FLOAT: "Measure",
    FieldType.BOOL: "Flag",
    FieldType.DATE: "Day",
    FieldType.DATETIME: "Moment",
    FieldType.JSON: "Any",
}
_READ = {FieldType.DECIMAL: "Amount", FieldType.MONEY: "Money"}
_QUERY = {FieldType.INT: "Number", FieldType.BOOL: "bool", FieldType.FLOAT: "float"}
_MIGRATION = {
    FieldType.TEXT: "sa.Text()",
    FieldType.INT: "sa.Integer()",
    FieldType.DECIMAL: "sa.Numeric(18, 6)",
    FieldType.MONEY: "sa.Numeric(18, 2)",
    FieldType.FLOAT: "sa.Double()",
    FieldType.BOOL: "sa.Boolean()",
    FieldType.DATE: "sa.Date()",
    FieldType.DATETIME: "sa.DateTime(timezone=True)",
    FieldType.JSON: "sa.JSON(none_as_null=True)",
}
_TEXTS = frozenset({FieldType.STRING, FieldType.TEXT, FieldType.EMAIL})
_NUMBERS = frozenset({FieldType.INT, FieldType.DECIMAL, FieldType.MONEY, FieldType.FLOAT})


def quoted(column: str) -> str:
    """The column's name as SQL text needs it."""
    return f'"{column}"' if column in _RESERVED else column


@dataclass(frozen=True, slots=True)
class FieldView:
    """A field of an entity in the words of the target."""

    entity: str
    name: str
    field: Field

    @property
    def python(self) -> str:
        """The type of the attribute, without None."""
        return _PYTHON[self.field.type]

    @property
    def annotation(self) -> str:
        """The type of the attribute."""
        return f"{self.python} | None" if self.field.optional else self.python

    @property
    def max_length(self) -> int | None:
        """The longest text, or None for what is no text."""
        if self.field.type not in LONGEST:
            return None
        usual = LONGEST[self.field.type]
        if self.field.max is None:
            return usual
        return min(int(self.field.max), usual) if self.field.type is FieldType.EMAIL else int(self.field.max)

    @property
    def is_big(self) -> bool:
        """Whether a whole number needs a column of 64 bits."""
        limits = (self.field.min, self.field.max, *(one for one in self.field.one_of if isinstance(one, int)))
        fits = all(limit is None or -MAX_INT - 1 <= limit <= MAX_INT for limit in limits)
        return self.field.type is FieldType.INT and not fits

    @property
    def column_args(self) -> str:
        """The arguments of `mapped_column`."""
        args: list[str] = []
        if self.field.type in {FieldType.STRING, FieldType.EMAIL}:
            args.append(f"String({self.max_length})")
        elif self.field.type is FieldType.TEXT:
            args.append("Text()")
        elif self.field.type is FieldType.DECIMAL:
            args.append("Numeric(18, 6)")
        elif self.field.type is FieldType.FLOAT:
            args.append("Double()")
        elif self.field.type is FieldType.JSON:
            args.append("JSON(none_as_null=True)")
        elif self.is_big:
            args.append("BigInteger()")
        if self.field.unique:
            args.append("unique=True")
        return ", ".join(args)

    @property
    def is_text(self) -> bool:
        """Whether it is a text of any kind."""
        return self.field.type in _TEXTS

    @property
    def any_text_args(self) -> str:
        """The arguments of `mapped_column` where texts have the type of every text."""
        return ("unique=True" if self.field.unique else "") if self.is_text else self.column_args

    @property
    def migration_type(self) -> str:
        """The type of the column in a migration."""
        if self.is_big:
            return "sa.BigInteger()"
        return _MIGRATION.get(self.field.type, f"sa.String({self.max_length})")

    @property
    def check(self) -> str | None:
        """The condition that the database holds for the column, as SQL."""
        column = quoted(self.name)
        if self.field.one_of:
            return one_of(column, self.field.one_of)
        if self.field.type not in _NUMBERS:
            return None
        parts = []
        if self.field.min is not None:
            parts.append(f"{column} >= {self.field.min}")
        if self.field.max is not None:
            parts.append(f"{column} <= {self.field.max}")
        return " AND ".join(parts) or None

    @property
    def literal_default(self) -> str | None:
        """The Python source of a constant default."""
        return constant_default(self.field)

    @property
    def alias(self) -> str | None:
        """The name of the type that request bodies give the field, where the plain type does not say it all."""
        if self._constraints() is None:
            return None
        return f"{self.entity}{class_name(self.name)}{'Value' if self.name in _SCHEMAS else ''}"

    @property
    def alias_value(self) -> str:
        """What the alias stands for."""
        return self._constraints() or _WRITTEN[self.field.type]

    @property
    def write_type(self) -> str:
        """The type in a request body, without None."""
        return self.alias or _WRITTEN[self.field.type]

    @property
    def query_type(self) -> str:
        """The type as a filter in a query string, where every value arrives as text."""
        if self.is_big:
            return f"Annotated[int, Field(ge={-MAX_BIG - 1}, le={MAX_BIG})]"
        return _QUERY.get(self.field.type, self.write_type)

    @property
    def range_type(self) -> str:
        """The type of the ends of a range in a query string, whatever the field's own limits are."""
        return self.query_type if self.field.type is FieldType.INT else _WRITTEN[self.field.type]

    @property
    def read_type(self) -> str:
        """The type in a response body."""
        base = self.write_type if self.field.one_of else read_type(self.field.type)
        return f"{base} | None" if self.field.optional else base

    def _constraints(self) -> str | None:
        field = self.field
        if field.one_of:
            return f"Literal[{', '.join(literal(value) for value in field.one_of)}]"
        if field.type in {FieldType.STRING, FieldType.TEXT}:
            args = [f"max_length={self.max_length}"]
            if field.min is not None:
                args.insert(0, f"min_length={field.min}")
            if field.pattern is not None:
                args.append(f"pattern={pattern(field.pattern)}")
            return f"Annotated[Text, StringConstraints({', '.join(args)})]"
        if field.type is FieldType.EMAIL and (field.min is not None or field.max is not None):
            shortest = "" if field.min is None else f"min_length={field.min}, "
            return f"Annotated[Email, StringConstraints({shortest}max_length={self.max_length})]"
        if field.type is FieldType.INT and (field.min is not None or field.max is not None):
            largest = MAX_BIG if self.is_big else MAX_INT
            least = -largest - 1 if field.min is None else field.min
            most = largest if field.max is None else field.max
            return f"Annotated[int, Field(strict=True, ge={least}, le={most}), BeforeValidator(whole)]"
        if field.type is FieldType.FLOAT and (field.min is not None or field.max is not None):
            low, high = bound_words(field)
            bounds_of = ((low, field.min), (high, field.max))
            bounds_said = ", ".join(f"{word}={bound}" for word, bound in bounds_of if bound is not None)
            return f"Annotated[Measure, Field({bounds_said})]"
        if field.type in LARGEST and (field.min is not None or field.max is not None):
            kept = LARGEST[field.type]
            bounds = (
                -kept if field.min is None else Decimal(field.min),
                kept if field.max is None else Decimal(field.max),
            )
            return f"Annotated[Decimal, Written(r'{amount_pattern(*bounds, PLACES[field.type])}')]"
        return None


def bound_words(field: Field) -> tuple[str, str]:
    """What `Field` calls the least and the greatest value."""
    return "gt" if "min" in field.exclusive else "ge", "lt" if "max" in field.exclusive else "le"


def read_type(kind: FieldType) -> str:
    """The type of a value in a response body, without None."""
    return _READ.get(kind, _PYTHON[kind])


def python_type(derived: Derived) -> str:
    """The type of a derived value in Python."""
    base = _PYTHON[derived.type]
    return f"{base} | None" if derived.optional else base


def one_of(column: str, values: tuple[int | str, ...]) -> str:
    """The condition that a column holds one of the values, as SQL."""
    listed = ", ".join(
        str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'" for value in values
    )
    return f"{column} IN ({listed})"


def constant_default(field: Field) -> str | None:
    """The Python source of a default that is no expression."""
    default = field.default
    if default is None or isinstance(default, Computed):
        return None
    if field.type in {FieldType.MONEY, FieldType.DECIMAL} and not isinstance(default, str):
        return literal(Decimal(str(default)))
    if field.type is FieldType.FLOAT:
        return literal(float(str(default)))
    if field.type is FieldType.DATE:
        return f'dt.date.fromisoformat("{default}")'
    if field.type is FieldType.DATETIME:
        return f'dt.datetime.fromisoformat("{default}")'
    return literal(default) if isinstance(default, bool | int | str | Decimal) else repr(str(default))


def pattern(text: str) -> str:
    """The source of a regular expression that must match the whole text."""
    text = ascii_classes(text)
    end = "" if re.search(r"(?<!\\)(\\\\)*\$$", text) else "$"
    whole = f"^(?:{text})$" if "|" in text else f"^{text.removeprefix('^')}{end}"
    raw = "'" not in whole and '"' not in whole and "\n" not in whole and not whole.endswith("\\")
    return f'r"{whole}"' if raw else repr(whole)
