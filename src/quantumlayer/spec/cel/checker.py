"""Gives every node of a tree its type, or says what has none and why."""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from difflib import get_close_matches

from quantumlayer.spec.cel.errors import CelError, CelRuntimeError
from quantumlayer.spec.cel.functions import FUNCTIONS, LEFT_OUT, Signature, resolved
from quantumlayer.spec.cel.narrowing import Paths, path_of, present_if
from quantumlayer.spec.cel.operators import binary_type
from quantumlayer.spec.cel.parser import parse
from quantumlayer.spec.cel.runtime import CONSTANT_TESTS
from quantumlayer.spec.cel.scope import Member, MemberKind, Scope
from quantumlayer.spec.cel.tree import (
    Binary,
    Call,
    Comprehension,
    Conditional,
    Expr,
    Ident,
    Index,
    ListNode,
    Literal,
    Macro,
    MapNode,
    Select,
    Unary,
    exchanged,
)
from quantumlayer.spec.cel.types import (
    ANY,
    BOOL,
    DECIMAL,
    FILE,
    INT,
    NULL,
    STRING,
    ListType,
    MapType,
    Nullable,
    RecordType,
    Type,
    assignable,
    joined,
    without_null,
)
from quantumlayer.spec.model import Spec
from quantumlayer.spec.remember import remembered


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Checked:
    """An expression whose every node has a type in its scope."""

    expr: Expr
    type: Type
    scope: Scope
    _types: Mapping[Expr, Type] = field(repr=False)
    _members: Mapping[Expr, Member] = field(repr=False)

    def type_of(self, node: Expr) -> Type:
        """The type of a node of the tree; where a guard proves a value not null, the type without null."""
        return self._types[node]

    def member_of(self, node: Select) -> Member | None:
        """What a selection selects; None for the value of a map."""
        return self._members.get(node)

    def with_part(self, old: Expr, new: Expr) -> "Checked":
        """The expression with another condition in the place of one of its conditions; the rest keeps its types."""
        copies: dict[Expr, Expr] = {}
        expr = exchanged(self.expr, old, new, copies)
        types = {**self._types, new: self._types[old], **{copy: self._types[node] for copy, node in copies.items()}}
        members = {copy: self._members[node] for copy, node in copies.items() if node in self._members}
        return replace(self, expr=expr, _types=types, _members={**self._members, **members})


def compile_cel(text: str, scope: Scope) -> Checked:
    """Reads and types an expression.

    Raises:
        CelError: The text is no expression or has no type in the scope.
    """
    known = _compiled(scope.spec)
    key = (text, scope.present, *scope.names.items())
    if key not in known:
        known[key] = check(parse(text), scope)
    return known[key]


@remembered
def _compiled(spec: Spec) -> dict[Hashable, Checked]:
    """The expressions of a Spec by their text and the names that it may use; each is asked for many times."""
    del spec
    return {}


def check(expr: Expr, scope: Scope) -> Checked:
    """Types an expression.

    Raises:
        CelError: An unknown name or function, or operands that do not go together.
    """
    checker = _Checker(scope)
    result = checker.type(expr, _Known(scope.names, scope.present))
    return Checked(expr, result, scope, checker.types, checker.members)


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known at a place: the variables, and the paths that are not null there."""

    names: Mapping[str, Type]
    present: Paths

    def when(self, condition: Expr, *, holds: bool) -> "_Known":
        return replace(self, present=self.present | present_if(condition, holds=holds))

    def binding(self, name: str, item: Type) -> "_Known":
        present = frozenset(path for path in self.present if path[0] != name)
        return _Known({**self.names, name: item}, present)


class _Checker:
    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self.types: dict[Expr, Type] = {}
        self.members: dict[Expr, Member] = {}

    def type(self, expr: Expr, known: _Known) -> Type:
        match expr:
            case Literal(value=value):
                found = _of_constant(value)
            case Ident():
                found = self._ident(expr, known)
            case Select():
                found = self._select(expr, known)
            case Call():
                found = self._call(expr, known)
            case Binary():
                found = self._binary(expr, known)
            case Comprehension():
                found = self._comprehension(expr, known)
            case _:
                found = self._other(expr, known)
        if isinstance(found, Nullable) and path_of(expr) in known.present:
            found = found.item
        self.types[expr] = found
        return found

    def _other(self, expr: Index | Unary | Conditional | ListNode | MapNode, known: _Known) -> Type:
        match expr:
            case Index():
                return self._index(expr, known)
            case Unary():
                return self._unary(expr, known)
            case Conditional():
                return self._conditional(expr, known)
            case ListNode(items=items):
                return ListType(self._common(items, known, "list"))
            case MapNode(entries=entries):
                for key, _ in entries:
                    self._wanted(key, known, STRING, "the key of a map")
                return MapType(self._common([value for _, value in entries], known, "map"))

    def _ident(self, expr: Ident, known: _Known) -> Type:
        if expr.name not in known.names:
            raise _unknown(expr, expr.name, "name", known.names)
        return known.names[expr.name]

    def _select(self, expr: Select, known: _Known) -> Type:
        owner = self.type(expr.operand, known)
        if isinstance(owner, MapType):
            return owner.value
        if isinstance(owner, Nullable) and owner.item != FILE:
            raise _unguarded(expr, expr.operand)
        members = self._scope.members(owner)
        if not members:
            raise _memberless(expr, without_null(owner))
        if expr.field not in members:
            raise _unknown(expr, expr.field, f"member of {owner}", members)
        self.members[expr] = members[expr.field]
        return members[expr.field].type

    def _index(self, expr: Index, known: _Known) -> Type:
        owner, index = self.type(expr.operand, known), self.type(expr.index, known)
        match owner:
            case ListType(item=item):
                wanted = INT
            case MapType(value=item):
                wanted = STRING
            case Nullable():
                raise _unguarded(expr, expr.operand)
            case _:
                raise _error(expr, f"a {owner} has no elements to index")
        if not assignable(index, wanted):
            raise _error(expr.index, f"the index of a {owner} is {_a(wanted)}, found {index}")
        return item

    def _unary(self, expr: Unary, known: _Known) -> Type:
        operand = self.type(expr.operand, known)
        allowed = {BOOL, ANY} if expr.operator == "!" else {INT, DECIMAL, ANY}
        if operand in allowed:
            return BOOL if expr.operator == "!" else operand
        if without_null(operand) in allowed:
            raise _unguarded(expr, expr.operand)
        raise _error(expr, f"`{expr.operator}` wants {'a bool' if BOOL in allowed else 'a number'}, found {operand}")

    def _binary(self, expr: Binary, known: _Known) -> Type:
        left = self.type(expr.left, known)
        if expr.operator in {"&&", "||"}:
            known = known.when(expr.left, holds=expr.operator == "&&")
        right = self.type(expr.right, known)
        found = binary_type(expr.operator, left, right)
        if found is None:
            raise self._mismatch(expr, left, right)
        if expr.operator in {"==", "!=", "in"}:
            self._possible(expr.left, expr.right)
            self._possible(expr.right, expr.left)
        if expr.operator not in {"&&", "||"}:
            self._of_one_kind(expr)
        return found

    def _of_one_kind(self, expr: Binary) -> None:
        """Refuses to compare the id of an account with that of a record: they have nothing to do with each other."""
        members = [self.members.get(side) for side in (expr.left, expr.right)]
        ids = {member.kind for member in members if member is not None and member.name == "id"}
        if ids == {MemberKind.CALLER, MemberKind.SYSTEM}:
            hint = "Compare records: `this.owner == caller.member`, where the role `member` is a record."
            raise _error(expr, "`caller.id` is the id of an account, never that of a record", hint)

    def _mismatch(self, expr: Binary, left: Type, right: Type) -> CelError:
        if binary_type(expr.operator, without_null(left), without_null(right)) is not None:
            return _unguarded(expr, expr.left if isinstance(left, Nullable) else expr.right)
        if NULL in {left, right} and expr.operator in {"==", "!="}:
            tested = expr.right if left == NULL else expr.left
            return _error(expr, f"{_shown(tested)} is never null", "Leave out the test, or make the value optional.")
        if expr.operator in {"==", "!=", "<", "<=", ">", ">="}:
            return _error(expr, f"cannot compare {left} with {right}")
        hint = "Use days_between(from, to)." if str(left) == str(right) == "date" and expr.operator == "-" else ""
        return _error(expr, f"`{expr.operator}` has no meaning between {left} and {right}", hint)

    def _possible(self, tested: Expr, constants: Expr) -> None:
        """Refuses a comparison with a constant that the tested member can never have."""
        member = self.members.get(tested)
        if member is None or not member.values:
            return
        for constant in constants.items if isinstance(constants, ListNode) else (constants,):
            if isinstance(constant, Literal) and constant.value not in (*member.values, None):
                raise _unknown(constant, str(constant.value), f"value of {_shown(tested)}", map(str, member.values))

    def _conditional(self, expr: Conditional, known: _Known) -> Type:
        self._wanted(expr.condition, known, BOOL, "the condition before `?`")
        then = self.type(expr.then, known.when(expr.condition, holds=True))
        otherwise = self.type(expr.otherwise, known.when(expr.condition, holds=False))
        found = joined(then, otherwise)
        if found is None:
            raise _error(expr, f"both branches must have one type, found {then} and {otherwise}")
        return found

    def _comprehension(self, expr: Comprehension, known: _Known) -> Type:
        owner = self.type(expr.range, known)
        match owner:
            case ListType(item=item):
                pass
            case MapType():
                item = STRING
            case Nullable():
                raise _unguarded(expr, expr.range)
            case _:
                raise _error(expr, f"{expr.kind}() wants a list, found {owner}")
        inner = known.binding(expr.variable, item)
        if expr.kind is Macro.MAP:
            if expr.where is not None:
                self._wanted(expr.where, inner, BOOL, "the condition of map()")
                inner = inner.when(expr.where, holds=True)
            return ListType(self.type(expr.body, inner))
        self._wanted(expr.body, inner, BOOL, f"the condition of {expr.kind}()")
        return ListType(item) if expr.kind is Macro.FILTER else BOOL

    def _call(self, expr: Call, known: _Known) -> Type:
        target = None if expr.target is None else self.type(expr.target, known)
        args = tuple(self.type(arg, known) for arg in expr.args)
        if expr.function in LEFT_OUT:
            raise _error(expr, f"{expr.function}() is not offered", LEFT_OUT[expr.function])
        if expr.function not in FUNCTIONS:
            raise _unknown(expr, expr.function, "function", [*FUNCTIONS, *Macro, "has"])
        found = resolved(expr.function, target, args)
        if found is None:
            raise self._uncallable(expr, target, args)
        test = CONSTANT_TESTS.get(expr.function)
        last = expr.args[-1] if expr.args else None
        if test is not None and isinstance(last, Literal) and isinstance(last.value, str):
            try:
                test(last.value)
            except CelRuntimeError as error:
                raise CelError(error.what, last.line, last.column) from error
        return found

    def _uncallable(self, expr: Call, target: Type | None, args: tuple[Type, ...]) -> CelError:
        bare = tuple(without_null(arg) for arg in args)
        if resolved(expr.function, None if target is None else without_null(target), bare) is not None:
            parts = [*expr.args, *([] if expr.target is None else [expr.target])]
            return _unguarded(expr, next(part for part in parts if isinstance(self.types[part], Nullable)))
        offered = " or ".join(dict.fromkeys(_spelled(expr.function, it) for it in FUNCTIONS[expr.function]))
        found = _spelled(expr.function, Signature(target, args, ANY))
        return _error(expr, f"expected {offered}, found {found}")

    def _wanted(self, expr: Expr, known: _Known, wanted: Type, what: str) -> None:
        found = self.type(expr, known)
        if assignable(found, wanted):
            return
        if assignable(without_null(found), wanted):
            raise _unguarded(expr, expr)
        raise _error(expr, f"{what} must be {_a(wanted)}, found {found}")

    def _common(self, items: Iterable[Expr], known: _Known, what: str) -> Type:
        whole: Type = ANY
        for item in items:
            found = self.type(item, known)
            both = joined(whole, found)
            if both is None:
                raise _error(item, f"a {what} holds values of one type, found {whole} and {found}")
            whole = both
        return whole


def _of_constant(value: bool | int | Decimal | str | None) -> Type:  # noqa: FBT001 - a constant may be a bool
    match value:
        case None:
            return NULL
        case bool():
            return BOOL
        case int():
            return INT
        case Decimal():
            return DECIMAL
        case str():
            return STRING


def _error(node: Expr, message: str, hint: str = "") -> CelError:
    return CelError(message, node.line, node.column, hint=hint)


def _unknown(node: Expr, name: str, what: str, valid: Iterable[str]) -> CelError:
    names = list(valid)
    close = get_close_matches(name, names, n=1, cutoff=0.5)
    hint = f"Did you mean `{close[0]}`?" if close else f"There are: {', '.join(sorted(names))}."
    return _error(node, f"`{name}` is no {what}", hint)


def _memberless(expr: Select, owner: Type) -> CelError:
    hint = ""
    if isinstance(owner, ListType) and isinstance(owner.item, RecordType):
        hint = f"Take it from each record: `.map(x, x.{expr.field})`."
    if owner == FILE:
        hint = f"Only whether it is there can be asked: `{_shown(expr.operand)} != null`."
    return _error(expr, f"{_a(owner)} has no member `{expr.field}`", hint)


def _unguarded(place: Expr, value: Expr) -> CelError:
    shown = _shown(value)
    hint = f"Guard it: `{shown} != null && ...` or `{shown} == null ? ... : ...`."
    return _error(place, f"{shown} may be null here", hint if path_of(value) else "Compare it with `null` first.")


def _shown(expr: Expr) -> str:
    path = path_of(expr)
    return ".".join(path) if path else "this value"


def _a(kind: Type) -> str:
    name = str(kind)
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"


def _spelled(function: str, signature: Signature) -> str:
    call = f"{function}({', '.join(map(str, signature.args))})"
    return call if signature.target is None else f"{signature.target}.{call}"
