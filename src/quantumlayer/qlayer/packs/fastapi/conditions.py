"""A condition on rows as parts: those of every row, and those that count only where a parameter is given."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from quantumlayer.qlayer.packs.fastapi.aggregates import is_null
from quantumlayer.qlayer.packs.fastapi.code import Level, Prelude, UnsupportedError
from quantumlayer.qlayer.packs.fastapi.columns import Columns
from quantumlayer.qlayer.packs.fastapi.python import Python
from quantumlayer.qlayer.packs.fastapi.roots import Root
from quantumlayer.qlayer.packs.fastapi.sql import Sql, asking
from quantumlayer.spec.cel import (
    Binary,
    CelError,
    Checked,
    Expr,
    Ident,
    Nullable,
    Select,
    check,
    children,
    operands,
    walk,
)

_SAME = frozenset({"caller", "takes", "timezone"})


class Conditions:
    """The parts of a condition.

    `always` hold for every row of the answer, and the `guarded` ones where the test before them passes.

    Args:
        checked: The condition.
        columns: The variable that stands for the rows.
        roots: The variables that are the same for every row.
        optional: The parameters that may be left out.
        prelude: Takes the statements that must run before.
    """

    def __init__(
        self,
        checked: Checked,
        columns: Mapping[str, Columns],
        roots: Mapping[str, Root],
        optional: frozenset[str],
        prelude: Prelude,
    ) -> None:
        self._checked, self._columns, self._roots = checked, columns, roots
        self._optional, self._prelude = optional, prelude
        self.always: list[str] = []
        self.guarded: list[tuple[str, list[str]]] = []
        for part in operands(self._checked.expr, "&&"):
            self._add(part)

    @property
    def lines(self) -> list[str]:
        """Every source in it."""
        return [*self.always, *(line for test, parts in self.guarded for line in (test, *parts))]

    def _add(self, part: Expr) -> None:
        ways = _ways(part)
        asked = [way for way in ways if not of_row(way)]
        rest = [way for way in ways if of_row(way)]
        if not asked or not rest:
            self.always += self._sql(part)
            return
        tests = [self._python(way).opposite().at(Level.AND) for way in asked]
        joined = rest[0]
        for way in rest[1:]:
            joined = replace(part, left=joined, right=way) if isinstance(part, Binary) else joined
        self.guarded.append((" and ".join(tests), self._sql(joined, given=_given(asked))))

    def _sql(self, expr: Expr, given: frozenset[str] = frozenset()) -> list[str]:
        """The conditions on rows, where the parameters of these names are given."""
        if any(may_miss(found, self._checked, self._optional - given) for found in _same(expr)):
            raise UnsupportedError("an optional parameter without `takes.x == null || ...` before it")
        spec, there = self._checked.scope.spec, self._optional  # those that are not are refused above
        sql = Sql(spec, self._checked, self._columns, self._roots, prelude=self._prelude, given=there)
        return sql.conditions(expr)

    def _python(self, expr: Expr) -> Python:
        checked: Checked = replace(self._checked, expr=expr)
        return Python(checked, self._roots, self._prelude, asking(self._checked.scope.spec, self._prelude))


def of_row(expr: Expr) -> bool:
    """Whether the value differs from row to row."""
    if isinstance(expr, Ident):
        return expr.name not in _SAME
    return any(of_row(child) for child in children(expr))


def may_miss(expr: Expr, checked: Checked, optional: frozenset[str]) -> bool:
    """Whether a part has no value when a parameter is left out: a test elsewhere is no help to the database."""
    if not any(
        node.field in optional
        for node in walk(expr)
        if isinstance(node, Select) and isinstance(node.operand, Ident) and node.operand.name == "takes"
    ):
        return False
    try:
        return isinstance(check(expr, checked.scope).type, Nullable)
    except CelError:
        return True


def _same(expr: Expr) -> Iterator[Expr]:
    """The largest parts that are the same for every row."""
    if not of_row(expr):
        yield expr
        return
    for child in children(expr):
        yield from _same(child)


def _given(tests: list[Expr]) -> frozenset[str]:
    """The parameters that are given where none of the tests holds."""
    nulls = (test for test in tests if isinstance(test, Binary) and test.operator == "==")
    sides = ((one, other) for test in nulls for one, other in ((test.left, test.right), (test.right, test.left)))
    return frozenset(one.field for one, other in sides if isinstance(one, Select) and is_null(other))


def _ways(expr: Expr) -> list[Expr]:
    """The sides of a disjunction, however nested."""
    if isinstance(expr, Binary) and expr.operator == "||":
        return [*_ways(expr.left), *_ways(expr.right)]
    return [expr]
