"""Conditions on what a caller may read: the database itself looks up what the caller's own record holds."""

from collections.abc import Mapping

from quantumlayer.qlayer.packs.fastapi.absence import is_callers_record
from quantumlayer.qlayer.packs.fastapi.aggregates import touches_relations
from quantumlayer.qlayer.packs.fastapi.code import Code
from quantumlayer.qlayer.packs.fastapi.columns import Columns
from quantumlayer.qlayer.packs.fastapi.roots import caller_root
from quantumlayer.qlayer.packs.fastapi.sql import Sql
from quantumlayer.spec.cel import Checked, Expr, Member, MemberKind, Scope, Select, compile_cel
from quantumlayer.spec.model import Spec


class ReaderSql(Sql):
    """Writes a condition on rows where nothing can be loaded before: `caller.member.club` becomes part of the query."""

    def __init__(self, spec: Spec, checked: Checked, columns: Mapping[str, Columns]) -> None:
        super().__init__(spec, checked, columns, {"caller": caller_root()})

    def _writer(self, checked: Checked, columns: Mapping[str, Columns]) -> Sql:
        writer = ReaderSql(self._spec, checked, columns)
        writer.tables = self.tables
        return writer

    def _of_row(self, expr: Expr) -> bool:
        return self._is_held_by_caller(expr) or super()._of_row(expr)

    def _is_held_by_caller(self, expr: Expr) -> bool:
        """Whether it is what the caller's record holds, or what a record does that is reached from there."""
        if not isinstance(expr, Select):
            return False
        return is_callers_record(expr.operand, self._checked) or self._is_held_by_caller(expr.operand)

    def _select(self, expr: Select) -> Code:
        if not self._is_held_by_caller(expr):
            return super()._select(expr)
        if self._columns:  # the rows of the query around it have nothing to do with it
            return self._writer(self._checked, {}).part(expr)
        reached, entity = self._reached(expr.operand)
        member = self._checked.member_of(expr)
        if member is None or reached.kind is MemberKind.BACK or not self._has_column(entity, member):
            return super()._select(expr)
        column = self._member(self._rows(entity), member).text
        return Code(f"value_of({column}, {self.part(expr.operand).text})")

    def _has_column(self, entity: str, member: Member) -> bool:
        """Whether the class has an attribute for it that stands for SQL."""
        return member.kind is not MemberKind.DERIVED or self._is_kept(entity, member)

    def _member(self, columns: Columns, member: Member) -> Code:
        if member.kind is MemberKind.DERIVED and self._is_kept(columns.entity, member):
            return Code(columns.column(member.name))
        return super()._member(columns, member)

    def _is_kept(self, entity: str, member: Member) -> bool:
        """Whether a derived value is a column, or one that the class gives to every query."""
        derived = self._spec.entities[entity].derived[member.name]
        return derived.stored or touches_relations(compile_cel(derived.cel, Scope.for_derived(self._spec, entity)))
