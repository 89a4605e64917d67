"""The reference of the Spec language says what is so: its example loads, and its expressions give what it shows."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from quantumlayer.spec.cel import FUNCTIONS, RecordType, Scope, World, compile_cel, evaluate
from quantumlayer.spec.cel.runtime import to_string
from quantumlayer.spec.claims import claims
from quantumlayer.spec.load import parse_spec
from quantumlayer.spec.model import FieldType, Spec
from quantumlayer.spec.validate import checked_spec

TEXT = (Path(__file__).resolve().parents[3] / "docs" / "spec.md").read_text(encoding="utf-8")
ROWS = [tuple(cell.strip() for cell in line.strip("|").split(" | ")) for line in TEXT.splitlines() if line[:1] == "|"]
SHOWN = [(row[-2].strip("`"), row[-1].strip("`")) for row in ROWS if len(row) >= 3 and row[-1].startswith("`")]


@pytest.fixture(scope="module")
def spec() -> Spec:
    blocks = re.findall(r"^```yaml\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
    return checked_spec(parse_spec("\n".join(blocks)))


def test_the_examples_are_one_spec_without_doubts(spec: Spec) -> None:
    assert list(spec.entities) == ["Employee", "Room", "Booking"]
    assert list(spec.operations) == ["confirm", "cancel", "book_tomorrow", "book_for", "close_room", "take_over"]


def test_every_function_is_listed_once() -> None:
    assert [row[0].strip("`") for row in ROWS if len(row) == 4 and row[0].startswith("`")] == list(FUNCTIONS)


@pytest.mark.parametrize(("expression", "gives"), SHOWN)
def test_an_expression_gives_what_is_shown(expression: str, gives: str, spec: Spec) -> None:
    scope = Scope(spec, {"this": RecordType("Room"), "timezone": Scope.for_derived(spec, "Room").names["timezone"]})
    world = World(spec, datetime(2026, 3, 1, 23, 30, tzinfo=UTC))
    assert to_string(evaluate(compile_cel(expression, scope), world)) == gives


def test_addresses_that_are_said_to_make_a_promise_do(spec: Spec) -> None:
    parts = ("`entities.", "`operations.", "`queries.", "`webhooks.", "`roles.")
    said = [row[0].strip("`") for row in ROWS if row[0].startswith(parts)]
    assert len(said) == 25
    assert set(said) <= {claim.element for claim in claims(spec)}


def test_every_type_is_explained() -> None:
    assert all(f"`{kind}`" in TEXT for kind in FieldType)
