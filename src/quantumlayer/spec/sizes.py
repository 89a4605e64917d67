"""Sizes of files as people write them: `10 MB`."""

import re

_UNITS = {
    "B": 1,
    **{unit: 1000**power for power, unit in enumerate(("kB", "MB", "GB"), start=1)},
    **{unit: 1024**power for power, unit in enumerate(("KiB", "MiB", "GiB"), start=1)},
}
_SIZE = re.compile(r"([0-9]{1,12}) ?([A-Za-z]{1,3})")
_SPELLED = {unit.lower(): unit for unit in _UNITS}


def read_size(text: str) -> int | None:
    """The bytes that a text such as `10 MB` or `512KiB` means, whatever the case of the unit; None for any other."""
    found = _SIZE.fullmatch(text.strip())
    unit = _SPELLED.get(found[2].lower()) if found else None
    return int(found[1]) * _UNITS[unit] if found and unit else None


def size_text(size: int) -> str:
    """The bytes in the largest unit of which they are a whole number, the units of ten before those of two."""
    fitting = [(value, unit) for unit, value in _UNITS.items() if size and size % value == 0]
    tens = [(value, unit) for value, unit in fitting if value > 1 and "i" not in unit]
    value, unit = max(tens or fitting, default=(1, "B"))
    return f"{size // value} {unit}"
