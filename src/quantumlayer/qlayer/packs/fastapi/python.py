"""CEL to Python: conditions and values over loaded records."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from quantumlayer.qlayer.packs.fastapi.aggregates import Aggregate, Question, aggregate_of, is_null
from quantumlayer.qlayer.packs.fastapi.code import Code, Level, Prelude, UnsupportedError
from quantumlayer.spec.cel import (
    DATE,
    DECIMAL,
    INT,
    STRING,
    TIMESTAMP,
    Binary,
    Call,
    Checked,
    Conditional,
    Expr,
    Ident,
    ListNode,
    Literal,
    Member,
    MemberKind,
    Nullable,
    RecordType,
    Select,
    Type,
    Unary,
)
from quantumlayer.spec.naming import entity_names

_COMPARISONS = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
_IDENTITY = {"==": "is", "!=": "is not"}
_ARITHMETIC = {"+": Level.SUM, "-": Level.SUM, "*": Level.PRODUCT}
_CLOCK_PARTS = {
    "getHours": "hour",
    "getMinutes": "minute",
    "getSeconds": "second",
    "getFullYear": "year",
    "getDate": "day",
}
_METHODS = {"startsWith": "startswith", "endsWith": "endswith"}
_UNITS = {"days", "hours", "minutes"}


class Root(Protocol):
    """Where the members of a variable such as `this` are found in Python."""

    def value(self, name: str) -> str:
        """The source of a column's or property's value."""
        ...

    @property
    def variable(self) -> str:
        """The loaded record itself."""
        ...


@dataclass(frozen=True, slots=True)
class Loaded:
    """A record in a variable."""

    variable: str

    def value(self, name: str) -> str:
        """An attribute of the record."""
        return f"{self.variable}.{name}"


@dataclass(frozen=True, slots=True)
class Values:
    """A record that is being put together: some of its values have a source of their own."""

    sources: Mapping[str, str]

    @property
    def variable(self) -> str:
        """There is none yet."""
        raise UnsupportedError("the record itself before it is made")

    def value(self, name: str) -> str:
        """The source of a value."""
        if name not in self.sources:
            message = f"`this.{name}` before the record is made"
            raise UnsupportedError(message)
        return self.sources[name]


QueryWriter = Callable[[Aggregate], str]


class Python:
    """Writes one checked expression as Python.

    Args:
        checked: The expression.
        roots: The variables it may use, by their CEL name.
        prelude: Takes the statements that load records and count rows; None where nothing can be awaited.
        query: Writes the statement that answers a question about a collection.
    """

    def __init__(
        self,
        checked: Checked,
        roots: Mapping[str, Root],
        prelude: Prelude | None = None,
        query: QueryWriter | None = None,
    ) -> None:
        self._checked = checked
        self._roots = roots
        self._prelude = prelude
        self._query = query

    def opposite(self) -> Code:
        """The source of the condition's opposite."""
        return self._not(self._checked.expr)

    def value(self) -> str:
        """The source of the value."""
        return self._expr(self._checked.expr).text

    def part(self, expr: Expr) -> Code:
        """The source of one node of the expression."""
        return self._expr(expr)

    def _expr(self, expr: Expr) -> Code:
        asked = aggregate_of(expr, self._checked)
        if asked is not None:
            return self._answer(asked)
        if isinstance(expr, Literal | Ident | Select):
            return self._leaf(expr)
        match expr:
            case Unary(operator="!", operand=operand):
                return self._not(operand)
            case Unary(operand=operand):
                return Code(f"-{self._expr(operand).at(Level.SIGN)}", Level.SIGN)
            case Binary():
                return self._binary(expr)
            case Conditional():
                return self._conditional(expr)
            case ListNode(items=items):
                return Code(f"[{', '.join(self._expr(item).text for item in items)}]")
            case Call():
                return self._call(expr)
        message = f"`{type(expr).__name__}` in this place"
        raise UnsupportedError(message)

    def _leaf(self, expr: Literal | Ident | Select) -> Code:
        match expr:
            case Literal(value=value):
                return Code(literal(value))
            case Ident(name=name):
                return self._ident(name, expr)
            case Select():
                return self._select(expr)

    def _ident(self, name: str, expr: Expr) -> Code:
        if name == "timezone":
            return Code("TIMEZONE")
        if isinstance(self._checked.type_of(expr), RecordType):
            return Code(self._roots[name].value("id"))
        return Code(self._roots[name].variable)

    def _select(self, expr: Select) -> Code:
        member = self._checked.member_of(expr)
        if member is None:
            raise UnsupportedError("maps")
        if member.kind is MemberKind.CALLER:
            return self._of_caller(member)
        if member.kind is MemberKind.BACK:
            raise UnsupportedError("a record reached backwards, as a value")
        name = f"{member.name}_id" if member.kind is MemberKind.RELATION else member.name
        return Code(self._owner(expr.operand).value(name))

    def _of_caller(self, member: Member) -> Code:
        caller = self._roots["caller"]
        if member.name in {"id", "role"}:
            return Code(caller.value(member.name))
        return Code(caller.value(f"{member.name}_id"))

    def _owner(self, expr: Expr) -> Root:
        """The record whose member is selected, loaded when it is not there yet."""
        if isinstance(expr, Ident):
            return self._roots[expr.name]
        if not isinstance(expr, Select) or self._prelude is None:
            raise UnsupportedError("a record reached through another one, in this place")
        member = self._checked.member_of(expr)
        kind = self._checked.type_of(expr)
        entity = kind.item if isinstance(kind, Nullable) else kind
        if member is None or not isinstance(entity, RecordType):
            raise UnsupportedError("a record that is itself worked out")
        return Loaded(self._loaded(expr, member, entity.entity))

    def _loaded(self, expr: Select, member: Member, entity: str) -> str:
        if self._prelude is None:
            raise UnsupportedError("a record reached through another one, in this place")
        names = entity_names(entity)
        if member.kind is MemberKind.BACK:
            owner = self._owner(expr.operand).value("id")
            found = f"await session.scalar(select({entity}).where({entity}.{member.via}_id == {owner}))"
            return self._prelude.variable(names.snake, found)
        source = self._select(expr).text
        if isinstance(member.type, Nullable) and member.kind is MemberKind.RELATION:
            return self._prelude.variable(names.snake, f"await session.get({entity}, {source} or 0)")
        return self._prelude.variable(names.snake, f"await session.get_one({entity}, {source})")

    def _not(self, expr: Expr) -> Code:
        match expr:
            case Unary(operator="!", operand=operand):
                return self._expr(operand)
            case Binary(operator="&&", left=left, right=right):
                return Code(f"{self._not(left).at(Level.OR)} or {self._not(right).at(Level.OR)}", Level.OR)
            case Binary(operator="||", left=left, right=right):
                return Code(f"{self._not(left).at(Level.AND)} and {self._not(right).at(Level.AND)}", Level.AND)
            case Binary(operator=operator) if operator in _COMPARISONS:
                opposite = _COMPARISONS[operator]
                return self._comparison(opposite, expr.left, expr.right)
            case Binary(operator="in"):
                return self._membership(expr, "not in")
            case Literal(value=bool(value)):
                return Code(str(not value))
        return Code(f"not {self._expr(expr).at(Level.NOT)}", Level.NOT)

    def _binary(self, expr: Binary) -> Code:
        match expr.operator:
            case "&&":
                return Code(
                    f"{self._expr(expr.left).at(Level.AND)} and {self._expr(expr.right).at(Level.AND)}", Level.AND
                )
            case "||":
                return Code(f"{self._expr(expr.left).at(Level.OR)} or {self._expr(expr.right).at(Level.OR)}", Level.OR)
            case "in":
                return self._membership(expr, "in")
            case operator if operator in _COMPARISONS:
                return self._comparison(operator, expr.left, expr.right)
            case operator if operator in _ARITHMETIC:
                level = _ARITHMETIC[operator]
                left = self._expr(expr.left).at(level)
                right = self._expr(expr.right).at(Level(level + 1) if operator == "-" else level)
                return Code(f"{left} {operator} {right}", level)
            case "/" if DECIMAL in {self._checked.type_of(expr.left), self._checked.type_of(expr.right)}:
                above, below = self._expr(expr.left), self._expr(expr.right)
                return Code(f"{above.at(Level.PRODUCT)} / {below.at(Level.SIGN)}", Level.PRODUCT)
        message = f"`{expr.operator}` on whole numbers"
        raise UnsupportedError(message)

    def _comparison(self, operator: str, left: Expr, right: Expr) -> Code:
        if is_null(left):
            left, right = right, left
        if is_null(right):
            return self._compared_with_null(operator, left)
        if operator in _IDENTITY and (role := self._role(left, right)) is not None:
            return Code(f"{self._roots['caller'].value('role')} {_IDENTITY[operator]} {role}", Level.COMPARE)
        sides = self._expr(left).at(Level.SUM), self._expr(right).at(Level.SUM)
        return Code(f"{sides[0]} {operator} {sides[1]}", Level.COMPARE)

    def _compared_with_null(self, operator: str, expr: Expr) -> Code:
        """A record reached backwards is looked up first; a caller without a record has the id 0 there."""
        member = self._checked.member_of(expr) if isinstance(expr, Select) else None
        source = self._expr(expr).at(Level.SUM) if member is None or member.kind is not MemberKind.BACK else ""
        if isinstance(expr, Select) and member is not None:
            if member.kind is MemberKind.CALLER:
                return Code(f"{source} {operator} 0", Level.COMPARE)
            kind = self._checked.type_of(expr)
            entity = kind.item if isinstance(kind, Nullable) else kind
            if member.kind is MemberKind.BACK and isinstance(entity, RecordType):
                source = self._loaded(expr, member, entity.entity)
        return Code(f"{source} {_IDENTITY[operator]} None", Level.COMPARE)

    def _role(self, left: Expr, right: Expr) -> str | None:
        """`caller.role == 'patient'` as an enumeration's member."""
        for side, other in ((left, right), (right, left)):
            if isinstance(side, Select) and isinstance(other, Literal):
                member = self._checked.member_of(side)
                if member is not None and member.kind is MemberKind.CALLER and member.name == "role":
                    return f"Role.{str(other.value).upper()}"
        return None

    def _membership(self, expr: Binary, operator: str) -> Code:
        item = self._expr(expr.left).at(Level.SUM)
        if isinstance(expr.right, ListNode) and all(isinstance(part, Literal) for part in expr.right.items):
            values = ", ".join(self._expr(part).text for part in expr.right.items)
            return Code(f"{item} {operator} {{{values}}}", Level.COMPARE)
        return Code(f"{item} {operator} {self._expr(expr.right).at(Level.SUM)}", Level.COMPARE)

    def _conditional(self, expr: Conditional) -> Code:
        condition = self._expr(expr.condition).at(Level.OR)
        then, otherwise = self._expr(expr.then).at(Level.OR), self._expr(expr.otherwise).at(Level.CHOICE)
        return Code(f"{then} if {condition} else {otherwise}", Level.CHOICE)

    def _answer(self, asked: Aggregate) -> Code:
        if self._prelude is None or self._query is None:
            raise UnsupportedError("a collection in this place")
        names = entity_names(asked.entity)
        name = {
            Question.COUNT: f"{names.table}_count",
            Question.EXISTS: f"has_{names.plural}",
            Question.SUM: f"{names.table}_sum",
        }[asked.question]
        variable = self._prelude.variable(name, f"(await session.scalars({self._query(asked)})).one()")
        return Code(f"not {variable}", Level.NOT) if asked.inverted else Code(variable)

    def _call(self, expr: Call) -> Code:
        if expr.target is not None:
            return self._method(expr, expr.target)
        args = [self._expr(arg).text for arg in expr.args]
        name = expr.function
        if name in _UNITS and len(args) == 1:
            return Code(f"timedelta({name}={args[0]})")
        if name in {"today", "now", "min", "max", "days_between", "add_months", "time_of_day"}:
            return Code(f"{name}({', '.join(args)})")
        if name == "size":
            return Code(f"len({args[0]})")
        if name == "string" and self._checked.type_of(expr.args[0]) in {INT, STRING, DECIMAL}:
            return Code(f"str({args[0]})")
        message = f"`{name}`"
        raise UnsupportedError(message)

    def _method(self, expr: Call, target: Expr) -> Code:
        held: Type = self._checked.type_of(target)
        source = self._expr(target).at(Level.ATOM)
        args = [self._expr(arg).text for arg in expr.args]
        if expr.function in _METHODS:
            return Code(f"{source}.{_METHODS[expr.function]}({args[0]})")
        if expr.function == "contains":
            return Code(f"{self._expr(expr.args[0]).at(Level.SUM)} in {source}", Level.COMPARE)
        if expr.function == "matches":
            return Code(f"re.search({args[0]}, {source}) is not None", Level.COMPARE)
        if expr.function == "size":
            return Code(f"len({source})")
        if held == TIMESTAMP:
            zone = args[0] if args else "UTC"
            zone = zone if zone in {"TIMEZONE", "UTC"} else f"ZoneInfo({zone})"
            return self._clock(expr.function, f"{source}.astimezone({zone})")
        if held == DATE:
            return self._clock(expr.function, source)
        message = f"`.{expr.function}()`"
        raise UnsupportedError(message)

    def _clock(self, function: str, local: str) -> Code:
        if function in _CLOCK_PARTS:
            return Code(f"{local}.{_CLOCK_PARTS[function]}")
        if function == "getDayOfWeek":
            return Code(f"{local}.isoweekday() % 7", Level.PRODUCT)
        if function == "getMonth":
            return Code(f"{local}.month - 1", Level.SUM)
        message = f"`.{function}()`"
        raise UnsupportedError(message)


def literal(value: object) -> str:
    """The Python source of a constant."""
    if isinstance(value, Decimal):
        return f'Decimal("{value}")'
    return repr(value)
