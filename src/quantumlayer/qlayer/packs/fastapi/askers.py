"""Derived values that depend on who asks: one query works them out for all records of an answer."""

from collections.abc import Mapping
from dataclasses import dataclass

from quantumlayer.qlayer.packs.fastapi.absence import is_callers_record
from quantumlayer.qlayer.packs.fastapi.aggregates import is_null
from quantumlayer.qlayer.packs.fastapi.code import Code, Level, Prelude, UnsupportedError
from quantumlayer.qlayer.packs.fastapi.columns import Columns
from quantumlayer.qlayer.packs.fastapi.python import Python
from quantumlayer.qlayer.packs.fastapi.readers import ReaderSql
from quantumlayer.qlayer.packs.fastapi.roots import Loaded, Root, caller_root
from quantumlayer.qlayer.packs.fastapi.sql import Sql
from quantumlayer.spec.askers import ANYONE, asker_values, askers
from quantumlayer.spec.cel import BOOL, Binary, Checked, Expr, Literal, Scope, compile_cel, walk
from quantumlayer.spec.model import FieldType, Spec
from quantumlayer.spec.naming import EntityNames, entity_names
from quantumlayer.spec.remember import operations_on
from quantumlayer.spec.style import contract_of

_NOTHING = {
    FieldType.BOOL: "False",
    FieldType.INT: "0",
    FieldType.FLOAT: "0.0",
    FieldType.DECIMAL: "Decimal(0)",
    FieldType.MONEY: "Decimal(0)",
    FieldType.DATE: "dt.date.min",
    FieldType.DATETIME: "dt.datetime.min.replace(tzinfo=UTC)",
}


@dataclass(frozen=True, slots=True)
class AskedValue:
    """One such value: the `source` in the query, and what `nobody` sees, which stands in the class."""

    name: str
    source: str
    nobody: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What of an entity depends on who asks.

    `before` are the statements that stand before the query, `row` and `by_id` the names of variables that are free.
    """

    names: EntityNames
    strangers: bool
    before: tuple[str, ...]
    values: tuple[AskedValue, ...]
    row: str
    by_id: str

    @property
    def caller_type(self) -> str:
        """The type of who asks."""
        return "Caller | None" if self.strangers else "Caller"


@dataclass(frozen=True, slots=True)
class _Visitor(Loaded):
    """A caller who may be a stranger: what they are not is 0, as it is of callers in other roles."""

    prelude: Prelude

    def value(self, name: str) -> str:
        if name == "id":
            raise UnsupportedError("`caller.id` where strangers ask")
        nobody = "None" if name == "role" else "0"
        return self.prelude.variable(name, f"{self.variable}.{name} if {self.variable} else {nobody}")


class AskerSql(ReaderSql):
    """Writes a value of each row for whoever asks; a table that the query has already gets another name before it."""

    def __init__(
        self, spec: Spec, checked: Checked, columns: Mapping[str, Columns], caller: Root, before: Prelude
    ) -> None:
        super().__init__(spec, checked, columns)
        self._roots = {"caller": caller}
        self._before = before

    def _writer(self, checked: Checked, columns: Mapping[str, Columns]) -> Sql:
        writer = AskerSql(self._spec, checked, columns, self._roots["caller"], self._before)
        writer.tables = self.tables
        return writer

    def _rows(self, entity: str) -> Columns:
        if all(columns.entity != entity for columns in self._columns.values()):
            return super()._rows(entity)
        names = entity_names(entity)
        self.tables.add(entity)
        return Columns(entity, self._before.fresh(f"other_{names.snake}", f"aliased({names.name})"))

    def _constant(self, expr: Expr) -> Code:
        """Whether the caller is a record at all needs none to be loaded, whatever else is read of it."""
        record = self._missing(expr)
        if isinstance(expr, Binary) and record is not None:
            test = f"{Python(self._checked, self._roots).part(record).text} {expr.operator} 0"
            return Code(f"(true() if {test} else false())")
        asked = any(self._missing(node) is not None for node in walk(expr))
        if isinstance(expr, Binary) and expr.operator in {"&&", "||"} and asked:
            return self._binary(expr)
        return super()._constant(expr)

    def _missing(self, expr: Expr) -> Expr | None:
        """The caller's record, where the expression compares it with null."""
        sides = [(expr.left, expr.right), (expr.right, expr.left)] if isinstance(expr, Binary) else []
        found = (other for one, other in sides if is_null(one) and is_callers_record(other, self._checked))
        return next(found, None)

    def labelled(self, name: str, kind: FieldType) -> str:
        """The value as a column of the query, under its name."""
        code = self.value(kind)
        is_sql = self._of_row(self._checked.expr) or self._checked.type == BOOL
        return f"{code.at(Level.ATOM) if is_sql else f'literal({code.text})'}.label({name!r})"


def asked(spec: Spec, entity: str) -> Asked | None:
    """What of an entity depends on who asks; None where nothing does.

    Raises:
        UnsupportedError: A value cannot be written.
    """
    keys = asker_values(spec.entities[entity])
    if not keys:
        return None
    names, before = entity_names(entity), _before(entity)
    values = tuple(_value(spec, entity, key, before) for key in keys)
    strangers = ANYONE in askers(spec, entity)
    return Asked(names, strangers, tuple(before.take()), values, before.free("row"), before.free("by_id"))


def _before(entity: str) -> Prelude:
    names = entity_names(entity)
    return Prelude(taken={"session", "caller", "statement", names.snake, names.plural})


def _value(spec: Spec, entity: str, key: str, before: Prelude) -> AskedValue:
    derived = spec.entities[entity].derived[key]
    checked = compile_cel(derived.cel, Scope.of_derived(spec, entity, key))
    if any(isinstance(node, Literal) and node.value == ANYONE for node in walk(checked.expr)):
        raise UnsupportedError("a condition on who a stranger is")
    caller = _Visitor("caller", before) if ANYONE in askers(spec, entity) else caller_root()
    source = AskerSql(spec, checked, {"this": Columns(entity)}, caller, before).labelled(key, derived.type)
    return AskedValue(key, source, "None" if derived.optional else _NOTHING.get(derived.type, '""'))


def judge_asked(spec: Spec, entity: str, key: str) -> None:
    """Tries to write one such value.

    Raises:
        UnsupportedError: It cannot be written, or nothing in the service would show it.
    """
    if contract_of(spec) is not None:
        raise UnsupportedError("a value that depends on who asks, in the answers of a contract")
    if not any(grant.may for grant in spec.entities[entity].access) and not operations_on(spec).get(entity):
        raise UnsupportedError("a value that depends on who asks, of records that no request is about")
    _value(spec, entity, key, _before(entity))
