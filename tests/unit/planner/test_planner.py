"""A plan follows from the Spec alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from quantumlayer.core.artifact import Artifact
from quantumlayer.core.plan import Tier
from quantumlayer.qlayer.planner import estimated_lines, plan_build, tier
from quantumlayer.spec.generator import OpenElement, Part
from quantumlayer.spec.load import load_spec, parse_spec
from quantumlayer.spec.model import Spec

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"


@dataclass(frozen=True)
class Probe:
    name: str
    title: str
    estimate: float


class Pack:
    name = "pack"
    version = "1"

    def parts(self, spec: Spec) -> Sequence[Part]:
        return [Part(id=name.lower(), title=name, estimate=0.5) for name in spec.entities]

    def generate(self, spec: Spec, part: Part) -> Sequence[Artifact]:
        return [Artifact.text(f"{part.id}.txt", spec.service.name)]

    def open_elements(self, spec: Spec) -> Sequence[OpenElement]:
        return [OpenElement(element=name, reason="", needs="") for name in spec.quality]


def spec_of(text: str) -> Spec:
    return parse_spec(f"spec: 1\nservice: {{name: shed}}\n{text}").spec


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (0, Tier.SIMPLE),
        (99, Tier.SIMPLE),
        (100, Tier.STANDARD),
        (1000, Tier.STANDARD),
        (1001, Tier.COMPLEX),
    ],
)
def test_the_tier_follows_the_lines(lines: int, expected: Tier) -> None:
    assert tier(lines) is expected


def test_each_element_has_its_weight() -> None:
    assert estimated_lines(spec_of("entities: {Tool: {}}")) == 30
    text = """
roles: {keeper: {}}
entities:
  Tool:
    fields: {label: {type: string}}
    relations: {parent: {to: Tool, optional: true}}
    derived: {twice: {type: int, cel: 1 + 1}}
    states: {values: [new, old]}
    rules: {named: {cel: this.label != '', else: A tool has a name.}}
    access: [{who: keeper, may: [read, create]}, {who: keeper, may: [read]}]
    versioned: label
    audit: {actions: [read], visible_to: keeper}
operations:
  age:
    on: Tool
    by: keeper
    takes: {years: {type: int}}
    requires: {old: {cel: takes.years > 1, else: Too young.}}
    sets: {label: "'old'"}
    creates: {entity: Tool}
"""
    entity = 30 + 2 * 30 + 8 + 15 + 15 + 2 * 10 + 20 + 2 * 10 + 40 + 60
    assert estimated_lines(spec_of(text)) == 15 + entity + 25 + 8 + 8 + 3 + 10


@pytest.mark.parametrize(("name", "expected"), [("town-library", Tier.STANDARD), ("clinic", Tier.COMPLEX)])
def test_the_examples_have_the_tier_that_a_reader_would_give(name: str, expected: Tier) -> None:
    spec = load_spec(EXAMPLES / f"{name}.spec.yaml").spec
    assert plan_build(spec, [Pack()], []).tier is expected


def test_parts_run_side_by_side_and_checks_wait_for_the_whole_tree() -> None:
    spec = spec_of("entities: {Tool: {}, Shelf: {}}")
    made = plan_build(spec, [Pack()], [Probe("lint", "Lint rules hold", 2.0)])
    needs = {task.id: set(task.needs) for task in made.tasks}
    parts = {"generate.pack.tool", "generate.pack.shelf"}
    assert needs == {
        "generate.pack.tool": set(),
        "generate.pack.shelf": set(),
        "assemble": parts,
        "check.lint": {"assemble"},
        "claims": {"check.lint", "assemble"},
        "package": {"assemble", "check.lint", "claims"},
    }
    by_id = {task.id: task for task in made.tasks}
    assert by_id["generate.pack.shelf"].inputs == {"generator": "pack", "part": "shelf"}
    assert (by_id["check.lint"].inputs, by_id["check.lint"].estimate) == ({"check": "lint"}, 2.0)


def test_the_same_spec_gives_the_same_plan() -> None:
    spec = load_spec(EXAMPLES / "clinic.spec.yaml").spec
    assert plan_build(spec, [Pack()], []) == plan_build(spec, [Pack()], [])
