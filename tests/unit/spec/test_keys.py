"""What stands for the id in paths."""

import pytest

from quantumlayer.spec.claims import claims
from quantumlayer.spec.diff import diff
from quantumlayer.spec.load import parse_spec
from quantumlayer.spec.validate import validate
from quantumlayer.spec.validate.keys import is_plain
from quantumlayer.spec.write import dump_spec

SLUG = "slug: {type: string, unique: true, pattern: '[a-z0-9]+(-[a-z0-9]+)*'}"


@pytest.fixture
def keyed(shop: str) -> str:
    return shop.replace("  Order:\n", "  Order:\n    key: slug\n").replace(
        "      number:", f"      {SLUG}\n      number:"
    )


def test_a_record_may_be_addressed_by_a_unique_text(keyed: str) -> None:
    spec = parse_spec(keyed).spec
    assert validate(spec) == ()
    assert parse_spec(dump_spec(spec)).spec == spec
    assert "entities.Order.key" in {claim.element for claim in claims(spec)}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("key: slug", "key: slugg", "no field of type string 'slugg'"),
        ("key: slug", "key: number", "no field of type string 'number'"),
        ("unique: true, ", "", "each record has one of its own"),
        ("unique: true, ", "unique: true, optional: true, ", "each record has one of its own"),
        ("unique: true, ", "unique: true, visible_to: clerk, ", "which every reader of the record sees"),
        (", pattern: '[a-z0-9]+(-[a-z0-9]+)*'", "", "more than letters"),
        ("[a-z0-9]+(-[a-z0-9]+)*", "[a-z/]+", "more than letters"),
    ],
)
def test_a_key_that_does_not_fit_is_told(keyed: str, old: str, new: str, message: str) -> None:
    assert old in keyed
    problems = validate(parse_spec(keyed.replace(old, new, 1)).spec)
    assert [(problem.element, message in problem.message) for problem in problems] == [("entities.Order.key", True)]


@pytest.mark.parametrize("pattern", ["[a-z]+", r"\d{4}", r"(?:a|b)-\w*", "^[A-Z]{2}$", "x?"])
def test_plain_patterns(pattern: str) -> None:
    assert is_plain(pattern)


@pytest.mark.parametrize("pattern", [".*", "[^a]", "[!-z]+", "a/b", r"\s", r"\W", "(?:a|b c)", "ä"])
def test_patterns_that_let_more_pass(pattern: str) -> None:
    assert not is_plain(pattern)


def test_another_key_breaks_callers(keyed: str) -> None:
    without = parse_spec(keyed.replace("    key: slug\n", "")).spec
    spec = parse_spec(keyed).spec
    assert [(change.element, change.breaking) for change in diff(without, spec)] == [("entities.Order.key", True)]
    assert [(change.element, change.breaking) for change in diff(spec, without)] == [("entities.Order.key", True)]
