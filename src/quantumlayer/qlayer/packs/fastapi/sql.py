"""CEL to SQLAlchemy: conditions and values over the columns of a query."""

from collections.abc import Mapping
from dataclasses import dataclass

from quantumlayer.qlayer.packs.fastapi.aggregates import Aggregate, Question, aggregate_of, conjuncts, is_null
from quantumlayer.qlayer.packs.fastapi.code import Code, Level, Prelude, UnsupportedError
from quantumlayer.qlayer.packs.fastapi.python import Python
from quantumlayer.qlayer.packs.fastapi.roots import Loaded, Root
from quantumlayer.spec.cel import (
    BOOL,
    Binary,
    Call,
    CallerType,
    Checked,
    Expr,
    Ident,
    ListNode,
    Literal,
    Member,
    MemberKind,
    Nullable,
    RecordType,
    Scope,
    Select,
    Unary,
    children,
    compile_cel,
)
from quantumlayer.spec.model import Spec

_OPPOSITE = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
_ARITHMETIC = {"+": Level.SUM, "-": Level.SUM, "*": Level.PRODUCT}


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of one table in a query: of a model class, or bare names inside the class's own body."""

    entity: str
    bare: bool = False

    def column(self, name: str) -> str:
        """The source of a column."""
        return name if self.bare else f"{self.entity}.{name}"


class Sql:
    """Writes parts of one checked expression as SQLAlchemy expressions.

    Args:
        spec: The Spec, for derived values that must be spelled out.
        checked: The expression.
        columns: The variables that stand for rows of the query, by their CEL name.
        roots: The variables that are Python values when the query is made.
        deferred: Whether the query is made once and run many times (a column property), so that the clock must be
            asked anew each time.
        prelude: Takes statements that must run before; None where nothing can be awaited.
    """

    def __init__(
        self,
        spec: Spec,
        checked: Checked,
        columns: Mapping[str, Columns],
        roots: Mapping[str, Root],
        *,
        deferred: bool = False,
        prelude: Prelude | None = None,
    ) -> None:
        self._spec = spec
        self._checked = checked
        self._columns = columns
        self._roots = roots
        self._deferred = deferred
        self._prelude = prelude

    def conditions(self, expr: Expr | None = None) -> list[str]:
        """The conditions that all must hold, for `where`."""
        return [self._expr(part).text for part in conjuncts(expr or self._checked.expr)]

    def value(self, expr: Expr | None = None) -> Code:
        """The source of a value."""
        return self._expr(expr or self._checked.expr)

    def query(self, asked: Aggregate) -> str:
        """The statement that answers a question about a collection."""
        owner = self._owner_id(asked)
        inner = {**self._columns}
        parts = [f"{asked.entity}.{asked.via}_id == {owner}"]
        for variable, body, negative in asked.conditions:
            inner[variable] = Columns(asked.entity)
            writer = Sql(self._spec, self._checked, inner, self._roots, deferred=self._deferred, prelude=self._prelude)
            parts.extend([writer.negative(body).text] if negative else writer.conditions(body))
        if asked.question is Question.EXISTS:
            return f"select(exists().where({', '.join(parts)}))"
        if asked.question is Question.SUM and asked.value is not None:
            variable, body = asked.value
            inner[variable] = Columns(asked.entity)
            writer = Sql(self._spec, self._checked, inner, self._roots, deferred=self._deferred, prelude=self._prelude)
            what = f"func.coalesce(func.sum({writer.value(body).text}), 0)"
        else:
            what = f"func.count({asked.entity}.id)"
        return f"select({what}).where({', '.join(parts)})"

    def _owner_id(self, asked: Aggregate) -> str:
        if isinstance(asked.owner, Ident) and asked.owner.name in self._columns:
            columns = self._columns[asked.owner.name]
            if columns.entity == asked.entity:
                raise UnsupportedError("a collection of an entity within itself")
            return columns.column("id")
        return self._expr(asked.owner).text

    def negative(self, expr: Expr) -> Code:
        """The opposite of a condition."""
        match expr:
            case Unary(operator="!", operand=operand):
                return self._expr(operand)
            case Binary(operator="&&", left=left, right=right):
                return Code(f"or_({self.negative(left).text}, {self.negative(right).text})")
            case Binary(operator="||", left=left, right=right):
                return Code(f"and_({self.negative(left).text}, {self.negative(right).text})")
            case Binary(operator=operator, left=left, right=right) if operator in _OPPOSITE:
                return self._comparison(_OPPOSITE[operator], left, right)
        return Code(f"not_({self._expr(expr).text})")

    def _of_row(self, expr: Expr) -> bool:
        """Whether the value differs from row to row."""
        if isinstance(expr, Ident):
            return expr.name in self._columns
        return any(self._of_row(child) for child in children(expr))

    def _expr(self, expr: Expr) -> Code:
        asked = aggregate_of(expr, self._checked)
        if asked is not None and self._of_row(asked.owner):
            subquery = f"{self.query(asked)}.correlate_except({asked.entity}).scalar_subquery()"
            return Code(f"not_({subquery})") if asked.inverted else Code(subquery)
        if not self._of_row(expr):
            return self._constant(expr)
        match expr:
            case Ident(name=name):
                return Code(self._columns[name].column("id"))
            case Select():
                return self._select(expr)
            case Unary(operator="!", operand=operand):
                return self.negative(operand)
            case Binary():
                return self._binary(expr)
        message = f"`{_name(expr)}` over rows of a query"
        raise UnsupportedError(message)

    def _constant(self, expr: Expr) -> Code:
        """The same for every row: worked out in Python."""
        query = None if self._deferred else self.query
        code = Python(self._checked, self._roots, self._prelude, query).part(expr)
        if self._deferred and _calls(expr):
            return Code(f"at_execution(lambda: {code.text})")
        return code

    def _select(self, expr: Select) -> Code:
        member = self._checked.member_of(expr)
        if member is None:
            raise UnsupportedError("maps over rows of a query")
        if isinstance(expr.operand, Ident):
            return self._member(self._columns[expr.operand.name], member)
        kind = self._checked.type_of(expr.operand)
        entity = kind.item if isinstance(kind, Nullable) else kind
        if not isinstance(entity, RecordType):
            raise UnsupportedError("a record that is itself worked out")
        wanted = self._member(Columns(entity.entity), member).text
        link = self._expr(expr.operand).text
        return Code(f"select({wanted}).where({entity.entity}.id == {link}).scalar_subquery()")

    def _member(self, columns: Columns, member: Member) -> Code:
        if member.kind is MemberKind.RELATION:
            return Code(columns.column(f"{member.name}_id"))
        if member.kind is MemberKind.BACK:
            raise UnsupportedError("a record reached backwards, over rows of a query")
        if member.kind is MemberKind.DERIVED:
            derived = self._spec.entities[columns.entity].derived[member.name]
            if not derived.stored:
                inner = compile_cel(derived.cel, Scope.for_derived(self._spec, columns.entity))
                writer = Sql(self._spec, inner, {"this": columns}, self._roots, deferred=self._deferred)
                return Code(writer.value().at(Level.ATOM))
        return Code(columns.column(member.name))

    def _binary(self, expr: Binary) -> Code:
        match expr.operator:
            case "&&":
                return Code(f"and_({self._expr(expr.left).text}, {self._expr(expr.right).text})")
            case "||":
                return Code(f"or_({self._expr(expr.left).text}, {self._expr(expr.right).text})")
            case "in" if isinstance(expr.right, ListNode):
                items = ", ".join(self._expr(item).text for item in expr.right.items)
                return Code(f"{self._expr(expr.left).at(Level.ATOM)}.in_([{items}])")
            case operator if operator in _OPPOSITE:
                return self._comparison(operator, expr.left, expr.right)
            case operator if operator in _ARITHMETIC:
                level = _ARITHMETIC[operator]
                left = self._expr(expr.left).at(level)
                right = self._expr(expr.right).at(Level(level + 1) if operator == "-" else level)
                return Code(f"{left} {operator} {right}", level)
        message = f"`{expr.operator}` over rows of a query"
        raise UnsupportedError(message)

    def _comparison(self, operator: str, left: Expr, right: Expr) -> Code:
        if not self._of_row(left) and not self._of_row(right):
            raise UnsupportedError("a comparison that does not depend on the row")
        if is_null(left):
            left, right = right, left
        if is_null(right):
            return Code(f"{self._expr(left).at(Level.ATOM)}.{'is_' if operator == '==' else 'is_not'}(None)")
        if isinstance(right, Literal) and self._checked.type_of(right) == BOOL and operator in {"==", "!="}:
            wanted = right.value if operator == "==" else not right.value
            return Code(f"{self._expr(left).at(Level.ATOM)}.is_({wanted})")
        sides = self._expr(left).at(Level.SUM), self._expr(right).at(Level.SUM)
        return Code(f"{sides[0]} {operator} {sides[1]}", Level.COMPARE)


def _calls(expr: Expr) -> bool:
    return isinstance(expr, Call) or any(_calls(child) for child in children(expr))


def _name(expr: Expr) -> str:
    return expr.function if isinstance(expr, Call) else type(expr).__name__


def caller_root() -> Loaded:
    """The caller, as service functions know them."""
    return Loaded("caller")


def mentions_caller(checked: Checked) -> bool:
    """Whether the expression depends on who asks."""

    def mentioned(expr: Expr) -> bool:
        if isinstance(expr, Ident) and isinstance(checked.type_of(expr), CallerType):
            return True
        return any(mentioned(child) for child in children(expr))

    return mentioned(checked.expr)
