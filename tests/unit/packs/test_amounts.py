"""Patterns of amounts let through the numbers between two bounds, written in every usual way, and nothing else."""

import re
from collections.abc import Iterator
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quantumlayer.qlayer.packs.fastapi.amounts import amount_pattern


def spellings(units: int, places: int) -> Iterator[str]:
    """A number with all its places, and with fewer where the last ones are zeros."""
    text = f"{Decimal(units).scaleb(-places):.{places}f}"
    yield text
    while text.endswith("0") and "." in text:
        text = text[:-1].removesuffix(".")
        yield text


@settings(derandomize=True, max_examples=300, deadline=None)
@given(st.data(), st.integers(1, 3))
def test_exactly_the_numbers_between_the_bounds_match(data: st.DataObject, places: int) -> None:
    least, most = sorted(data.draw(st.tuples(*[st.integers(-3000, 3000) | st.integers(-150, 150)] * 2)))
    pattern = re.compile(amount_pattern(Decimal(least).scaleb(-places), Decimal(most).scaleb(-places), places))
    near = {bound + step for bound in (least, most, 0) for step in (-1, 0, 1)}
    for units in near | set(data.draw(st.lists(st.integers(-3100, 3100), max_size=20))):
        for text in spellings(units, places):
            assert bool(pattern.fullmatch(text)) == (least <= units <= most), text


@pytest.mark.parametrize("text", ["", "-0", "-0.00", "+1", "01", "1.", ".5", "1.234", "1e2", "1,0", "\u0661", "NaN"])
def test_other_spellings_do_not_match(text: str) -> None:
    assert not re.fullmatch(amount_pattern(Decimal(-100), Decimal(100), 2), text)


def test_patterns_stay_readable() -> None:
    largest = Decimal("9999999999999999.99")
    assert amount_pattern(Decimal(0), largest, 2) == r"^((0|[1-9][0-9]{0,15})(\.[0-9]{1,2})?)$"
    assert amount_pattern(Decimal(0), Decimal(100), 2) == r"^((0|[1-9][0-9]?)(\.[0-9]{1,2})?|100(\.0{1,2})?)$"
