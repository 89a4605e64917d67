"""Finds the questions about collections in an expression: how many, is there any, what is the sum."""

from dataclasses import dataclass, replace
from enum import StrEnum

from quantumlayer.qlayer.packs.fastapi.code import UnsupportedError
from quantumlayer.spec.cel import (
    Binary,
    Call,
    Checked,
    Comprehension,
    Expr,
    Ident,
    ListType,
    Literal,
    Macro,
    Member,
    MemberKind,
    RecordType,
    Scope,
    Select,
    compile_cel,
    walk,
)
from quantumlayer.spec.model import Spec


class Question(StrEnum):
    """What is asked of a collection."""

    COUNT = "count"
    ONE = "one"
    EXISTS = "exists"
    SUM = "sum"


@dataclass(frozen=True, slots=True)
class Aggregate:
    """A question about the records of `entity` whose relation `via` points at `owner`.

    Each of `conditions` is a variable and what must hold for it (`negated`: must not); `value` is what is summed.
    """

    question: Question
    entity: str
    via: str
    owner: Expr
    conditions: tuple[tuple[str, Expr, bool], ...] = ()
    value: tuple[str, Expr] | None = None
    inverted: bool = False


def aggregate_of(expr: Expr, checked: Checked) -> Aggregate | None:
    """The question that this node asks, if it asks one."""
    match expr:
        case Call(function="size", target=None, args=(items,)) | Call(function="size", target=items, args=()) if (
            items is not None and isinstance(checked.type_of(items), ListType)
        ):
            return collection_of(items, checked, Question.COUNT)
        case Call(function="sum", target=Comprehension(kind=Macro.MAP) as mapped, args=()):
            found = collection_of(mapped.range, checked, Question.SUM)
            if found is None:
                return None
            if mapped.where is not None:
                found = _narrowed(found, mapped.variable, mapped.where)
            return replace(found, value=(mapped.variable, mapped.body))
        case Comprehension(kind=Macro.EXISTS, range=items, variable=variable, body=body):
            found = collection_of(items, checked, Question.EXISTS)
            return None if found is None else _narrowed(found, variable, body)
        case Comprehension(kind=Macro.ALL, range=items, variable=variable, body=body):
            found = collection_of(items, checked, Question.EXISTS)
            return None if found is None else replace(_narrowed(found, variable, body, negated=True), inverted=True)
        case Comprehension(kind=Macro.EXISTS_ONE, range=items, variable=variable, body=body):
            found = collection_of(items, checked, Question.ONE)
            return None if found is None else _narrowed(found, variable, body)
    return None


def _narrowed(found: Aggregate, variable: str, body: Expr, *, negated: bool = False) -> Aggregate:
    return replace(found, conditions=(*found.conditions, (variable, body, negated)))


def collection_of(expr: Expr, checked: Checked, question: Question) -> Aggregate | None:
    """The records that an expression names, as those a question is about."""
    match expr:
        case Select(operand=owner):
            member = checked.member_of(expr)
            if member is not None and member.kind is MemberKind.BACK:
                return Aggregate(question, member.source, member.via, owner)
        case Comprehension(kind=Macro.FILTER, range=items, variable=variable, body=body):
            found = collection_of(items, checked, question)
            return None if found is None else _narrowed(found, variable, body)
    return None


def touches_relations(checked: Checked) -> bool:
    """Whether the value depends on more than the record's own columns."""
    return any(_touches(node, checked) for node in walk(checked.expr))


def _touches(node: Expr, checked: Checked) -> bool:
    if not isinstance(node, Select):
        return False
    member = checked.member_of(node)
    if member is None:
        return False
    return member.kind is MemberKind.BACK or (
        isinstance(node.operand, Select) and isinstance(checked.type_of(node.operand), RecordType)
    )


def path_of(expr: Expr) -> tuple[str, ...]:
    """The names of a selection path: `caller.member` is `("caller", "member")`.

    Raises:
        UnsupportedError: The record is worked out in some other way.
    """
    match expr:
        case Ident(name=name):
            return (name,)
        case Select(operand=operand, field=field):
            return (*path_of(operand), field)
    raise UnsupportedError("a collection of a record that is itself worked out")


def locked_paths(spec: Spec, checked: Checked) -> frozenset[tuple[str, ...]]:
    """The records whose collections the expression counts.

    Two requests at once may both count before either adds, so these records are locked first.
    """
    found: set[tuple[str, ...]] = set()
    for node in walk(checked.expr):
        member = checked.member_of(node) if isinstance(node, Select) else None
        if isinstance(node, Select) and member is not None:
            if member.kind is MemberKind.BACK and isinstance(member.type, ListType):
                found.add(path_of(node.operand))
            elif member.kind is MemberKind.DERIVED:
                found |= _locked_by_derived(spec, node, member, checked)
    return frozenset(path for path in found if path[0] in {"this", "caller", "takes"})


def _locked_by_derived(spec: Spec, node: Select, member: Member, checked: Checked) -> set[tuple[str, ...]]:
    owner = checked.type_of(node.operand)
    if not isinstance(owner, RecordType):
        return set()
    derived = spec.entities[owner.entity].derived[member.name]
    inner = compile_cel(derived.cel, Scope.for_derived(spec, owner.entity))
    paths = locked_paths(spec, inner)
    if not paths:
        return set()
    base = path_of(node.operand)
    return {(*base, *path[1:]) for path in paths}


def chained(expr: Binary) -> bool:
    """Whether the right operand needs no parentheses: sums of sums and products of products are the same either way."""
    return expr.operator in {"+", "*"} and isinstance(expr.right, Binary) and expr.right.operator == expr.operator


def is_null(expr: Expr) -> bool:
    """Whether the expression is the literal null."""
    return isinstance(expr, Literal) and expr.value is None
