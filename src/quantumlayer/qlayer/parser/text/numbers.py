"""Numbers as people write them: `21`, `2,000`, `10.00`, `three`."""

from decimal import Decimal

_WORDS = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty",
)  # fmt: skip
_MORE = {"thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "ninety": 90, "hundred": 100, "once": 1, "twice": 2}
VALUES = {word: value for value, word in enumerate(_WORDS)} | _MORE
NUMBER = r"(?:\d+(?:,\d{3})*(?:\.\d+)?|\b(?:" + "|".join(VALUES) + r")\b)"
"""A pattern for one number, without a group of its own."""


def number(text: str) -> int | Decimal:
    """The value of a text that matches `NUMBER`; a decimal where it has a point."""
    plain = text.strip().lower().replace(",", "")
    if plain in VALUES:
        return VALUES[plain]
    return Decimal(plain) if "." in plain else int(plain)
