"""Which values may be missing: Python writes a caller's missing record as the id 0, a column has null."""

from quantumlayer.spec.cel import Checked, Expr, MemberKind, Nullable, RecordType, Select, walk
from quantumlayer.spec.cel.narrowing import path_of


def is_callers_record(expr: Expr, checked: Checked) -> bool:
    """Whether the expression is the record that the caller is, or is not."""
    member = checked.member_of(expr) if isinstance(expr, Select) else None
    return member is not None and member.kind is MemberKind.CALLER and member.name not in {"id", "role"}


def may_both_miss(left: Expr, right: Expr, checked: Checked) -> bool:
    """Whether a caller's record is compared with a relation and each may be missing, which makes them equal."""
    kinds = (checked.type_of(left), checked.type_of(right))
    both = all(isinstance(kind, Nullable) and isinstance(kind.item, RecordType) for kind in kinds)
    return both and is_callers_record(left, checked) != is_callers_record(right, checked)


def reads_of(expr: Select, checked: Checked) -> bool:
    """Whether the expression reads a value of the record at this path."""
    path = path_of(expr)
    return any(
        isinstance(node, Select) and isinstance(node.operand, Select) and path_of(node.operand) == path
        for node in walk(checked.expr)
    )
