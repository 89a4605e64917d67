"""CEL to Python: conditions and values over loaded records."""

from collections.abc import Callable, Mapping

from quantumlayer.kit.identifiers import safe
from quantumlayer.qlayer.packs.fastapi.absence import is_callers_record, may_both_miss, reads_of
from quantumlayer.qlayer.packs.fastapi.aggregates import (
    Aggregate,
    Question,
    aggregate_of,
    chained,
    is_null,
    touches_relations,
)
from quantumlayer.qlayer.packs.fastapi.code import Code, Level, Prelude, UnsupportedError, either, literal
from quantumlayer.qlayer.packs.fastapi.decimals import PLACES, exact, is_measure, never_negative, rounding
from quantumlayer.qlayer.packs.fastapi.functions import OF_LISTS, called, is_days, method, of_list
from quantumlayer.qlayer.packs.fastapi.roots import Changing, Loaded, Root
from quantumlayer.spec.cel import (
    DATE,
    DECIMAL,
    INT,
    Binary,
    Call,
    Checked,
    Comprehension,
    Conditional,
    Expr,
    Ident,
    Index,
    ListNode,
    ListType,
    Literal,
    Macro,
    MapNode,
    Member,
    MemberKind,
    Nullable,
    RecordType,
    Scope,
    Select,
    Unary,
    compile_cel,
)
from quantumlayer.spec.model import FieldType
from quantumlayer.spec.naming import entity_names

_COMPARISONS = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
_IDENTITY = {"==": "is", "!=": "is not"}
_AMBIGUOUS = frozenset({"l", "O", "I"})  # they look like digits
_ARITHMETIC = {"+": Level.SUM, "-": Level.SUM, "*": Level.PRODUCT}

QueryWriter = Callable[[Checked, Mapping[str, Root], Aggregate], str]
"""Writes the statement that answers a question which an expression asks of a collection."""


class Python:
    """Writes one checked expression as Python.

    Args:
        checked: The expression.
        roots: The variables it may use, by their CEL name.
        prelude: Takes the statements that load records and count rows; None where nothing can be awaited.
        query: Writes statements; None where nothing can be awaited.
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

    def value(self, kind: FieldType | None = None) -> str:
        """The source of the value; for a field of the kind it is a decimal, and rounded, where the field is."""
        expr = self._checked.expr
        if kind is FieldType.FLOAT:
            return (self._raw(expr) if is_measure(expr, self._checked) else self._rounded(expr, "float({})")).text
        if kind not in PLACES:
            return self._expr(expr).text
        rounded = rounding(self._checked, kind)
        if rounded is None:
            return self._decimal(expr).text
        return self._rounded(expr, rounded).text

    def _rounded(self, expr: Expr, call: str) -> Code:
        """A value with a call around it that rounds; null is left alone."""
        if is_null(expr):
            return Code("None")
        if not isinstance(self._checked.type_of(expr), Nullable):
            return Code(call.format(self._decimal(expr).text))
        if isinstance(expr, Conditional):
            condition = self._expr(expr.condition).at(Level.OR)
            then, otherwise = self._rounded(expr.then, call), self._rounded(expr.otherwise, call)
            return Code(f"{then.at(Level.OR)} if {condition} else {otherwise.at(Level.CHOICE)}", Level.CHOICE)
        raw = self._raw(expr)
        source = f"Decimal(str({raw.text}))" if is_measure(expr, self._checked) else raw.text
        return Code(f"None if {raw.at(Level.SUM)} is None else {call.format(source)}", Level.CHOICE)

    def _raw(self, expr: Expr) -> Code:
        """A value as it is kept."""
        return self._select(expr) if isinstance(expr, Select) else self._expr(expr)

    def part(self, expr: Expr) -> Code:
        """The source of one node of the expression."""
        return self._expr(expr)

    def _expr(self, expr: Expr) -> Code:
        asked = aggregate_of(expr, self._checked)
        if asked is not None and (answer := self._answer(asked)) is not None:
            return answer
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
            case Call():
                return self._call(expr)
        return self._several(expr)

    def _several(self, expr: ListNode | MapNode | Index | Comprehension) -> Code:
        """Lists and maps, and what is taken of them."""
        match expr:
            case ListNode(items=items):
                return Code(f"[{', '.join(self._expr(item).text for item in items)}]")
            case MapNode(entries=entries):
                pairs = (f"{self._expr(key).text}: {self._expr(value).text}" for key, value in entries)
                return Code(f"{{{', '.join(pairs)}}}")
            case Index(operand=operand, index=index):
                return Code(f"{self._expr(operand).at(Level.ATOM)}[{self._expr(index).text}]")
            case Comprehension():
                return self._comprehension(expr)

    def _comprehension(self, expr: Comprehension) -> Code:
        items = self._expr(expr.range).at(Level.OR)
        taken = {root.variable for root in self._roots.values() if isinstance(root, Loaded)}
        variable = "item" if expr.variable in _AMBIGUOUS else safe(expr.variable)
        variable = f"{variable}_" if variable in taken else variable
        inner = Python(self._checked, {**self._roots, expr.variable: Loaded(variable)})
        each = f"for {variable} in {items}"
        if expr.where is not None:
            each += f" if {inner.part(expr.where).at(Level.OR)}"
        body = inner.part(expr.body)
        match expr.kind:
            case Macro.MAP:
                return Code(f"[{body.text} {each}]")
            case Macro.FILTER:
                return Code(f"[{variable} {each} if {body.at(Level.OR)}]")
            case Macro.EXISTS_ONE:
                return Code(f"sum({body.text} {each}) == 1", Level.COMPARE)
        return Code(f"{'all' if expr.kind is Macro.ALL else 'any'}({body.text} {each})")

    def _decimal(self, expr: Expr) -> Code:
        """A number as a decimal: Python's types keep whole numbers apart."""
        if self._checked.type_of(expr) == INT:
            if isinstance(expr, Literal):
                return Code(f'Decimal("{expr.value}")')
            return Code(f"Decimal({self._expr(expr).text})")
        return self._expr(expr)

    def _leaf(self, expr: Literal | Ident | Select) -> Code:
        match expr:
            case Literal(value=value):
                return Code(literal(value))
            case Ident(name=name):
                return self._ident(name, expr)
            case Select():
                return exact(self._select(expr), expr, self._checked)

    def _ident(self, name: str, expr: Expr) -> Code:
        if name == "timezone":
            return Code("TIMEZONE")
        if isinstance(self._checked.type_of(expr), RecordType):
            return Code(self._roots[name].value("id"))
        return Code(self._roots[name].variable)

    def _select(self, expr: Select) -> Code:
        member = self._checked.member_of(expr)
        if member is None:
            return Code(f"{self._expr(expr.operand).at(Level.ATOM)}[{expr.field!r}]")
        if member.kind is MemberKind.CALLER:
            return self._of_caller(member)
        if member.kind is MemberKind.BACK:
            return self._behind(expr, member)
        if member.kind is MemberKind.DERIVED and isinstance(expr.operand, Ident):
            root = self._roots[expr.operand.name]
            if isinstance(root, Changing) and (code := self._spelled_out(root, expr)) is not None:
                return code
        name = f"{member.name}_id" if member.kind is MemberKind.RELATION else member.name
        return Code(self._owner(expr.operand).value(name))

    def _behind(self, expr: Select, member: Member) -> Code:
        """The records that point here, or the only one's id."""
        if not isinstance(member.type, ListType):
            raise UnsupportedError("a record reached backwards, as a value")
        if self._prelude is None:
            raise UnsupportedError("a collection in this place")
        names = entity_names(member.source)
        owner = self._owner(expr.operand).value("id")
        condition = f"{names.name}.{member.via}_id == {owner}"
        ordered = f"select({names.name}).where({condition}).order_by({names.name}.id)"
        found = f"(await session.scalars({ordered})).all()"
        return Code(self._prelude.variable(names.plural, found))

    def _spelled_out(self, root: Changing, expr: Select) -> Code | None:
        """A derived value that the database works out, of a record that it does not have as it is now."""
        owner = self._checked.type_of(expr.operand)
        if not isinstance(owner, RecordType):
            return None
        scope = Scope.for_derived(self._checked.scope.spec, owner.entity)
        derived = scope.spec.entities[owner.entity].derived[expr.field]
        inner = compile_cel(derived.cel, scope)
        if expr.field in root.still or derived.stored or not touches_relations(inner) or self._query is None:
            return None
        value = Python(inner, {"this": root}, self._prelude, self._query).value(derived.type)
        return Code(value, Level.ATOM if value.isidentifier() else Level.CHOICE)

    def _of_caller(self, member: Member) -> Code:
        own = member.name if member.name in {"id", "role"} else f"{member.name}_id"
        return Code(self._roots["caller"].value(own))

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
            found = f"await session.scalar(select({names.name}).where({names.name}.{member.via}_id == {owner}))"
            return self._prelude.variable(names.snake, found)
        source = self._select(expr).text
        if isinstance(member.type, Nullable):
            wanted = source if member.kind is MemberKind.CALLER else f"{source} or 0"
            return self._prelude.variable(names.snake, f"await session.get({names.name}, {wanted})")
        return self._prelude.variable(names.snake, f"await session.get_one({names.name}, {source})")

    def _not(self, expr: Expr) -> Code:
        match expr:
            case Unary(operator="!", operand=operand):
                return self._expr(operand)
            case Binary(operator="&&", left=left, right=right):
                return either(self._not(left), self._not(right))
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
                return either(self._expr(expr.left), self._expr(expr.right))
            case "in":
                return self._membership(expr, "in")
            case operator if operator in _COMPARISONS:
                return self._comparison(operator, expr.left, expr.right)
            case operator if operator in _ARITHMETIC:
                level = _ARITHMETIC[operator]
                left = self._expr(expr.left).at(level)
                if operator == "-" and self._checked.type_of(expr) == DATE and not is_days(expr.right):
                    # Python would cut the hours off before it goes back, not after.
                    return Code(f"{left} + -{self._expr(expr.right).at(Level.SIGN)}", level)
                right = self._expr(expr.right).at(level if chained(expr) else Level(level + 1))
                return Code(f"{left} {operator} {right}", level)
        return self._divided(expr)

    def _divided(self, expr: Binary) -> Code:
        """Whole numbers divide towards zero, and what is left has the sign of the dividend; Python rounds down."""
        above, below = self._expr(expr.left), self._expr(expr.right)
        if self._checked.type_of(expr) == DECIMAL:
            return Code(f"{above.at(Level.PRODUCT)} / {below.at(Level.SIGN)}", Level.PRODUCT)
        if never_negative(expr.left, self._checked) and never_negative(expr.right, self._checked):
            operator = "%" if expr.operator == "%" else "//"
            return Code(f"{above.at(Level.PRODUCT)} {operator} {below.at(Level.SIGN)}", Level.PRODUCT)
        # Decimals cut, too, and are exact where floating point is not.
        return Code(f"int({self._decimal(expr.left).text} {expr.operator} {below.at(Level.SIGN)})")

    def _comparison(self, operator: str, left: Expr, right: Expr) -> Code:
        if is_null(left):
            left, right = right, left
        if is_null(right):
            return self._compared_with_null(operator, left)
        if operator in _IDENTITY and (role := self._role(left, right)) is not None:
            return Code(f"{self._roots['caller'].value('role')} {_IDENTITY[operator]} {role}", Level.COMPARE)
        sides = [self._expr(side) for side in (left, right)]
        if operator in _IDENTITY and may_both_miss(left, right, self._checked):
            owned = [not is_callers_record(side, self._checked) for side in (left, right)]
            sides = [
                Code(f"({side.at(Level.AND)} or 0)") if own else side for side, own in zip(sides, owned, strict=True)
            ]
        return Code(f"{sides[0].at(Level.SUM)} {operator} {sides[1].at(Level.SUM)}", Level.COMPARE)

    def _compared_with_null(self, operator: str, expr: Expr) -> Code:
        """A record that is read further on, or reached backwards, is looked up first.

        A caller without a record has the id 0 there.
        """
        test = _IDENTITY[operator]
        member = self._checked.member_of(expr) if isinstance(expr, Select) else None
        if isinstance(expr, Select) and member is not None:
            kind = member.type.item if isinstance(member.type, Nullable) else member.type
            if isinstance(kind, RecordType) and (member.kind is MemberKind.BACK or reads_of(expr, self._checked)):
                return Code(f"{self._loaded(expr, member, kind.entity)} {test} None", Level.COMPARE)
            if member.kind is MemberKind.CALLER:
                return Code(f"{self._expr(expr).at(Level.SUM)} {operator} 0", Level.COMPARE)
        return Code(f"{self._raw(expr).at(Level.SUM)} {test} None", Level.COMPARE)

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
        kind = self._checked.type_of(expr)
        write = self._decimal if kind in {DECIMAL, Nullable(DECIMAL)} else self._expr
        then, otherwise = write(expr.then).at(Level.OR), write(expr.otherwise).at(Level.CHOICE)
        return Code(f"{then} if {condition} else {otherwise}", Level.CHOICE)

    def _answer(self, asked: Aggregate) -> Code | None:
        """The database's answer; None where the question cannot be put to it."""
        if self._prelude is None or self._query is None:
            return None
        before = self._prelude.copy()
        try:
            query = self._query(self._checked, self._roots, asked)
        except UnsupportedError:
            self._prelude.restore(before)
            return None
        names = entity_names(asked.entity)
        name = {
            Question.EXISTS: f"has_{names.plural}",
            Question.SUM: f"{names.table}_sum",
        }.get(asked.question, f"{names.table}_count")
        variable = self._prelude.variable(name, f"(await session.scalars({query})).one()")
        if asked.question is Question.ONE:
            return Code(f"{variable} == 1", Level.COMPARE)
        return Code(f"not {variable}", Level.NOT) if asked.inverted else Code(variable)

    def _call(self, expr: Call) -> Code:
        kinds = [self._checked.type_of(arg) for arg in expr.args]
        if expr.target is None:
            mixed = expr.function in {"min", "max"} and DECIMAL in kinds
            return called(expr, [self._decimal(arg) if mixed else self._expr(arg) for arg in expr.args], kinds)
        target = self._expr(expr.target)
        if expr.function in OF_LISTS:
            kind = self._checked.type_of(expr)
            write = self._decimal if kind == DECIMAL else self._expr
            return of_list(expr.function, target, kind, [write(arg) for arg in expr.args])
        args = [self._expr(arg) for arg in expr.args]
        return method(expr.function, target, self._checked.type_of(expr.target), args, expr.args)
