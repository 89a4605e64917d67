"""The tables of a schema, whatever dialect they were written in."""

import logging
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from quantumlayer.qlayer.parser.sql.statements import Statement

if TYPE_CHECKING:
    from sqlglot import exp

_ENUM = re.compile(
    r"create\s+type\s+(?P<name>[\w.\"]+)\s+as\s+enum\s*\((?P<values>.*)\)\s*$", re.IGNORECASE | re.DOTALL
)
_VALUES = re.compile(r"'((?:[^']|'')*)'")
_ON_DELETE = re.compile(r"on delete (cascade|set null)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Foreign:
    """A reference to another table: its columns, the table, and what deleting the other record does."""

    columns: tuple[str, ...]
    table: str
    on_delete: str = ""


@dataclass(slots=True)
class Column:
    """A column as it is declared."""

    name: str
    kind: "exp.DataType"
    required: bool = False
    unique: bool = False
    made: bool = False
    default: "exp.Expression | None" = None
    about: str = ""


@dataclass(slots=True)
class Table:
    """A table with all that any statement says of it."""

    name: str
    statement: Statement
    columns: dict[str, Column] = field(default_factory=dict)
    primary: tuple[str, ...] = ()
    uniques: list[tuple[str, ...]] = field(default_factory=list)
    checks: list["exp.Expression"] = field(default_factory=list)
    foreign: list[Foreign] = field(default_factory=list)
    about: str = ""


@dataclass(slots=True)
class Schema:
    """The tables and enumerations by name, and the statements that were not understood."""

    tables: dict[str, Table] = field(default_factory=dict)
    enums: dict[str, tuple[str, ...]] = field(default_factory=dict)
    unread: list[Statement] = field(default_factory=list)


def read_schema(statements: Iterable[Statement], dialect: str) -> Schema:
    """The tables that statements describe, each with what later ones add."""
    import sqlglot  # noqa: PLC0415  reading other inputs does not need it
    from sqlglot import exp  # noqa: PLC0415  as above
    from sqlglot.errors import SqlglotError  # noqa: PLC0415  as above

    logging.getLogger("sqlglot").setLevel(logging.CRITICAL)  # what it does not know is told as a question
    schema = Schema()
    for statement in statements:
        if enum := _ENUM.match(statement.text):
            values = tuple(value.replace("''", "'") for value in _VALUES.findall(enum["values"]))
            schema.enums[enum["name"].replace('"', "").rpartition(".")[2].lower()] = values
            continue
        try:
            tree = sqlglot.parse_one(statement.text, read=dialect)
        except (SqlglotError, RecursionError):
            schema.unread.append(statement)
            continue
        if isinstance(tree, exp.Create) and tree.kind == "TABLE" and isinstance(tree.this, exp.Schema):
            table = _table(tree, statement)
            schema.tables[table.name] = table
        elif isinstance(tree, exp.Create) and tree.kind == "INDEX":
            _index(schema, tree)
        elif isinstance(tree, exp.Alter):
            _alter(schema, tree)
        elif isinstance(tree, exp.Comment):
            _comment(schema, tree)
    return schema


def _table(tree: "exp.Create", statement: Statement) -> Table:
    from sqlglot import exp  # noqa: PLC0415  as above

    table = Table(tree.this.this.name, statement)
    for part in tree.this.expressions:
        if isinstance(part, exp.ColumnDef) and isinstance(part.kind, exp.DataType):
            table.columns[part.name] = _column(table, part)
        else:
            _constrain(table, part)
    properties = tree.args.get("properties")
    for one in properties.expressions if properties else ():
        if isinstance(one, exp.SchemaCommentProperty):
            table.about = one.name
    return table


def _column(table: Table, tree: "exp.ColumnDef") -> Column:
    from sqlglot import exp  # noqa: PLC0415  as above

    kind = tree.kind
    assert isinstance(kind, exp.DataType)  # noqa: S101 - the caller looked
    column = Column(tree.name, kind, made=str(kind.this.value).endswith("SERIAL"))
    for constraint in tree.constraints:
        said = constraint.kind
        match said:
            case exp.NotNullColumnConstraint():
                column.required = not said.args.get("allow_null")
            case exp.PrimaryKeyColumnConstraint():
                table.primary, column.required = (column.name,), True
            case exp.UniqueColumnConstraint():
                column.unique = True
            case exp.AutoIncrementColumnConstraint() | exp.GeneratedAsIdentityColumnConstraint():
                column.made = True
            case exp.DefaultColumnConstraint():
                column.default = said.this
            case exp.CheckColumnConstraint():
                table.checks.append(said.this)
            case exp.CommentColumnConstraint():
                column.about = said.name
            case exp.Reference():
                table.foreign.append(_foreign((column.name,), said))
    return column


def _constrain(table: Table, part: "exp.Expression") -> None:
    """What is said of several columns at once."""
    from sqlglot import exp  # noqa: PLC0415  as above

    match part:
        case exp.Constraint():
            for inner in part.expressions:
                _constrain(table, inner)
        case exp.PrimaryKey():
            table.primary = tuple(_names(part.expressions))
        case exp.UniqueColumnConstraint() if part.this is not None:
            table.uniques.append(tuple(_names(part.this.expressions)))
        case exp.ForeignKey() if part.args.get("reference") is not None:
            table.foreign.append(_foreign(tuple(_names(part.expressions)), part.args["reference"]))
        case exp.CheckColumnConstraint():
            table.checks.append(part.this)


def _foreign(columns: tuple[str, ...], reference: "exp.Expression") -> Foreign:
    said = " ".join(str(option) for option in reference.args.get("options") or ())
    on_delete = _ON_DELETE.search(said)
    target: Any = reference.this
    name = target.this.name if hasattr(target.this, "name") else target.name
    return Foreign(columns, name, on_delete[1].lower().replace(" ", "_") if on_delete else "")


def _names(parts: Iterable["exp.Expression"]) -> Iterator[str]:
    return (part.name or part.this.name for part in parts)


def _index(schema: Schema, tree: "exp.Create") -> None:
    """A unique index without a condition is a constraint."""
    from sqlglot import exp  # noqa: PLC0415  as above

    target = tree.find(exp.Table)
    params = tree.this.args.get("params")
    table = schema.tables.get(target.name) if target else None
    if table is None or params is None or params.args.get("where") is not None:
        return
    columns = [part.this if isinstance(part, exp.Ordered) else part for part in params.args.get("columns") or ()]
    if columns and all(isinstance(part, exp.Column) for part in columns):
        table.uniques.append(tuple(part.name for part in columns))


def _alter(schema: Schema, tree: "exp.Alter") -> None:
    from sqlglot import exp  # noqa: PLC0415  as above

    table = schema.tables.get(tree.this.name)
    for action in tree.args.get("actions") or () if table is not None else ():
        assert table is not None  # noqa: S101 - the loop has no actions otherwise
        if isinstance(action, exp.AddConstraint):
            for part in action.expressions:
                _constrain(table, part)
        elif isinstance(action, exp.ColumnDef) and isinstance(action.kind, exp.DataType):
            table.columns[action.name] = _column(table, action)
        elif isinstance(action, exp.AlterColumn) and action.name in table.columns:
            default = action.args.get("default")
            column = table.columns[action.name]
            if default is not None:
                column.made = column.made or "nextval" in default.sql().lower()
                column.default = None if column.made else default


def _comment(schema: Schema, tree: "exp.Comment") -> None:
    text, kind = tree.expression.name, str(tree.args.get("kind")).upper()
    if kind == "TABLE" and tree.this.name in schema.tables:
        schema.tables[tree.this.name].about = text
    elif kind == "COLUMN":
        table = schema.tables.get(tree.this.table)
        if table is not None and tree.this.name in table.columns:
            table.columns[tree.this.name].about = text
