"""The example Specs, and a small one that tests break on purpose."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from quantumlayer.spec.errors import Problem, SpecError
from quantumlayer.spec.load import LoadedSpec, load_spec, parse_spec
from quantumlayer.spec.validate import validate

EXAMPLES = Path(__file__).parents[3] / "examples"
SHOP = """\
spec: 1
service: {name: shop}
roles:
  clerk:
  auditor:
  buyer: {record: Buyer}
entities:
  Buyer:
    fields:
      name: {type: string}
    access:
      - {who: clerk, may: [create, read]}
  Order:
    relations:
      buyer: {to: Buyer}
    fields:
      number: {type: int, min: 1, max: 9}
      note: {type: text, optional: true}
      secret: {type: string, optional: true, visible_to: clerk, read_only: true}
      due: {type: datetime}
    derived:
      double: {type: int, cel: this.number * 2}
    states:
      values: [open, paid]
    rules:
      positive: {cel: this.number > 0, else: Positive only.}
    access:
      - {who: [clerk, buyer], may: [create, read], when: this.number > 0}
    versioned: note
    list: {search: [note], filter: [number, buyer, status], sort: [number, due]}
operations:
  pay:
    on: Order
    by: clerk
    from: open
    to: paid
    takes:
      tip: {type: money, default: 0.50}
    sets: {note: "'paid'"}
"""

Judge = Callable[..., Sequence[Problem]]


@pytest.fixture
def library() -> LoadedSpec:
    return load_spec(EXAMPLES / "town-library.spec.yaml")


@pytest.fixture
def clinic() -> LoadedSpec:
    return load_spec(EXAMPLES / "clinic.spec.yaml")


@pytest.fixture
def shop() -> str:
    return SHOP


@pytest.fixture
def judge() -> Judge:
    """The problems of the shop's Spec after an edit: `judge(old, new)`."""

    def judged(old: str = "", new: str = "") -> Sequence[Problem]:
        assert old in SHOP, f"nothing to replace: {old}"
        try:
            return validate(parse_spec(SHOP.replace(old, new, 1)))
        except SpecError as error:
            return error.problems

    return judged


@pytest.fixture
def contradiction(judge: Judge) -> Callable[..., Problem]:
    """The one problem with this element and message after an edit of the shop's Spec; it has a hint and a place."""

    def expected(old: str, new: str, element: str, what: str) -> Problem:
        problems = judge(old, new)
        hits = [problem for problem in problems if problem.element == element and what in problem.message]
        assert len(hits) == 1, [problem.shown("spec.yaml") for problem in problems]
        assert hits[0].hint
        assert hits[0].line > 0
        assert hits[0].column > 0
        return hits[0]

    return expected
