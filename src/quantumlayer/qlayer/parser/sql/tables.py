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
_MARKS = re.compile(r"'(?:[^'\\]|\\.|'')*'|\"[^\"]*\"|`[^`]*`|[(),]", re.DOTALL)
_ON_DELETE = re.compile(r"on delete (cascade|set null)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Foreign:
    """A reference to another table: the keys of its columns and of the table, and what deleting the other does."""

    columns: tuple[str, ...]
    table: str
    on_delete: str = ""


@dataclass(slots=True)
class Column:
    """A column as it is declared; `worked_out` is the SQL of one that is."""

    name: str
    kind: "exp.DataType"
    required: bool = False
    unique: bool = False
    made: bool = False
    default: "exp.Expression | None" = None
    worked_out: str = ""
    about: str = ""

    @property
    def key(self) -> str:
        """The name as others refer to it."""
        return self.name.casefold()


@dataclass(slots=True)
class Table:
    """A table with all that any statement says of it; its columns stand by their keys."""

    name: str
    statement: Statement
    columns: dict[str, Column] = field(default_factory=dict)
    primary: tuple[str, ...] = ()
    uniques: list[tuple[str, ...]] = field(default_factory=list)
    checks: list["exp.Expression"] = field(default_factory=list)
    foreign: list[Foreign] = field(default_factory=list)
    unsaid: list[str] = field(default_factory=list)
    about: str = ""

    @property
    def key(self) -> str:
        """The name as others refer to it, in whatever case."""
        return self.name.casefold()


@dataclass(slots=True)
class Schema:
    """The tables and enumerations by name in lower case, and the statements that were not understood."""

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
        unsaid: list[str] = []
        tree: exp.Expr | None
        try:
            tree = sqlglot.parse_one(statement.text, read=dialect)
        except (SqlglotError, RecursionError):
            tree, unsaid = _by_parts(statement.text, dialect)
        if isinstance(tree, exp.Create) and tree.kind == "TABLE" and isinstance(tree.this, exp.Schema):
            table = _table(tree, statement)
            table.unsaid += unsaid
            if table.key in schema.tables:
                schema.unread.append(statement)
            schema.tables.setdefault(table.key, table)
        elif tree is None:
            schema.unread.append(statement)
        elif isinstance(tree, exp.Create) and tree.kind == "INDEX":
            _index(schema, tree)
        elif isinstance(tree, exp.Alter):
            _alter(schema, tree)
        elif isinstance(tree, exp.Comment):
            _comment(schema, tree)
    return schema


def _by_parts(text: str, dialect: str) -> tuple["exp.Expr | None", list[str]]:
    """A table of which some lines cannot be read, without those; and they."""
    import sqlglot  # noqa: PLC0415  as above
    from sqlglot.errors import SqlglotError  # noqa: PLC0415  as above

    head, opened, body = text.partition("(")
    kept, unsaid = [], []
    for part in filter(None, _lines(body[: body.rfind(")")])) if opened and ")" in body else ():
        try:
            sqlglot.parse_one(f"CREATE TABLE t ({part})", read=dialect)
            kept.append(part)
        except (SqlglotError, RecursionError):
            unsaid.append(" ".join(part.split()))
    try:
        return sqlglot.parse_one(f"{head}({', '.join(kept)})", read=dialect) if kept else None, unsaid
    except (SqlglotError, RecursionError):
        return None, unsaid


def _lines(body: str) -> Iterator[str]:
    """What stands between the commas of a table."""
    depth, start = 0, 0
    for found in _MARKS.finditer(body):
        depth += {"(": 1, ")": -1}.get(found[0], 0)
        if found[0] == "," and depth == 0:
            yield body[start : found.start()].strip()
            start = found.end()
    yield body[start:].strip()


def _table(tree: "exp.Create", statement: Statement) -> Table:
    from sqlglot import exp  # noqa: PLC0415  as above

    table = Table(tree.this.this.name, statement)
    for part in tree.this.expressions:
        if isinstance(part, exp.ColumnDef) and isinstance(part.kind, exp.DataType):
            table.columns[part.name.casefold()] = _column(table, part)
        else:
            _constrain(table, part)
    for name in table.primary:
        if name in table.columns:
            table.columns[name].required = True
    properties = tree.args.get("properties")
    for one in properties.expressions if properties else ():
        if isinstance(one, exp.SchemaCommentProperty):
            table.about = one.name
        elif isinstance(one, exp.InheritsProperty):
            table.unsaid.append(one.sql())
    return table


def _column(table: Table, tree: "exp.ColumnDef") -> Column:
    from sqlglot import exp  # noqa: PLC0415  as above

    kind = tree.kind
    assert isinstance(kind, exp.DataType)  # noqa: S101 - the caller looked
    column = Column(tree.name, kind, made=str(kind.this.value).endswith("SERIAL"))
    for constraint in tree.constraints:
        match said := constraint.kind:
            case exp.PrimaryKeyColumnConstraint():
                table.primary, column.required = (column.key,), True
            case exp.CheckColumnConstraint():
                table.checks.append(said.this)
            case exp.Reference():
                table.foreign.append(_foreign((column.key,), said))
            case exp.ForeignKey():  # as SQL Server writes it
                table.foreign.append(_foreign((column.key,), said.args["reference"]))
            case exp.Expression():
                _tell(column, said)
    return column


def _tell(column: Column, said: "exp.Expression") -> None:
    """What a constraint says of its column alone."""
    from sqlglot import exp  # noqa: PLC0415  as above

    match said:
        case exp.NotNullColumnConstraint():
            column.required = not said.args.get("allow_null")
        case exp.UniqueColumnConstraint():
            column.unique = True
        case exp.AutoIncrementColumnConstraint():
            column.made = True
        case exp.GeneratedAsIdentityColumnConstraint():
            column.made, column.worked_out = said.expression is None, _sql(said.expression)
        case exp.ComputedColumnConstraint():
            column.worked_out = _sql(said.this)
        case exp.DefaultColumnConstraint():
            column.default = said.this
        case exp.CommentColumnConstraint():
            column.about = said.name


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
    return Foreign(columns, name.casefold(), on_delete[1].lower().replace(" ", "_") if on_delete else "")


def _names(parts: Iterable["exp.Expression"]) -> Iterator[str]:
    return ((part.name or part.this.name).casefold() for part in parts)


def _sql(tree: "exp.Expression | None") -> str:
    return " ".join(tree.sql().split())[:200] if tree is not None else ""


def _index(schema: Schema, tree: "exp.Create") -> None:
    """A unique index without a condition is a constraint."""
    from sqlglot import exp  # noqa: PLC0415  as above

    target = tree.find(exp.Table)
    params = tree.this.args.get("params")
    table = schema.tables.get(target.name.casefold()) if target else None
    if table is None or params is None:
        return
    columns = [part.this if isinstance(part, exp.Ordered) else part for part in params.args.get("columns") or ()]
    plain = bool(columns) and all(isinstance(part, exp.Column) for part in columns)
    if plain and params.args.get("where") is None:
        table.uniques.append(tuple(part.name.casefold() for part in columns))
    else:
        table.unsaid.append(_sql(tree))


def _alter(schema: Schema, tree: "exp.Alter") -> None:
    from sqlglot import exp  # noqa: PLC0415  as above

    table = schema.tables.get(tree.this.name.casefold())
    for action in tree.args.get("actions") or () if table is not None else ():
        assert table is not None  # noqa: S101 - the loop has no actions otherwise
        if isinstance(action, exp.AddConstraint):
            for part in action.expressions:
                _constrain(table, part)
        elif isinstance(action, exp.ColumnDef) and isinstance(action.kind, exp.DataType):
            table.columns[action.name.casefold()] = _column(table, action)
        elif isinstance(action, exp.AlterColumn) and action.name.casefold() in table.columns:
            default = action.args.get("default")
            column = table.columns[action.name.casefold()]
            if default is not None:
                column.made = column.made or "nextval" in default.sql().lower()
                column.default = None if column.made else default


def _comment(schema: Schema, tree: "exp.Comment") -> None:
    text, kind = tree.expression.name, str(tree.args.get("kind")).upper()
    name = tree.this.name.casefold()
    if kind == "TABLE" and name in schema.tables:
        schema.tables[name].about = text
    elif kind == "COLUMN":
        table = schema.tables.get(tree.this.table.casefold())
        if table is not None and name in table.columns:
            table.columns[name].about = text
