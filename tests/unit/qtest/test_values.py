from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any

import pytest

from quantumlayer.qtest.expressions import python
from quantumlayer.qtest.intervals import Interval, interval
from quantumlayer.qtest.literals import source, wire
from quantumlayer.qtest.samples import edges, samples
from quantumlayer.spec.cel import Scope, compile_cel
from quantumlayer.spec.fitting import matching, numbered, unfit
from quantumlayer.spec.load import parse_spec
from quantumlayer.spec.model import Field, FieldType
from quantumlayer.spec.validate.patterns import matches


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "None"),
        (True, "True"),
        (3, "3"),
        ("it's", '"it\'s"'),
        ('say "x"', "'say \"x\"'"),
        ("x" * 50, '"x" * 50'),
        (date(2026, 3, 4), "date(2026, 3, 4)"),
        (datetime(2026, 3, 4, 9, 0, 5, tzinfo=UTC), "datetime(2026, 3, 4, 9, 0, 5, tzinfo=UTC)"),
        (datetime(2026, 3, 4, 9, tzinfo=UTC), "datetime(2026, 3, 4, 9, 0, tzinfo=UTC)"),
        (Decimal("0.75"), 'Decimal("0.75")'),
        ({"a": [1, "b"]}, '{"a": [1, "b"]}'),
    ],
)
def test_a_value_is_written_as_python(value: object, expected: str) -> None:
    assert source(value) == expected


@pytest.mark.parametrize(
    ("value", "kind", "expected"),
    [
        (Decimal("0.5"), FieldType.MONEY, "0.50"),
        (2, FieldType.MONEY, "2.00"),
        (1, FieldType.DECIMAL, "1.000000"),
        (date(2026, 3, 4), FieldType.DATE, "2026-03-04"),
        (datetime(2026, 3, 4, 9, tzinfo=UTC), FieldType.DATETIME, "2026-03-04T09:00:00Z"),
        (True, FieldType.BOOL, True),
        (None, FieldType.DATE, None),
    ],
)
def test_a_value_is_sent_as_json_has_it(value: object, kind: FieldType | None, expected: object) -> None:
    assert wire(value, kind) == expected


@pytest.mark.parametrize(
    "pattern",
    [
        "[0-9]{13}",
        "[A-Z]{2}-[0-9]{2}",
        r"\d+\.\d\d",
        "(?:ab|cd)[^x]?.",
        r"\w{3}\s\S",
        "x",
        "[^a-zA-Z0-9]+",
        r"[\D]{2}\W",
        "é+",
    ],
)
def test_texts_for_a_pattern_match_it_and_differ(pattern: str) -> None:
    found = list(islice(matching(pattern, 1, 200), 5))
    assert found
    assert len(found) == len(set(found))
    assert all(matches(pattern, one) for one in found)
    wrong = unfit(pattern, found[0])
    assert wrong
    assert not any(matches(pattern, one) for one in wrong)


def test_there_is_no_text_for_a_pattern_that_is_too_long() -> None:
    assert list(matching("[0-9]{13}", 1, 5)) == []


def test_everything_fits_a_pattern_for_everything() -> None:
    assert unfit("(?s).*", "abc") == []


def test_a_run_of_digits_is_numbered() -> None:
    assert numbered("[A-Z]{2}-[0-9]{4}", "AA-0000") == ("AA-", 4, "")
    assert numbered("[A-Z]{2}", "AA") is None


FIELDS: list[dict[str, Any]] = [
    {"type": "string"},
    {"type": "string", "min": 3, "max": 5},
    {"type": "string", "min": 0},
    {"type": "text"},
    {"type": "email"},
    {"type": "email", "min": 8, "max": 60},
    {"type": "int", "min": 2, "max": 9},
    {"type": "int", "one_of": [15, 30]},
    {"type": "money", "min": Decimal("0.01"), "max": 500},
    {"type": "decimal", "max": 1},
    {"type": "string", "one_of": ["a", "b"]},
    {"type": "string", "pattern": "[0-9]{2,4}", "min": 2, "max": 4},
    {"type": "bool"},
    {"type": "date"},
    {"type": "datetime"},
]


def fits(field: Field, value: object) -> bool:
    if field.one_of:
        return value in field.one_of
    if isinstance(value, str):
        longest = field.max or {FieldType.TEXT: 10_000, FieldType.EMAIL: 254}.get(field.type, 200)
        in_pattern = field.pattern is None or matches(field.pattern, value)
        return max(1, field.min or 0) <= len(value) <= longest and in_pattern
    if isinstance(value, datetime):
        return 1 < value.year < 9999
    if isinstance(value, int | Decimal):
        return (field.min is None or value >= field.min) and (field.max is None or value <= field.max)
    return True


@pytest.mark.parametrize("described", FIELDS, ids=str)
def test_samples_fit_and_edges_are_on_the_right_side(described: dict[str, Any]) -> None:
    field = Field.model_validate(described)
    found = samples("name", field)
    assert found
    assert all(fits(field, value) for value in found)
    for edge in edges(field):
        assert fits(field, edge.value) is edge.fits, edge
    words = {edge.word for edge in edges(field) if not edge.fits}
    stated = {word for word in ("min", "max", "pattern", "one_of") if described.get(word)}
    assert stated <= words


SHOP = """
spec: 1
service: {name: shop}
entities:
  Item:
    fields:
      count: {type: int, min: 0, max: 10}
      price: {type: money}
    relations:
      box: {to: Box, optional: true}
    derived:
      doubled: {type: int, cel: this.count * 2}
  Box:
    fields: {}
"""


@pytest.mark.parametrize(
    ("cel", "low", "high"),
    [
        ("this.doubled", 0, 20),
        ("-this.count", -10, 0),
        ("this.count + 1", 1, 11),
        ("1 - this.count", -9, 1),
        ("min(this.price, 5.0)", None, 5),
        ("max(this.price, 5.0)", 5, None),
        ("this.count > 3 ? 7 : this.count", 0, 10),
        ("this.count / 2", None, None),
        ("this.price", None, None),
        ("this.id", None, None),
    ],
)
def test_bounds_are_never_narrower_than_the_truth(cel: str, low: int | None, high: int | None) -> None:
    spec = parse_spec(SHOP).spec
    found = interval(spec, compile_cel(cel, Scope.for_derived(spec, "Item")))
    assert found == Interval(None if low is None else Decimal(low), None if high is None else Decimal(high))


def test_a_way_back_is_counted_from_nothing() -> None:
    spec = parse_spec(SHOP).spec
    assert interval(spec, compile_cel("this.items.size()", Scope.for_derived(spec, "Box"))) == Interval(Decimal(0))


@pytest.mark.parametrize(
    ("cel", "expected"),
    [
        ("this.start + minutes(this.length)", "start + timedelta(minutes=length)"),
        ("!(this.a && this.b) ? 1 : -this.c", "1 if not (a and b) else -c"),
        ("max(this.a, 2) == 3", "max(a, 2) == 3"),
        ("this.other + 1", None),
        ("now()", None),
    ],
)
def test_an_expression_over_own_fields_is_written_as_python(cel: str, expected: str | None) -> None:
    names = {name: name for name in ("start", "length", "a", "b", "c")}
    assert python(cel, names, FieldType.INT) == expected
