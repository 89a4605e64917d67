"""Regular expressions for amounts: exactly the texts of the numbers between two bounds.

A JSON number is a float, which has no 0.10, so amounts travel as text. A JSON Schema can bound text only by a pattern,
and what the pattern lets through the service must accept.
"""

from collections.abc import Callable
from decimal import Decimal
from itertools import groupby


def amount_pattern(least: Decimal, most: Decimal, places: int) -> str:
    """The pattern of every number from `least` to `most` with up to `places` places, without leading zeros.

    Zero has no sign. The pattern keeps to what Python, Rust and ECMAScript read alike.
    """
    scale = 10**places
    low, high = int(least * scale), int(most * scale)
    parts = []
    if low < 0:
        parts.append(f"-({_unsigned(max(1, -high), -low, places)})")
    if high >= 0:
        parts.append(_unsigned(max(0, low), high, places))
    if parts == [f"-({_unsigned(1, high, places)})", _unsigned(0, high, places)] and low == -high:
        zero = rf"0(\.0{{1,{places}}})?"
        parts = [f"-?({_unsigned(1, high, places)})", zero]
    return f"^({'|'.join(parts)})$"


def _unsigned(low: int, high: int, places: int) -> str:
    """Numbers between two bounds that are not negative, both in units of the last place."""
    scale = 10**places
    (first, least), (last, most) = divmod(low, scale), divmod(high, scale)
    if first == last:
        return f"{first}{_fraction(least, most, places)}"
    parts = []
    if least:
        parts.append(f"{first}{_fraction(least, scale - 1, places)}")
        first += 1
    whole = last if most < scale - 1 else last + 1
    if first < whole:
        parts.append(f"({_integer(first, whole - 1)}){_fraction(0, scale - 1, places)}")
    if most < scale - 1:
        parts.append(f"{last}{_fraction(0, most, places)}")
    return "|".join(parts)


def _integer(low: int, high: int) -> str:
    """Whole numbers between two bounds, zero included where it lies between them."""
    parts = ["0"] if low == 0 else []
    low = max(low, 1)
    sizes = range(len(str(low)), len(str(high)) + 1) if low <= high else range(0)
    full = [size for size in sizes if low <= 10 ** (size - 1) and high >= 10**size - 1]
    for size in sizes:
        if size not in full:
            parts.append(_digits(str(max(low, 10 ** (size - 1))), str(min(high, 10**size - 1))))
        elif size == full[0]:
            parts.append(f"[1-9]{_repeated(full[0] - 1, full[-1] - 1)}")
    return "|".join(parts)


def _digits(low: str, high: str) -> str:
    """Numbers of one length between two of that length."""
    if not low:
        return ""
    nines, zeros = "9" * (len(low) - 1), "0" * (len(low) - 1)

    def rest(digit: str) -> str:
        return _digits(low[1:] if digit == low[0] else zeros, high[1:] if digit == high[0] else nines)

    if low == "0" * len(low) and high == "9" * len(high):
        return _repeated(len(low), len(low))
    return _branches(low[0], high[0], rest)


def _fraction(low: int, high: int, places: int) -> str:
    """What may stand after the whole part; nothing at all where that means a value within the bounds."""
    scale = 10**places
    if (low, high) == (0, scale - 1):
        return rf"(\.[0-9]{{1,{places}}})?"
    if (low, high) == (0, 0):
        return rf"(\.0{{1,{places}}})?"
    some = rf"\.{_decimals(low, high, places)}"
    return f"({some})?" if low == 0 else some


def _decimals(low: int, high: int, places: int) -> str:
    """One to `places` digits that mean, filled up with zeros, a number between the bounds."""
    unit = 10 ** (places - 1)

    def rest(digit: str) -> str:
        least, most = max(0, low - int(digit) * unit), min(unit - 1, high - int(digit) * unit)
        if places == 1:
            return ""
        if (least, most) == (0, unit - 1):
            return _repeated(0, places - 1)
        some = _decimals(least, most, places - 1)
        return f"({some})?" if least == 0 else some

    return _branches(str(low // unit), str(high // unit), rest)


def _branches(low: str, high: str, rest: Callable[[str], str]) -> str:
    """A digit between two and what may follow it; digits that the same may follow stand together."""
    digits = [str(digit) for digit in range(int(low), int(high) + 1)]
    groups = [(follows, [*same]) for follows, same in groupby(digits, rest)]
    parts = [f"{_class(same)}{follows}" for follows, same in groups]
    return parts[0] if len(parts) == 1 else f"({'|'.join(parts)})"


def _class(digits: list[str]) -> str:
    if len(digits) == 1:
        return digits[0]
    return f"[{digits[0]}-{digits[-1]}]"


def _repeated(least: int, most: int) -> str:
    """A number of digits from `least` to `most`."""
    if least == most:
        return {0: "", 1: "[0-9]"}.get(least, f"[0-9]{{{least}}}")
    return "[0-9]?" if (least, most) == (0, 1) else f"[0-9]{{{least},{most}}}"
