"""CEL to Python for the rows of a report: what differs from row to row is loaded once for all rows."""

from collections.abc import Iterator, Mapping, Sequence

from quantumlayer.kit.identifiers import safe
from quantumlayer.qlayer.packs.fastapi.aggregates import Aggregate
from quantumlayer.qlayer.packs.fastapi.code import Code, Level, UnsupportedError
from quantumlayer.qlayer.packs.fastapi.columns import Columns
from quantumlayer.qlayer.packs.fastapi.conditions import may_miss, of_row
from quantumlayer.qlayer.packs.fastapi.decimals import PLACES
from quantumlayer.qlayer.packs.fastapi.loads import Group, Item, Loads, Source
from quantumlayer.qlayer.packs.fastapi.python import Python
from quantumlayer.qlayer.packs.fastapi.roots import Loaded, Root
from quantumlayer.qlayer.packs.fastapi.sql import Sql, asking
from quantumlayer.spec.cel import (
    DATE,
    INT,
    TIMESTAMP,
    Binary,
    Call,
    Checked,
    Comprehension,
    Expr,
    Ident,
    ListNode,
    ListType,
    Macro,
    Member,
    MemberKind,
    Nullable,
    RecordType,
    Select,
    TakesType,
    operands,
    walk,
)
from quantumlayer.spec.cel.narrowing import path_of, present_if
from quantumlayer.spec.model import FieldType
from quantumlayer.spec.naming import entity_names
from quantumlayer.spec.reports import DAY

_KEPT = frozenset({MemberKind.FIELD, MemberKind.SYSTEM})
_ONE = frozenset({"first", "last"})


class Table(Python):
    """Writes one value of a report.

    Args:
        checked: The expression.
        roots: The variables that it may use.
        loads: Takes what must be loaded before the rows are put together.
    """

    def __init__(self, checked: Checked, roots: Mapping[str, Root], loads: Loads) -> None:
        self._spec = checked.scope.spec
        super().__init__(checked, roots, loads.prelude, asking(self._spec, loads.prelude))
        self._loads = loads

    def shown(self, kind: FieldType) -> str:
        """The source of the value, as rows of this type of value take it."""
        expr = self._checked.expr
        if kind is FieldType.FLOAT:
            return self.value(kind)
        if kind not in PLACES:
            return self._expr(expr).text
        if self._checked.type_of(expr) == Nullable(INT):
            return self._rounded(expr, "Decimal({})").text
        return self._decimal(expr).text

    # Records and what is read of them.

    def _ident(self, name: str, expr: Expr) -> Code:
        if name not in self._roots and name in self._spec.entities:
            return Code(self._loads.group(Group(Source(name))))
        return super()._ident(name, expr)

    def _owner(self, expr: Expr) -> Root:
        if isinstance(expr, Ident):
            return super()._owner(expr)
        if isinstance(expr, Select) and isinstance(self._checked.type_of(expr.operand), TakesType):
            return Loaded(self._loads.named[expr.field])
        if not of_row(expr):
            return super()._owner(expr)
        member = self._checked.member_of(expr) if isinstance(expr, Select) else None
        source = self._place(expr)
        if not isinstance(expr, Select) or member is None or source is None:
            raise UnsupportedError("a record that is itself worked out")
        if member.kind is MemberKind.BACK:
            known = self._loads.by_id(source, f"{member.via}_id")
            return Loaded(f"{known}[{self._id(expr.operand)}]")
        return Loaded(f"{self._loads.by_id(source)}[{self._select(expr).text}]")

    def _id(self, expr: Expr) -> str:
        """The source of a record's id."""
        return self._expr(expr).text

    def _place(self, expr: Expr) -> Source | None:
        """The records among which a record of the row is."""
        if isinstance(expr, Ident):
            root = self._roots.get(expr.name)
            if expr.name == "this" and not isinstance(root, Item):
                kind = self._checked.type_of(expr)
                return self._loads.rows(str(kind))
            return root.source if isinstance(root, Item) else None
        member = self._checked.member_of(expr) if isinstance(expr, Select) else None
        owner = self._place(expr.operand) if isinstance(expr, Select) else None
        if member is None or owner is None:
            return None
        if member.kind is MemberKind.BACK:
            return owner.behind(member.source, f"{member.via}_id")
        return owner.behind(str(_without_null(self._checked, expr)), "id", f"{member.name}_id")

    def _compared_with_null(self, operator: str, expr: Expr) -> Code:
        member = self._checked.member_of(expr) if isinstance(expr, Select) else None
        if member is None or not isinstance(expr, Select) or not of_row(expr):
            return super()._compared_with_null(operator, expr)
        if member.kind is MemberKind.BACK and (source := self._place(expr)) is not None:
            known = self._loads.by_id(source, f"{member.via}_id")
            there = "in" if operator == "!=" else "not in"
            return Code(f"{self._id(expr.operand)} {there} {known}", Level.COMPARE)
        return Code(f"{self._expr(expr).at(Level.SUM)} {'is' if operator == '==' else 'is not'} None", Level.COMPARE)

    # Collections.

    def _behind(self, expr: Select, member: Member) -> Code:
        group = self._group(expr)
        if group is None or not isinstance(member.type, ListType):
            raise UnsupportedError("a record reached backwards, as a value")
        return Code(self._loads.group(group))

    def _answer(self, asked: Aggregate) -> Code | None:
        parts = [asked.owner, *(body for _, body, _ in asked.conditions), *([asked.value[1]] if asked.value else [])]
        own = {*(variable for variable, _, _ in asked.conditions), *([asked.value[0]] if asked.value else [])}
        names = {node.name for part in parts for node in walk(part) if isinstance(node, Ident)}
        same = {"caller", "takes", "timezone", *own, *(_bound(parts))}
        return super()._answer(asked) if names <= same else None

    def _group(self, expr: Expr) -> Group | None:
        """The records that an expression names, where all of the choice among them can be made as they are loaded."""
        match expr:
            case Ident(name=name) if name not in self._roots and name in self._spec.entities:
                return Group(Source(name))
            case Select(operand=owner):
                member = self._checked.member_of(expr)
                if member is not None and member.kind is MemberKind.BACK and isinstance(member.type, ListType):
                    return self._of_owner(owner, member)
            case Comprehension(kind=Macro.FILTER, range=items, variable=variable, body=body):
                group = self._group(items)
                if group is not None:
                    group, rest = self._chosen(group, variable, operands(body, "&&"), ())
                    return None if rest else group
        return None

    def _of_owner(self, owner: Expr, member: Member) -> Group:
        if not of_row(owner):
            column = f"{entity_names(member.source).name}.{member.via}_id"
            return Group(Source(member.source, (f"{column} == {self._expr(owner).at(Level.SUM)}",)))
        source = self._place(owner)
        if source is None:
            raise UnsupportedError("a collection of a record that is itself worked out")
        column = f"{member.via}_id"
        return Group(source.behind(member.source, column), ((f"{{}}.{column}", self._id(owner)),))

    def _among(self, expr: Expr) -> Source | None:
        """The records among which the items of a list are."""
        if (group := self._group(expr)) is not None:
            return group.source
        if isinstance(expr, Comprehension) and expr.kind is Macro.FILTER:
            return self._among(expr.range)
        if isinstance(expr, Call) and expr.function == "distinct" and expr.target is not None:
            return self._among(expr.target)
        return None

    def _chosen(
        self, group: Group, variable: str, parts: Sequence[Expr], also: Sequence[Expr]
    ) -> tuple[Group, list[Expr]]:
        """The group as far as conditions can choose among its records as they are loaded, and those that cannot.

        What guards a value that is read afterwards, in the rest or in `also`, stays beside it.
        """
        rest: list[Expr] = []
        guards: list[Expr] = []
        for part in parts:
            if (by_day := self._by_day(group, variable, part)) is not None:
                group = by_day
            elif (conditions := self._in_database(group, variable, part)) is not None:
                group = group.narrowed(*conditions)
                guards += [part] if present_if(part, holds=True) else []
            else:
                rest.append(part)
        read = {path_of(node) for part in (*rest, *also) for node in walk(part) if isinstance(node, Select)}
        kept = [part for part in guards if present_if(part, holds=True) & read]
        return group, [part for part in parts if part in rest or part in kept]

    def _by_day(self, group: Group, variable: str, part: Expr) -> Group | None:
        """The group by the day that a condition compares with that of the row, where it is one."""
        if not isinstance(part, Binary) or part.operator != "==" or len(group.keys) > 1:
            return None
        if any(value == DAY for _, value in group.keys):
            return None
        sides = ((part.left, part.right), (part.right, part.left))
        moment = next((one for one, other in sides if isinstance(other, Ident) and other.name == DAY), None)
        if (
            isinstance(moment, Call)
            and moment.function == "date"
            and self._checked.type_of(moment.args[0]) == TIMESTAMP
        ):
            moment = moment.args[0]
        match moment:
            case Select(operand=Ident(name=name), field=field) if name == variable:
                member = self._checked.member_of(moment)
            case _:
                return None
        if member is None or member.kind not in _KEPT:
            return None
        column = f"{entity_names(group.source.entity).name}.{field}"
        if _of(member) == DATE:
            return group.narrowed(f"{column}.in_({self._loads.period()})", keys=((f"{{}}.{field}", DAY),))
        key = f"day_of({{}}.{field})"
        if isinstance(member.type, Nullable):
            key = f"None if {{}}.{field} is None else {key}"
        return group.narrowed(f"during({column}, {self._loads.period()})", keys=((key, DAY),))

    def _in_database(self, group: Group, variable: str, part: Expr) -> list[str] | None:
        """A condition on the records of the group alone, as the database judges it; None where it cannot."""
        own = {variable, "caller", "takes", "timezone", *_bound([part])}
        if any(isinstance(node, Ident) and node.name not in own for node in walk(part)):
            return None
        optional = self._optional()
        if any(isinstance(node, Select | Call) and may_miss(node, self._checked, optional) for node in walk(part)):
            return None
        before = self._loads.prelude.copy()
        try:
            columns = {variable: Columns(group.source.entity)}
            return Sql(self._spec, self._checked, columns, self._roots, prelude=self._loads.prelude).conditions(part)
        except UnsupportedError:
            self._loads.prelude.restore(before)
            return None

    def _optional(self) -> frozenset[str]:
        takes = self._checked.scope.names["takes"]
        inputs = self._checked.scope.inputs(takes) if isinstance(takes, TakesType) else {}
        return frozenset(key for key, item in inputs.items() if item.optional)

    def _comprehension(self, expr: Comprehension) -> Code:
        condition = expr.where if expr.kind is Macro.MAP else None if expr.kind is Macro.ALL else expr.body
        rest = operands(condition, "&&") if condition is not None else []
        also = [expr.body] if expr.kind is Macro.MAP else []
        group = self._group(expr.range)
        if group is None:
            items, source = self._expr(expr.range), self._among(expr.range)
        else:
            chosen, rest = self._chosen(group, expr.variable, rest, also)
            items, source = Code(self._loads.group(chosen)), chosen.source
        variable = self._named(expr.variable)
        inner = Table(self._checked, {**self._roots, expr.variable: Item(variable, source)}, self._loads)
        return _written(expr, variable, items, inner, rest)

    def _named(self, name: str) -> str:
        """What Python calls the variable of a comprehension."""
        found = "item" if name in {"l", "O", "I"} else safe(name)
        taken = {*self._loads.fixed, *(root.variable for root in self._roots.values())}
        return f"{found}_" if found in taken else found

    def _membership(self, expr: Binary, operator: str) -> Code:
        items = self._checked.type_of(expr.right)
        written = isinstance(expr.right, ListNode) or (
            isinstance(expr.right, Comprehension) and expr.right.kind is Macro.MAP
        )
        if isinstance(items, ListType) and isinstance(items.item, RecordType) and not written:
            listed = self._expr(expr.right).at(Level.OR)
            return Code(f"{self._id(expr.left)} {operator} {{one.id for one in {listed}}}", Level.COMPARE)
        return super()._membership(expr, operator)

    def _call(self, expr: Call) -> Code:
        if expr.function in _ONE and isinstance(_without_null(self._checked, expr), RecordType):
            raise UnsupportedError("one record of a list, as a value")
        return super()._call(expr)


def _written(expr: Comprehension, variable: str, items: Code, inner: Table, rest: Sequence[Expr]) -> Code:
    """A comprehension over items for which the rest of its conditions must hold."""
    listed = items.at(Level.OR)
    parts = [inner.part(part) for part in rest]
    test = parts[0].at(Level.OR) if len(parts) == 1 else " and ".join(part.at(Level.AND) for part in parts)
    match expr.kind:
        case Macro.MAP:
            return Code(f"[{inner.part(expr.body).text} for {variable} in {listed}{f' if {test}' if test else ''}]")
        case Macro.FILTER:
            return Code(f"[{variable} for {variable} in {listed} if {test}]") if test else items
        case Macro.EXISTS:
            return Code(f"any({test} for {variable} in {listed})" if test else f"bool({items.text})")
        case Macro.EXISTS_ONE:
            found = f"sum({test} for {variable} in {listed})" if test else f"len({items.text})"
            return Code(f"{found} == 1", Level.COMPARE)
    return Code(f"all({inner.part(expr.body).text} for {variable} in {listed})")


def _bound(exprs: Sequence[Expr]) -> Iterator[str]:
    """The variables of the comprehensions in expressions."""
    return (node.variable for expr in exprs for node in walk(expr) if isinstance(node, Comprehension))


def _of(member: Member) -> object:
    return member.type.item if isinstance(member.type, Nullable) else member.type


def _without_null(checked: Checked, expr: Expr) -> object:
    kind = checked.type_of(expr)
    return kind.item if isinstance(kind, Nullable) else kind
