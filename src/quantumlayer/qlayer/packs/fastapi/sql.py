"""CEL to SQLAlchemy: conditions and values over the columns of a query."""

from collections.abc import Iterable, Mapping

from quantumlayer.qlayer.packs.fastapi.absence import is_callers_record, may_both_miss
from quantumlayer.qlayer.packs.fastapi.aggregates import Aggregate, Question, aggregate_of, chained, is_null
from quantumlayer.qlayer.packs.fastapi.code import Code, Level, Prelude, UnsupportedError
from quantumlayer.qlayer.packs.fastapi.columns import Columns
from quantumlayer.qlayer.packs.fastapi.decimals import PLACES, is_measure, rounding
from quantumlayer.qlayer.packs.fastapi.functions import executed
from quantumlayer.qlayer.packs.fastapi.moments import Moments
from quantumlayer.qlayer.packs.fastapi.python import Python, QueryWriter
from quantumlayer.qlayer.packs.fastapi.roots import Root, column_name
from quantumlayer.spec.cel import (
    BOOL,
    DECIMAL,
    INT,
    STRING,
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
    Scope,
    Select,
    Unary,
    children,
    compile_cel,
    operands,
    walk,
)
from quantumlayer.spec.model import FieldType, Spec
from quantumlayer.spec.naming import entity_names
from quantumlayer.spec.validate.failures import shape

_OPPOSITE = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
_ARITHMETIC = {"+": Level.SUM, "-": Level.SUM, "*": Level.PRODUCT, "%": Level.PRODUCT}
_CLOCK = frozenset({"today", "now"})


class Sql:
    """Writes parts of one checked expression as SQLAlchemy expressions.

    Args:
        spec: The Spec, for derived values that must be spelled out.
        checked: The expression.
        columns: The variables that stand for rows of the query, by their CEL name.
        roots: The variables that are Python values when the query is made.
        deferred: Whether the query is made once and run many times (a column property), so that the clock must be
            asked anew each time.
        prelude: Takes statements that must run before; None where there is no place for any.
        given: The optional parameters that are there wherever these expressions are reached.
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
        given: frozenset[str] = frozenset(),
    ) -> None:
        self._spec, self._given = spec, given
        self._checked, self._columns = checked, columns
        self._roots = roots
        self._deferred = deferred
        self._prelude = prelude
        self.tables: set[str] = set()
        """The entities whose tables are looked into."""

    def conditions(self, expr: Expr | None = None) -> list[str]:
        """The conditions that all must hold, for `where`."""
        return [self._where(part).text for part in operands(expr or self._checked.expr, "&&")]

    def _where(self, expr: Expr) -> Code:
        """A condition on rows: what is unknown keeps a row out just as what is false does."""
        match expr:
            case Binary(operator="&&" | "||" as operator) if self._of_row(expr):
                return _joined(operator, (self._where(part) for part in operands(expr, operator)))
            case Binary(operator="==", left=left, right=right) if self._of_row(expr) and not (
                self._may_be_null(left) and self._may_be_null(right)
            ):
                return self._comparison("==", left, right, strict=False)
            case Binary(operator="in", right=ListNode()) if self._of_row(expr):
                return self._listed(expr)
        return self._expr(expr)

    def value(self, kind: FieldType | None = None) -> Code:
        """The source of the value, rounded half up where a field of the kind is."""
        code = self._kept(self._checked.expr)
        if kind not in PLACES or isinstance(self._checked.expr, Select):
            return code
        if rounding(self._checked, kind) is not None:
            return Code(f"func.round({code.text}, {PLACES[kind]}, type_=Numeric(18, {PLACES[kind]}))")
        # Without a type SQLite gives the places of whichever column comes first.
        return Code(f"type_coerce({code.text}, Numeric(18, {PLACES[kind]}))")

    def query(self, asked: Aggregate) -> str:
        """The statement that answers a question about a collection."""
        _, parts, inner = self._asked(asked)
        if asked.question is Question.EXISTS:
            return f"select(exists().where({', '.join(parts)}))"
        return f"select({inner}).where({', '.join(parts)})"

    def records(self, asked: Aggregate) -> str:
        """The statement that gives the records themselves, in the order of their ids."""
        rows, parts, _ = self._asked(asked)
        return f"select({rows.table}).where({', '.join(parts)}).order_by({rows.column('id')})"

    def _subquery(self, asked: Aggregate) -> Code:
        rows, parts, what = self._asked(asked)
        among = f".where({', '.join(parts)}).correlate_except({rows.table})"
        if asked.question is Question.EXISTS:
            return Code(f"not_(exists(){among})" if asked.inverted else f"exists(){among}")
        found = f"select({what}){among}.scalar_subquery()"
        return Code(f"{found} == 1", Level.COMPARE) if asked.question is Question.ONE else Code(found)

    def _asked(self, asked: Aggregate) -> tuple[Columns, list[str], str]:
        """The rows that are asked about, the conditions on them, and what is selected of them."""
        rows = self._rows(asked.entity)
        parts = [f"{rows.column(f'{asked.via}_id')} == {self._owner_id(asked.owner)}"]
        for variable, body, negative in asked.conditions:
            writer = self._over(variable, rows)
            parts.extend([writer.negative(body).text] if negative else writer.conditions(body))
        if asked.question is not Question.SUM or asked.value is None:
            return rows, parts, f"func.count({rows.column('id')})"
        variable, value = asked.value
        return rows, parts, f"func.coalesce(func.sum({self._over(variable, rows).part(value).text}), 0)"

    def _rows(self, entity: str) -> Columns:
        """The table of an entity; under another name when the query has it already."""
        self.tables.add(entity)
        if all(columns.entity != entity for columns in self._columns.values()):
            return Columns(entity)
        if self._prelude is None:
            raise UnsupportedError("a table that is compared with itself, in this place")
        names = entity_names(entity)
        return Columns(entity, self._prelude.fresh(f"other_{names.snake}", f"aliased({names.name})"))

    def _over(self, variable: str, rows: Columns) -> "Sql":
        return self._writer(self._checked, {**self._columns, variable: rows})

    def _writer(self, checked: Checked, columns: Mapping[str, Columns]) -> "Sql":
        writer = Sql(self._spec, checked, columns, self._roots, deferred=self._deferred, prelude=self._prelude)
        writer.tables = self.tables
        return writer

    def _owner_id(self, owner: Expr) -> str:
        if isinstance(owner, Ident) and owner.name in self._columns:
            return self._columns[owner.name].column("id")
        return self._expr(owner).at(Level.SUM)

    def negative(self, expr: Expr) -> Code:
        """The opposite of a condition."""
        match expr:
            case Unary(operator="!", operand=operand):
                return self._expr(operand)
            case Binary(operator="&&", left=left, right=right):
                return Code(f"or_({self.negative(left).text}, {self.negative(right).text})")
            case Binary(operator="||", left=left, right=right):
                return Code(f"and_({self.negative(left).text}, {self.negative(right).text})")
            case Binary(operator=operator, left=left, right=right) if operator in _OPPOSITE and self._of_row(expr):
                return self._comparison(_OPPOSITE[operator], left, right)
            case Literal(value=bool(value)):
                return Code("false()" if value else "true()")
        return Code(f"not_({self._expr(expr).text})")

    def part(self, expr: Expr) -> Code:
        """The source of one node of the expression."""
        return self._expr(expr)

    def _reckoned(self, expr: Select) -> Code:
        if is_measure(expr, self._checked):
            raise UnsupportedError("reckoning with a measurement of the type float, over rows of a query")
        return self._select(expr)

    def _kept(self, expr: Expr) -> Code:
        """A value to be read or compared, which a measurement can be; a database reckons it in binary fractions."""
        return self._select(expr) if isinstance(expr, Select) and self._of_row(expr) else self._expr(expr)

    def _of_row(self, expr: Expr) -> bool:
        """Whether the value differs from row to row."""
        if isinstance(expr, Ident):
            return expr.name in self._columns
        return any(self._of_row(child) for child in children(expr))

    def _expr(self, expr: Expr) -> Code:
        asked = aggregate_of(expr, self._checked)
        if asked is not None and (self._of_row(asked.owner) or (self._prelude is None and not self._deferred)):
            return self._subquery(asked)
        if not self._of_row(expr):
            return self._constant(expr)
        match expr:
            case Ident(name=name):
                return Code(self._columns[name].column("id"))
            case Select():
                return self._reckoned(expr)
            case Unary(operator="!", operand=operand):
                return self.negative(operand)
            case Unary(operand=operand):
                return Code(f"-{self._expr(operand).at(Level.SIGN)}", Level.SIGN)
            case Binary():
                return self._binary(expr)
            case Conditional(condition=condition, then=then, otherwise=otherwise):
                return Code(
                    f"case(({self._expr(condition).text}, {self._expr(then).text}), else_={self._expr(otherwise).text})"
                )
            case Call(function="min" | "max" as function, args=(one, other)) if self._checked.type_of(expr) != STRING:
                first, second = self._expr(one), self._expr(other)
                sign = "<" if function == "min" else ">"
                test = f"{first.at(Level.SUM)} {sign} {second.at(Level.SUM)}"
                return Code(f"case(({test}, {first.text}), else_={second.text})")
        message = f"`{expr.function if isinstance(expr, Call) else type(expr).__name__}` over rows of a query"
        raise UnsupportedError(message)

    def _constant(self, expr: Expr) -> Code:
        """The same for every row: worked out in Python."""
        if self._deferred:
            return self._deferred_constant(expr)
        query = None if self._prelude is None else asking(self._spec, self._prelude)
        code = Python(self._checked, self._roots, self._prelude, query).part(expr)
        return _condition(code, expr) if self._checked.type_of(expr) == BOOL else code

    def _deferred_constant(self, expr: Expr) -> Code:
        code = Python(self._checked, self._roots).part(expr)
        kind = self._checked.type_of(expr)
        if any(isinstance(node, Call) and node.function in _CLOCK for node in walk(expr)):
            return executed(code, kind)
        return _condition(code, expr) if kind == BOOL else code

    def _select(self, expr: Select) -> Code:
        member = self._checked.member_of(expr)
        if member is None:
            raise UnsupportedError("maps over rows of a query")
        if isinstance(expr.operand, Ident):
            return self._member(self._columns[expr.operand.name], member)
        reached, entity = self._reached(expr.operand)
        rows = self._rows(entity)
        if reached.kind is MemberKind.BACK:
            link = f"{rows.column(f'{reached.via}_id')} == {self._back_owner(expr.operand)}"
        else:
            link = f"{rows.column('id')} == {self._expr(expr.operand).at(Level.SUM)}"
        wanted = self._member(rows, member).text
        return Code(f"select({wanted}).where({link}).correlate_except({rows.table}).scalar_subquery()")

    def _reached(self, expr: Expr) -> tuple[Member, str]:
        """How a record is reached, and its entity."""
        member = self._checked.member_of(expr) if isinstance(expr, Select) else None
        kind = self._checked.type_of(expr)
        kind = kind.item if isinstance(kind, Nullable) else kind
        if member is None or not isinstance(kind, RecordType):
            raise UnsupportedError("a record that is itself worked out")
        return member, kind.entity

    def _back_owner(self, expr: Expr) -> str:
        return self._owner_id(expr.operand) if isinstance(expr, Select) else ""

    def _member(self, columns: Columns, member: Member) -> Code:
        if member.kind is MemberKind.RELATION:
            return Code(columns.column(f"{member.name}_id"))
        if member.kind is MemberKind.BACK:
            raise UnsupportedError("a record reached backwards, over rows of a query")
        if member.kind is MemberKind.DERIVED:
            derived = self._spec.entities[columns.entity].derived[member.name]
            if not derived.stored:
                inner = compile_cel(derived.cel, Scope.for_derived(self._spec, columns.entity))
                return Code(self._writer(inner, {"this": columns}).value(derived.type).at(Level.ATOM))
        return Code(columns.column(column_name(member)))

    def _binary(self, expr: Binary) -> Code:
        match expr.operator:
            case "&&" | "||" as operator:
                return _joined(operator, (self._expr(part) for part in operands(expr, operator)))
            case "in" if isinstance(expr.right, ListNode):
                listed = self._listed(expr)
                there = f"{self._expr(expr.left).at(Level.ATOM)}.is_not(None)"
                return Code(f"and_({there}, {listed.text})") if self._may_be_null(expr.left) else listed
            case operator if operator in _OPPOSITE:
                return self._comparison(operator, expr.left, expr.right)
        return self._arithmetic(expr)

    def _listed(self, expr: Binary) -> Code:
        items = expr.right.items if isinstance(expr.right, ListNode) else ()
        if any(isinstance(self._checked.type_of(item), Nullable) or is_null(item) for item in items):
            raise UnsupportedError("a list with values that may be null, over rows of a query")
        if not self._of_row(expr.left):
            same = (self._comparison("==", item, expr.left).text for item in items)
            return Code(f"or_({', '.join(same)})")
        listed = ", ".join(self._expr(item).text for item in items)
        return Code(f"{self._kept(expr.left).at(Level.ATOM)}.in_([{listed}])")

    def _arithmetic(self, expr: Binary) -> Code:
        operator, kind = expr.operator, self._checked.type_of(expr)
        if kind not in {INT, DECIMAL}:
            message = f"`{operator}` on values other than numbers, over rows of a query"
            raise UnsupportedError(message)
        if operator in {"/", "%"} and not self._divides(expr):
            raise UnsupportedError("a division that may be by zero, over rows of a query")
        if operator == "/":  # both databases cut the quotient of whole numbers, which SQLAlchemy calls //
            operator = "/" if kind == DECIMAL else "//"
        level = _ARITHMETIC.get(operator, Level.PRODUCT)
        left = self._expr(expr.left).at(level)
        right = self._expr(expr.right).at(level if chained(expr) else Level(level + 1))
        return Code(f"{left} {operator} {right}", level)

    def _divides(self, expr: Binary) -> bool:
        """Whether the divisor is not 0, or `case` looks at it first: beside `and_` a database may begin anywhere."""
        if isinstance(expr.right, Literal) and expr.right.value:
            return True
        divisor = shape(expr.right)
        choices = [node for node in walk(self._checked.expr) if isinstance(node, Conditional)]
        return any(
            any(shape(tested) == divisor for tested in walk(choice.condition))
            and any(expr in walk(branch) for branch in (choice.then, choice.otherwise))
            for choice in choices
        )

    def _comparison(self, operator: str, left: Expr, right: Expr, *, strict: bool = True) -> Code:
        """True or false; where it need not be `strict`, unknown instead of false."""
        if is_null(left):
            left, right = right, left
        if is_null(right):
            return self._compared_with_null(operator, left)
        if isinstance(right, Literal) and self._checked.type_of(right) == BOOL and operator in {"==", "!="}:
            if operator == "!=" and self._may_be_null(left):
                return Code(f"{self._expr(left).at(Level.ATOM)}.is_not({right.value})")
            wanted = right.value if operator == "==" else not right.value
            return Code(f"{self._expr(left).at(Level.ATOM)}.is_({wanted})")
        if operator not in {"==", "!="} and self._checked.type_of(left) == STRING:
            raise UnsupportedError("the order of texts, over rows of a query")
        python = Python(self._checked, self._roots)
        moments = Moments(self._checked, self._of_row, self._expr, python, self._deferred)
        if (other_form := moments.comparison(operator, left, right)) is not None:
            return other_form
        one, other = self._kept(left), self._kept(right)
        if may_both_miss(left, right, self._checked):
            one, other = (
                code if is_callers_record(side, self._checked) else Code(f"func.coalesce({code.text}, 0)")
                for code, side in ((one, left), (other, right))
            )
        elif (strict or operator == "!=") and (self._may_be_null(left) or self._may_be_null(right)):
            if not self._of_row(left):
                one, other = other, one
            differs = "is_distinct_from" if operator == "!=" else "is_not_distinct_from"
            return Code(f"{one.at(Level.ATOM)}.{differs}({other.text})")
        compared = Code(f"{one.at(Level.SUM)} {operator} {other.at(Level.SUM)}", Level.COMPARE)
        return self._where_there(operator, compared, (one, left), (other, right))

    def _where_there(self, operator: str, compared: Code, *sides: tuple[Code, Expr]) -> Code:
        """A comparison of order that is false where a value is missing: SQLAlchemy refuses to order by None."""
        missing = [code for code, side in sides if operator not in {"==", "!="} and self._may_miss(side)]
        there = " and ".join(f"{code.at(Level.COMPARE)} is not None" for code in missing)
        return Code(f"({compared.text} if {there} else false())") if missing else compared

    def _may_miss(self, expr: Expr) -> bool:
        """Whether a value that is the same for every row can be missing where nothing else is asked."""
        match expr:
            case Select(operand=Ident(name="takes"), field=name) if name in self._given:
                return False
        member = self._checked.member_of(expr) if isinstance(expr, Select) and not self._of_row(expr) else None
        return member is not None and isinstance(member.type, Nullable)

    def _compared_with_null(self, operator: str, expr: Expr) -> Code:
        member = self._checked.member_of(expr) if isinstance(expr, Select) else None
        if member is not None and member.kind is MemberKind.BACK:
            rows = self._rows(member.source)
            link = f"{rows.column(f'{member.via}_id')} == {self._back_owner(expr)}"
            there = f"exists().where({link}).correlate_except({rows.table})"
            return Code(f"not_({there})" if operator == "==" else there)
        return Code(f"{self._kept(expr).at(Level.ATOM)}.{'is_' if operator == '==' else 'is_not'}(None)")

    def _may_be_null(self, expr: Expr) -> bool:
        return self._of_row(expr) and isinstance(self._checked.type_of(expr), Nullable)


def asking(spec: Spec, prelude: Prelude) -> QueryWriter:
    """Writes the statements that answer questions about collections of loaded records."""
    return lambda checked, roots, asked: Sql(spec, checked, {}, roots, prelude=prelude).query(asked)


def _condition(code: Code, expr: Expr) -> Code:
    """A truth value that is the same for every row, as SQL has it."""
    if isinstance(expr, Literal):
        return Code("true()" if expr.value else "false()")
    return Code(f"(true() if {code.at(Level.OR)} else false())")


def _joined(operator: str, parts: Iterable[Code]) -> Code:
    function = "and_" if operator == "&&" else "or_"
    return Code(f"{function}({', '.join(part.text for part in parts)})")
