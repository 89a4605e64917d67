"""Judges rules that no two records have the same values together."""

from collections.abc import Iterator

from quantumlayer.spec.errors import Problem
from quantumlayer.spec.model import Entity, FieldType, Moment, RelationKind, Rule, Unique
from quantumlayer.spec.validate.references import known

_PLAIN = frozenset(FieldType) - {FieldType.FILE, FieldType.JSON, FieldType.TEXT}


def judge_unique(address: str, entity: Entity, rule: Rule, unique: Unique) -> Iterator[Problem]:
    """Values that are not there or cannot be compared, and what is said by `unique` at a field already."""
    if set(rule.on) != {Moment.CREATE, Moment.UPDATE}:
        yield Problem(f"{address}.on", "`unique` holds whenever a record is made or changed.", "Remove `on`.")
    plain = [key for key, field in entity.fields.items() if field.type in _PLAIN]
    yield from known(unique.of, [*plain, *entity.references], f"{address}.unique.of", "relation or short field")
    alone = [key for key in unique.of if key in entity.fields and entity.fields[key].unique]
    alone += [
        key for key in unique.of if key in entity.references and entity.references[key].kind is RelationKind.ONE_TO_ONE
    ]
    if alone:
        message = f"No two records have the same {alone[0]} anyway."
        yield Problem(f"{address}.unique.of", message, f"Drop the rule, or what makes {alone[0]} unique by itself.")
