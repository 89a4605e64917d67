"""What the message of a webhook says, each value with its expression and its type."""

from dataclasses import dataclass

from quantumlayer.spec.base import FieldType
from quantumlayer.spec.cel import (
    BOOL,
    DATE,
    DECIMAL,
    INT,
    NULL,
    TIMESTAMP,
    Checked,
    MemberKind,
    Nullable,
    RecordType,
    Scope,
    Select,
    Type,
    compile_cel,
)
from quantumlayer.spec.cel.types import without_null
from quantumlayer.spec.model import Spec
from quantumlayer.spec.reports import Value

_KINDS: dict[Type, FieldType] = {
    BOOL: FieldType.BOOL,
    DATE: FieldType.DATE,
    DECIMAL: FieldType.DECIMAL,
    INT: FieldType.INT,
    TIMESTAMP: FieldType.DATETIME,
}


@dataclass(frozen=True, slots=True)
class Said:
    """One value of a message: its name, its expression over `this`, and its type."""

    name: str
    checked: Checked
    kind: FieldType
    optional: bool
    about: str


def said_by(spec: Spec, name: str) -> list[Said]:
    """The values of a webhook's message.

    Raises:
        CelError: One of them cannot be read or typed.
    """
    webhook = spec.webhooks[name]
    scope = Scope.for_job(spec, webhook.of)
    found = []
    for key, cel in webhook.told.items():
        checked, value = compile_cel(cel, scope), webhook.body[key]
        if isinstance(value, Value):
            found.append(Said(key, checked, value.type, value.optional, value.about))
        else:
            optional = isinstance(checked.type, Nullable) or checked.type == NULL
            found.append(Said(key, checked, _kind(checked), optional, ""))
    return found


def _kind(checked: Checked) -> FieldType:
    """The type of the field or the derived value that is read, else that of the expression."""
    expr = checked.expr
    member = checked.member_of(expr) if isinstance(expr, Select) else None
    owner = without_null(checked.type_of(expr.operand)) if isinstance(expr, Select) else None
    if member is not None and isinstance(owner, RecordType):
        entity = checked.scope.spec.entities[owner.entity]
        if member.kind is MemberKind.FIELD:
            return entity.fields[member.name].type
        if member.kind is MemberKind.DERIVED:
            return entity.derived[member.name].type
    return _KINDS.get(without_null(checked.type), FieldType.STRING)
