"""Judges whether an expression can fail: divide by zero, read text of another kind, or reach for a missing element."""

import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from quantumlayer.spec.cel import (
    STRING,
    Binary,
    Call,
    Checked,
    Comprehension,
    Conditional,
    Expr,
    Ident,
    Index,
    ListNode,
    Literal,
    MapNode,
    Nullable,
    RecordType,
    Select,
    TakesType,
    Unary,
    children,
)
from quantumlayer.spec.cel.narrowing import proved_if
from quantumlayer.spec.errors import Problem
from quantumlayer.spec.model import Field
from quantumlayer.spec.validate.constants import constant, is_constant
from quantumlayer.spec.validate.patterns import judge_pattern

_DIVISIONS = frozenset({"/", "%"})
_CONVERSIONS = frozenset({"int", "bool", "date", "timestamp", "duration"})
_COMPARED: Mapping[str, Callable[[Decimal, Decimal], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_LONGEST = 100
"""The longest list whose size is told from a test."""
_LABELS = ("value", "name", "field", "function", "operator", "kind", "variable")

Shape = tuple[object, ...]
"""What an expression says, wherever it stands: two of one shape have one value where their names mean the same."""


@dataclass(frozen=True, slots=True)
class _Sure:
    """What the conditions around a place prove: what is not zero, texts of a pattern, lists that are so long."""

    nonzero: frozenset[Shape] = frozenset()
    matching: frozenset[Shape] = frozenset()
    long: frozenset[tuple[Shape, int]] = frozenset()

    def when(self, condition: Expr, *, holds: bool) -> "_Sure":
        return _Sure(
            self.nonzero | proved_if(condition, _nonzero, holds=holds),
            self.matching | proved_if(condition, _matching, holds=holds),
            self.long | proved_if(condition, _long, holds=holds),
        )

    def without(self, variable: Shape) -> "_Sure":
        """What stays sure where a name means something else."""
        return _Sure(
            frozenset(one for one in self.nonzero if not _mentions(one, variable)),
            frozenset(one for one in self.matching if not _mentions(one, variable)),
            frozenset(one for one in self.long if not _mentions(one[0], variable)),
        )


def _pattern_fault(pattern: Expr) -> str:
    """Why a text cannot be held against the pattern safely; empty if it can."""
    if not isinstance(pattern, Literal) or not isinstance(pattern.value, str):
        return "A pattern that is worked out may be none, or take for ever."
    return judge_pattern(pattern.value)


def judge_failures(address: str, checked: Checked) -> Iterator[Problem]:
    """Divisions by what may be zero, and conversions of text that nothing was asked about."""
    yield from _Judge(address, checked).judge(checked.expr, _Sure())


@dataclass(frozen=True, slots=True)
class _Judge:
    address: str
    checked: Checked

    def judge(self, expr: Expr, sure: _Sure) -> Iterator[Problem]:
        match expr:
            case Binary(operator="&&" | "||" as joint, left=left, right=right):
                yield from self.judge(left, sure)
                yield from self.judge(right, sure.when(left, holds=joint == "&&"))
                return
            case Conditional(condition=condition, then=then, otherwise=otherwise):
                yield from self.judge(condition, sure)
                yield from self.judge(then, sure.when(condition, holds=True))
                yield from self.judge(otherwise, sure.when(condition, holds=False))
                return
            case Comprehension():
                yield from self._comprehension(expr, sure)
                return
        yield from self._own(expr, sure)
        for child in children(expr):
            yield from self.judge(child, sure)

    def _own(self, expr: Expr, sure: _Sure) -> Iterator[Problem]:
        """How the node itself can fail, its parts aside."""
        match expr:
            case Binary(right=right) if expr.operator in _DIVISIONS and not self._is_nonzero(right, sure):
                yield self._division(expr)
            case Call(function=function, args=(text,)) if function in _CONVERSIONS and self._may_misfit(text, sure):
                yield self._conversion(function, text)
            case Call(function="matches", args=(*_, pattern)) if fault := _pattern_fault(pattern):
                hint = "Write a plain pattern in quotes: characters, classes such as [0-9], and repetition."
                yield self._problem(fault, hint, pattern)
            case Index() | Select() if not self._is_there(expr, sure):
                yield self._element(expr)
            case MapNode() if not is_constant(expr) and not self._has_sure_keys(expr):
                yield self._problem("The keys of this map may be the same.", "Write different constants.", expr)

    def _comprehension(self, expr: Comprehension, sure: _Sure) -> Iterator[Problem]:
        yield from self.judge(expr.range, sure)
        inner = sure.without(shape(Ident(0, 0, expr.variable)))
        if expr.where is not None:
            yield from self.judge(expr.where, inner)
            inner = inner.when(expr.where, holds=True)
        yield from self.judge(expr.body, inner)

    def _is_nonzero(self, expr: Expr, sure: _Sure) -> bool:
        if shape(expr) in sure.nonzero:
            return True
        low, high = self._bounds(expr)
        return (low is not None and low > 0) or (high is not None and high < 0)

    def _bounds(self, expr: Expr) -> tuple[Decimal | None, Decimal | None]:
        """The smallest and the largest value that a number can have, where that is known."""
        match expr:
            case Literal(value=int() | Decimal() as value):
                return Decimal(value), Decimal(value)
            case Unary(operator="-", operand=operand):
                low, high = self._bounds(operand)
                return (None if high is None else -high), (None if low is None else -low)
            case Binary(operator="+", left=left, right=right):
                pairs = zip(self._bounds(left), self._bounds(right), strict=True)
                low, high = (None if one is None or other is None else one + other for one, other in pairs)
                return low, high
            case Call(function="size"):
                return Decimal(0), None
            case Select() if (field := self._field(expr)) is not None:
                numbers = [one for one in field.one_of if isinstance(one, int)]
                least, most = (min(numbers), max(numbers)) if numbers else (field.min, field.max)
                low, high = None if least is None else Decimal(least), None if most is None else Decimal(most)
                return (low, high) if self.checked.type_of(expr) != STRING else (None, None)
        return None, None

    def _may_misfit(self, text: Expr, sure: _Sure) -> bool:
        if self.checked.type_of(text) != STRING or isinstance(text, Literal) or shape(text) in sure.matching:
            return False
        field = self._field(text) if isinstance(text, Select) else None
        return field is None or not (field.pattern or field.one_of)

    def _is_there(self, expr: Index | Select, sure: _Sure) -> bool:
        """Whether a list is surely long enough, or a map surely has the key; constants are judged as such."""
        if is_constant(expr) or (isinstance(expr, Select) and self.checked.member_of(expr) is not None):
            return True
        key = constant(self.checked, expr.index) if isinstance(expr, Index) else expr.field
        if isinstance(expr.operand, MapNode):
            wanted = {key} if key is not None else self._possible(expr)
            return bool(wanted) and wanted <= {constant(self.checked, entry) for entry, _ in expr.operand.entries}
        if not isinstance(key, int) or key < 0:
            return False
        if isinstance(expr.operand, ListNode):
            return key < len(expr.operand.items)
        return any(known == shape(expr.operand) and key < least for known, least in sure.long)

    def _possible(self, expr: Index | Select) -> set[object]:
        """The values that the index of a map may have, where they are listed."""
        index = expr.index if isinstance(expr, Index) else None
        member = self.checked.member_of(index) if isinstance(index, Select) else None
        return set(member.values) if member is not None else set()

    def _has_sure_keys(self, expr: MapNode) -> bool:
        keys = [constant(self.checked, key) for key, _ in expr.entries]
        return len(keys) <= 1 or (None not in keys and len(set(keys)) == len(keys))

    def _field(self, node: Select) -> Field | None:
        owner = self.checked.type_of(node.operand)
        spec = self.checked.scope.spec
        match owner.item if isinstance(owner, Nullable) else owner:
            case TakesType() as takes:
                return self.checked.scope.inputs(takes).get(node.field)
            case RecordType(entity=entity):
                return spec.entities[entity].fields.get(node.field)
        return None

    def _division(self, expr: Binary) -> Problem:
        divisor = _shown(expr.right)
        if isinstance(expr.right, Literal):
            return self._problem("This divides by 0.", "Write another divisor.", expr)
        message = f"This fails when {divisor or 'the divisor'} is 0."
        hint = (
            f"Write `{divisor} == 0 ? 0 : ... {expr.operator} {divisor}`, or `{divisor} != 0 && ...`."
            if divisor
            else "Ask before whether the divisor is 0: `(divisor) == 0 ? 0 : ...`."
        )
        return self._problem(message, hint, expr)

    def _conversion(self, function: str, text: Expr) -> Problem:
        shown = _shown(text) or "the text"
        message = f"This fails when {shown} is no text that {function}() can read."
        return self._problem(message, f"Ask before: `{shown}.matches('^...$') && ...`, or `? ... : ...`.", text)

    def _element(self, expr: Index | Select) -> Problem:
        shown = _shown(expr.operand)
        if shown and isinstance(expr, Index) and isinstance(expr.index, Literal):
            message = f"This fails when {shown} has no element {expr.index.value}."
            hint = f"Ask before: `{shown}.size() > {expr.index.value} && ...`, or `? ... : ...`."
            return self._problem(message, hint, expr)
        message = "This fails when there is no such element."
        hint = "Take it by a constant number behind a test of the list's size, or from a map that is written out here."
        return self._problem(message, hint, expr)

    def _problem(self, message: str, hint: str, place: Expr) -> Problem:
        return Problem(self.address, message, hint, place.line, place.column)


def _nonzero(test: Expr, holds: bool) -> frozenset[Shape]:  # noqa: FBT001 - called by position
    """What a comparison with a number proves not to be zero: what would give another answer if it were."""
    if not isinstance(test, Binary) or test.operator not in _COMPARED:
        return frozenset()
    compare = _COMPARED[test.operator]
    left, right = _number(test.left), _number(test.right)
    if right is not None and compare(Decimal(0), right) != holds:
        return frozenset({shape(test.left)})
    if left is not None and compare(left, Decimal(0)) != holds:
        return frozenset({shape(test.right)})
    return frozenset()


def _matching(test: Expr, holds: bool) -> frozenset[Shape]:  # noqa: FBT001 - called by position
    if holds and isinstance(test, Call) and test.function == "matches" and test.target is not None:
        return frozenset({shape(test.target)})
    return frozenset()


def _long(test: Expr, holds: bool) -> frozenset[tuple[Shape, int]]:  # noqa: FBT001 - called by position
    """What a comparison of a list's size with a constant proves: the fewest elements that the list has."""
    if not isinstance(test, Binary) or test.operator not in _COMPARED:
        return frozenset()
    compare = _COMPARED[test.operator]
    for counted, other, swapped in ((test.left, test.right, False), (test.right, test.left, True)):
        limit = _number(other)
        held = _counted(counted)
        if held is None or limit is None:
            continue
        possible = (
            size
            for size in range(_LONGEST)
            if (compare(limit, Decimal(size)) if swapped else compare(Decimal(size), limit)) == holds
        )
        return frozenset({(shape(held), next(possible, _LONGEST))})
    return frozenset()


def _counted(expr: Expr) -> Expr | None:
    """The list whose size an expression is."""
    if not isinstance(expr, Call) or expr.function != "size":
        return None
    return expr.target if expr.target is not None else expr.args[0]


def _number(expr: Expr) -> Decimal | None:
    value = expr.value if isinstance(expr, Literal) else None
    return Decimal(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else None


def shape(expr: Expr) -> Shape:
    """What an expression says, without where it stands."""
    labels = (repr(getattr(expr, label)) for label in _LABELS if hasattr(expr, label))
    return (type(expr).__name__, *labels, *map(shape, children(expr)))


def _mentions(known: Shape, part: Shape) -> bool:
    return known == part or any(isinstance(one, tuple) and _mentions(one, part) for one in known)


def _shown(expr: Expr) -> str:
    """A short expression as a person would write it; empty where it is longer."""
    match expr:
        case Ident(name=name):
            return name
        case Select(operand=operand, field=field) if shown := _shown(operand):
            return f"{shown}.{field}"
        case Call(function=function, target=target, args=()) if target is not None and (shown := _shown(target)):
            return f"{shown}.{function}()"
    return ""
