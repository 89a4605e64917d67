"""What an expression reads of records, and over which path each of them is reached."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from quantumlayer.spec.cel.checker import Checked, compile_cel
from quantumlayer.spec.cel.scope import Member, MemberKind, Scope
from quantumlayer.spec.cel.tree import Comprehension, Conditional, Expr, Ident, Macro, Select, children
from quantumlayer.spec.cel.types import ListType, RecordType, without_null

Path = tuple[str, ...]
"""The names that lead to a record: `("this", "cart")`; those behind a collection have its name as any other."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where records are.

    Args:
        path: How they are reached.
        counted: Whether the expression itself goes through a collection on the way.
        many: Whether the last step is a collection, so that these are its items.
    """

    path: Path
    counted: bool = False
    many: bool = False

    def item(self) -> "Spot":
        """One of them, for what is done to each."""
        return Spot(self.path, many=self.many)


Spots = frozenset[Spot]


@dataclass(frozen=True, slots=True)
class Reading:
    """A member of the records of an entity that an expression reads."""

    spot: Spot
    entity: str
    member: Member


def readings(checked: Checked, names: Mapping[str, Spots] | None = None) -> Iterator[Reading]:
    """Everything that the expression reads of records, what derived values read of them, too.

    Args:
        checked: The expression.
        names: Where the records are that it calls by a name, where that is not simply what they are called.
    """
    reader = _Reader(checked)
    reader.spots(checked.expr, names or {})
    return iter(reader.found)


def spots(checked: Checked, names: Mapping[str, Spots] | None = None) -> Spots:
    """The records, or rows of the input, that the expression names."""
    return _Reader(checked).spots(checked.expr, names or {})


class _Reader:
    """Walks through one expression; those of derived values have a reader of their own."""

    def __init__(self, checked: Checked, found: dict[Reading, None] | None = None) -> None:
        self._checked = checked
        self.found: dict[Reading, None] = {} if found is None else found

    def spots(self, expr: Expr, names: Mapping[str, Spots]) -> Spots:
        match expr:
            case Ident(name=name):
                return names.get(name, frozenset({Spot((name,))}))
            case Select():
                return self._select(expr, names)
            case Comprehension():
                return self._comprehension(expr, names)
            case Conditional(condition=condition, then=then, otherwise=otherwise):
                self.spots(condition, names)
                return self.spots(then, names) | self.spots(otherwise, names)
        return frozenset[Spot]().union(*(self.spots(child, names) for child in children(expr)))

    def _comprehension(self, expr: Comprehension, names: Mapping[str, Spots]) -> Spots:
        gone_through = self.spots(expr.range, names)
        inner = {**names, expr.variable: gone_through}
        if expr.where is not None:
            self.spots(expr.where, inner)
        body = self.spots(expr.body, inner)
        return {Macro.FILTER: gone_through, Macro.MAP: body}.get(expr.kind, frozenset())

    def _select(self, expr: Select, names: Mapping[str, Spots]) -> Spots:
        owners = self.spots(expr.operand, names)
        member = self._checked.member_of(expr)
        if member is None:
            return frozenset()
        kind = without_null(self._checked.type_of(expr.operand))
        if isinstance(kind, RecordType):
            self.found |= {Reading(owner, kind.entity, member): None for owner in sorted(owners, key=_in_order)}
            if member.kind is MemberKind.DERIVED:
                self._derived(kind.entity, member.name, owners)
        many = isinstance(member.type, ListType)
        counted = many and member.kind is MemberKind.BACK
        return frozenset(Spot((*one.path, member.name), one.counted or counted, many) for one in owners)

    def _derived(self, entity: str, name: str, owners: Spots) -> None:
        spec = self._checked.scope.spec
        inner = compile_cel(spec.entities[entity].derived[name].cel, Scope.for_derived(spec, entity))
        _Reader(inner, self.found).spots(inner.expr, {"this": owners})


def _in_order(spot: Spot) -> tuple[Path, bool, bool]:
    return spot.path, spot.counted, spot.many
