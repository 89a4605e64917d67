"""Unique indexes of the FastAPI pack: their conditions as SQL, and those that stay open."""

import pytest

from quantumlayer.qlayer.packs.fastapi.openness import supported
from quantumlayer.qlayer.packs.fastapi.reduction import without
from quantumlayer.qlayer.packs.fastapi.uniques import unique_indexes
from quantumlayer.spec.load import parse_spec
from quantumlayer.spec.model import Spec

SPEC = """\
spec: 1
service: {name: sheds}
roles: {keeper: }
entities:
  Shed:
    fields: {street: {type: string}}
    access: [{who: keeper, may: [create, read]}]
  Tool:
    relations: {shed: {to: Shed}}
    fields:
      label: {type: string, optional: true}
      shelf: {type: int}
      lent: {type: bool, default: false}
    states: {values: [new, old]}
    rules:
      one: {unique: {of: [shed, shelf], when: WHEN}, else: Taken.}
    access: [{who: keeper, may: [create, read]}]
operations:
  age: {on: Tool, by: keeper, from: new, to: old}
"""


def spec_with(when: str) -> Spec:
    return parse_spec(SPEC.replace("WHEN", f'"{when}"')).spec


@pytest.mark.parametrize(
    ("when", "where"),
    [
        ("this.lent", "lent"),
        ("!this.lent && this.shelf > 2", "NOT lent AND shelf > 2"),
        ("this.label == null", "label IS NULL"),
        ("this.label != null", "label IS NOT NULL"),
        ("this.status in ['new']", "status IN ('new')"),
    ],
)
def test_a_condition_is_one_of_the_index(when: str, where: str) -> None:
    (index,) = unique_indexes(spec_with(when), "Tool")
    assert (index.where, index.columns, index.told) == (where, ("shed_id", "shelf"), "tool.shed_id, tool.shelf")


@pytest.mark.parametrize("when", ["this.label != 'x'", "this.shelf * 2 > 3", "this.lent || this.shelf > 1"])
def test_a_condition_that_cannot_be_one_stays_open(when: str) -> None:
    left, found = supported(spec_with(when))
    assert [item.element for item in found] == ["entities.Tool.rules.one"]
    assert left.entities["Tool"].rules == {}


def test_the_second_rule_about_the_same_values_stays_open() -> None:
    twice = SPEC.replace("WHEN", "this.lent").replace(
        "    access: [{who: keeper, may: [create, read]}]\noperations",
        "      two: {unique: {of: [shed, shelf]}, else: Taken as well.}\n"
        "    access: [{who: keeper, may: [create, read]}]\noperations",
    )
    _, found = supported(parse_spec(twice).spec)
    assert [item.element for item in found] == ["entities.Tool.rules.two"]


def test_a_rule_about_a_value_that_is_left_out_stays_open() -> None:
    left = without(spec_with("this.lent"), "entities.Tool.fields.shelf")
    _, found = supported(left)
    assert [item.element for item in found] == ["entities.Tool.rules.one"]
