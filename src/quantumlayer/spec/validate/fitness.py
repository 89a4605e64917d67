"""Judges what defaults and operations set: what is handed over must keep to the limits of the field that it is for."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal

from quantumlayer.spec.cel import (
    CelError,
    Checked,
    Nullable,
    RecordType,
    Scope,
    Select,
    TakesType,
    all_acting,
    assignable,
    compile_cel,
    field_type,
    rounded,
)
from quantumlayer.spec.errors import Problem
from quantumlayer.spec.model import LONGEST, Computed, Entity, Field, Spec
from quantumlayer.spec.validate.constants import constant
from quantumlayer.spec.validate.values import beyond, misfit


def judge_fitness(spec: Spec) -> Iterator[Problem]:
    """Inputs, fields and constants that are set to a field which does not take every one of their values."""
    for name, entity in spec.entities.items():
        for key, field in entity.fields.items():
            if isinstance(field.default, Computed):
                address = f"entities.{name}.fields.{key}.default.cel"
                yield from _judge(spec, address, field.default.cel, Scope.for_default(spec, name), entity, key)
    for name, operation in spec.operations.items():
        scope = Scope.for_operation(spec, name)
        for key, text in operation.sets.items():
            yield from _judge(spec, f"operations.{name}.sets.{key}", text, scope, spec.entities[operation.on], key)
        if operation.creates is not None:
            entity = spec.entities[operation.creates.entity]
            for key, text in operation.creates.set.items():
                yield from _judge(spec, f"operations.{name}.creates.set.{key}", text, scope, entity, key)
        yield from _of_effects(spec, name)


def _of_effects(spec: Spec, name: str) -> Iterator[Problem]:
    try:
        found = list(all_acting(spec, name))
    except CelError:
        return  # told where expressions are judged
    for one in found:
        for key, text in one.effect.sets.items() if one.target is not None else ():
            entity = spec.entities[str(one.target)]
            yield from _judge(spec, f"{one.address}.sets.{key}", text, one.scope, entity, key)
        if one.effect.creates is not None:
            entity = spec.entities[one.effect.creates.entity]
            for key, text in one.effect.creates.set.items():
                yield from _judge(spec, f"{one.address}.creates.set.{key}", text, one.scope, entity, key)


def _judge(spec: Spec, address: str, text: str, scope: Scope, entity: Entity, key: str) -> Iterator[Problem]:
    field = entity.fields.get(key)
    if field is None:
        return
    try:
        checked = compile_cel(text, scope)
    except CelError:
        return  # told where expressions are judged
    if not assignable(checked.type, Nullable(field_type(field.type))):
        return  # told there, too
    value = rounded(constant(checked, checked.expr), field.type)
    if isinstance(value, bool | int | Decimal | date | str) and not isinstance(value, datetime):
        if fault := misfit(field, value) or beyond(field, value):
            yield Problem(address, f"The value does not fit {key}: {fault}", "Change the value, or the limit.", 1, 1)
        return
    node = checked.expr
    source = _source(spec, checked, node) if isinstance(node, Select) else None
    if source is not None and (fault := _looser(source, field)):
        message = f"`{text}` does not always fit {key}: {fault}"
        yield Problem(address, message, f"Give `{text}` the limits of {key}, or drop the limit.", 1, 1)


def _source(spec: Spec, checked: Checked, node: Select) -> Field | None:
    """The field or input that the expression hands over as it is."""
    owner = checked.type_of(node.operand)
    match owner.item if isinstance(owner, Nullable) else owner:
        case TakesType() as takes:
            return checked.scope.inputs(takes).get(node.field)
        case RecordType(entity=entity):
            return spec.entities[entity].fields.get(node.field)
    return None


def _looser(source: Field, target: Field) -> str:
    """Which limit of the target the source's values may break; empty if none."""
    if source.one_of:
        return next((fault for value in source.one_of if (fault := beyond(target, value))), "")
    if target.one_of:
        return f"it is not limited to {', '.join(map(str, target.one_of))}."
    longest = LONGEST.get(target.type)
    most = target.max if target.max is not None else longest
    highest = source.max if source.max is not None else LONGEST.get(source.type)
    if most is not None and (highest is None or highest > most):
        return f"`max` is {most}, and it may be {'any number' if highest is None else highest}."
    least = target.min
    lowest = source.min if source.min is not None else (1 if source.type in LONGEST else None)
    if least is not None and (lowest is None or lowest < least):
        return f"`min` is {least}, and it may be {'any number' if lowest is None else lowest}."
    if target.pattern is not None and source.pattern != target.pattern:
        return "it need not match the pattern."
    return ""
