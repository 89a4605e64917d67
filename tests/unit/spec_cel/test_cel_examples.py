"""Every expression of the example Specs has the type that its place wants."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from quantumlayer.spec.cel import Scope, compile_cel
from quantumlayer.spec.model import Computed, Entity, Operation, Spec

EXAMPLES = Path(__file__).parents[3] / "examples"
Placed = tuple[str, str, Scope, str]


def loaded(name: str) -> Spec:
    return Spec.model_validate(YAML(typ="safe", pure=True).load((EXAMPLES / f"{name}.spec.yaml").read_text()))


def expressions(spec: Spec) -> Iterator[Placed]:
    for name, entity in spec.entities.items():
        yield from of_entity(spec, name, entity)
    for name, operation in spec.operations.items():
        yield from of_operation(spec, name, operation)


def member_type(spec: Spec, entity: str, name: str) -> str:
    return str(
        Scope.for_derived(spec, entity).members(compile_cel("this", Scope.for_derived(spec, entity)).type)[name].type
    )


def of_entity(spec: Spec, name: str, entity: Entity) -> Iterator[Placed]:
    for key, field in entity.fields.items():
        if isinstance(field.default, Computed):
            yield f"{name}.{key}", field.default.cel, Scope.for_default(spec, name), member_type(spec, name, key)
    for key, derived in entity.derived.items():
        yield f"{name}.{key}", derived.cel, Scope.for_derived(spec, name), member_type(spec, name, key)
    for key, rule in entity.rules.items():
        if rule.cel is not None:
            yield f"{name}.{key}", rule.cel, Scope.for_rule(spec, name), "bool"
        if rule.no_overlap is not None and rule.no_overlap.when is not None:
            yield f"{name}.{key}.when", rule.no_overlap.when, Scope.for_derived(spec, name), "bool"
    for number, grant in enumerate(entity.access):
        if grant.when is not None:
            yield f"{name}.access.{number}", grant.when, Scope.for_grant(spec, name, grant.who), "bool"


def of_operation(spec: Spec, name: str, operation: Operation) -> Iterator[Placed]:
    scope = Scope.for_operation(spec, name)
    for key, requirement in operation.requires.items():
        yield f"{name}.{key}", requirement.cel, scope, "bool"
    for key, text in operation.sets.items():
        yield f"{name}.{key}", text, scope, member_type(spec, operation.on, key).removesuffix(" or null")
    if operation.creates is not None:
        for key, text in operation.creates.set.items():
            yield f"{name}.{key}", text, scope, member_type(spec, operation.creates.entity, key)


@pytest.mark.parametrize(("name", "count"), [("town-library", 20), ("clinic", 23)])
def test_every_expression_has_the_type_its_place_wants(name: str, count: int) -> None:
    placed = list(expressions(loaded(name)))
    wanted = {place: kind for place, _, _, kind in placed}
    assert {place: str(compile_cel(text, scope).type) for place, text, scope, _ in placed} == wanted
    assert len(placed) == count
