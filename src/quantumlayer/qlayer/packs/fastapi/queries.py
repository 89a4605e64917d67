"""The lists with a name of their own as functions and routes."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from quantumlayer.kit.identifiers import class_name
from quantumlayer.qlayer.packs.fastapi import access
from quantumlayer.qlayer.packs.fastapi.aggregates import is_null
from quantumlayer.qlayer.packs.fastapi.code import Level, Prelude, UnsupportedError, names_in
from quantumlayer.qlayer.packs.fastapi.columns import Columns
from quantumlayer.qlayer.packs.fastapi.fields import MAX_BIG, MAX_INT, FieldView
from quantumlayer.qlayer.packs.fastapi.python import Python
from quantumlayer.qlayer.packs.fastapi.roots import Loaded, caller_root
from quantumlayer.qlayer.packs.fastapi.sql import Sql, asking
from quantumlayer.spec.cel import (
    ANYONE,
    Binary,
    CelError,
    Checked,
    Expr,
    Ident,
    Nullable,
    Scope,
    Select,
    check,
    children,
    compile_cel,
    operands,
    walk,
)
from quantumlayer.spec.model import FieldType, Listing, Query, Spec
from quantumlayer.spec.naming import CLASSES, SUFFIXES, entity_names, route_name
from quantumlayer.spec.remember import remembered

PAGING = "Paging"
"""What a query without parameters is asked with."""

_SAME = frozenset({"caller", "takes", "timezone"})


@dataclass(frozen=True, slots=True)
class Parameter:
    """What callers give in the query string."""

    view: FieldView

    @property
    def alias(self) -> bool:
        """Whether the type needs a name of its own."""
        return self.view.alias is not None and self.view.field.type is not FieldType.INT

    @property
    def type(self) -> str:
        """The type, of a value that arrives as text."""
        field = self.view.field
        if field.type is not FieldType.INT:
            return self.view.query_type
        if field.one_of:
            return f"Annotated[{self.view.alias_value}, BeforeValidator(int)]"
        if field.min is None and field.max is None:
            return self.view.query_type
        largest = MAX_BIG if self.view.is_big else MAX_INT
        least = -largest - 1 if field.min is None else field.min
        return f"Annotated[int, Field(ge={least}, le={largest if field.max is None else field.max})]"

    @property
    def default(self) -> str | None:
        """The source of what stands where nothing is given; None where something must be."""
        return "None" if self.view.field.optional else self.view.literal_default


@dataclass(frozen=True, slots=True)
class QueryView:
    """A query in the words of the target.

    `conditions` hold for every row of the answer, and the `guarded` ones where the test before them passes.
    """

    name: str
    function: str
    route: str
    summary: str
    roles: tuple[str, ...]
    takes: tuple[Parameter, ...]
    query_class: str
    order: tuple[str, ...]
    before: tuple[str, ...]
    conditions: tuple[str, ...]
    guarded: tuple[tuple[str, tuple[str, ...]], ...]
    takes_caller: bool


def query_view(spec: Spec, name: str) -> QueryView:
    """The view of one query.

    Raises:
        UnsupportedError: Its condition cannot be written.
    """
    query = spec.queries[name]
    entity, names = spec.entities[query.of], entity_names(query.of)
    plain = f"{name}_{names.plural.strip('_')}"
    own_class = f"{class_name(plain)}Query"
    if own_class in _taken(spec):
        message = f"a query whose parameters would be called {own_class}, as another class is"
        raise UnsupportedError(message)
    own = query.takes or entity.list.page != Listing().page
    conditions = _Conditions(spec, name, query)
    lines = [*conditions.before, *conditions.always, *(part for test in conditions.guarded for part in test[1])]
    tests = [test for test, _ in conditions.guarded]
    return QueryView(
        name=name,
        function=f"list_{plain}",
        route=route_name(name),
        summary=_summary(name, query),
        roles=() if ANYONE in query.by else tuple(access.member(role) for role in spec.roles if role in query.by),
        takes=tuple(Parameter(FieldView(class_name(plain), key, item)) for key, item in query.takes.items()),
        query_class=own_class if own else PAGING,
        order=query.order or entity.list.order,
        before=tuple(conditions.before),
        conditions=tuple(conditions.always),
        guarded=tuple((test, tuple(parts)) for test, parts in conditions.guarded),
        takes_caller="caller" in names_in([*lines, *tests]),
    )


@remembered
def _taken(spec: Spec) -> frozenset[str]:
    of_entities = (f"{entity}{suffix}" for entity in spec.entities for suffix in ("", *SUFFIXES))
    return frozenset([*of_entities, *CLASSES])


def _summary(name: str, query: Query) -> str:
    if query.about:
        return query.about.rstrip(".")
    words = name.replace("_", " ").strip()
    many = entity_names(query.of).plural.strip("_").replace("_", " ")
    found = words if many in words else f"{many}: {words}"
    return found[0].upper() + found[1:]


class _Conditions:
    """The condition of a query as parts: those of every row, and those that count only where a test passes."""

    def __init__(self, spec: Spec, name: str, query: Query) -> None:
        if ANYONE in query.by and "caller" in names_in([query.where]):
            raise UnsupportedError("a condition on who a stranger is")
        self._spec, self._name, self._of = spec, name, query.of
        self._checked = compile_cel(query.where, Scope.for_query(spec, name))
        self._roots = {"caller": caller_root(), "takes": Loaded("query")}
        taken = {"caller", "session", "query", "statement", entity_names(query.of).plural, "total"}
        self._prelude = Prelude(taken=taken)
        self.always: list[str] = []
        self.guarded: list[tuple[str, list[str]]] = []
        for part in operands(self._checked.expr, "&&"):
            self._add(part)
        self.before = self._prelude.take()

    def _add(self, part: Expr) -> None:
        ways = _ways(part)
        asked = [way for way in ways if not self._of_row(way)]
        rest = [way for way in ways if self._of_row(way)]
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
        if any(self._may_miss(found, given) for found in self._same(expr)):
            raise UnsupportedError("an optional parameter without `takes.x == null || ...` before it")
        columns = {"this": Columns(self._of)}
        return Sql(self._spec, self._checked, columns, self._roots, prelude=self._prelude).conditions(expr)

    def _python(self, expr: Expr) -> Python:
        checked: Checked = replace(self._checked, expr=expr)
        return Python(checked, self._roots, self._prelude, asking(self._spec, self._prelude))

    def _same(self, expr: Expr) -> Iterator[Expr]:
        """The largest parts that are the same for every row."""
        if not self._of_row(expr):
            yield expr
            return
        for child in children(expr):
            yield from self._same(child)

    def _may_miss(self, expr: Expr, given: frozenset[str]) -> bool:
        """Whether a part has no value when a parameter is left out: a test elsewhere is no help to the database."""
        takes = self._spec.queries[self._name].takes
        missing = {
            node.field
            for node in walk(expr)
            if isinstance(node, Select) and isinstance(node.operand, Ident) and node.operand.name == "takes"
            if takes[node.field].optional and node.field not in given
        }
        if not missing:
            return False
        try:
            return isinstance(check(expr, self._checked.scope).type, Nullable)
        except CelError:
            return True

    def _of_row(self, expr: Expr) -> bool:
        if isinstance(expr, Ident):
            return expr.name not in _SAME
        return any(self._of_row(child) for child in children(expr))


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
