"""Values as Python source, in code and in JSON bodies."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal

from quantumlayer.qtest.samples import SomeFile
from quantumlayer.spec.model import FieldType


def source(value: object) -> str:
    """The Python expression for a value: `date(2026, 3, 4)`, `Decimal("0.75")`."""
    match value:
        case datetime():
            moment = value.astimezone(UTC)
            parts = [moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second]
            while len(parts) > 5 and not parts[-1]:
                parts.pop()
            return f"datetime({', '.join(map(str, parts))}, tzinfo=UTC)"
        case date():
            return f"date({value.year}, {value.month}, {value.day})"
        case Decimal():
            return f'Decimal("{value:f}")'
        case str():
            return text(value)
        case SomeFile():
            return "A_FILE"
        case Mapping():
            return "{" + ", ".join(f"{text(str(key))}: {source(item)}" for key, item in value.items()) + "}"
        case list() | tuple():
            return "[" + ", ".join(source(item) for item in value) + "]"
        case _:
            return repr(value)


def text(value: str) -> str:
    """A text as a literal that ruff's formatter leaves alone; a long run of one character as a product."""
    if len(value) > 40 and len(set(value)) == 1:
        return f'"{value[0]}" * {len(value)}'
    quoted = repr(value)
    if quoted.startswith("'") and '"' not in value:
        return '"' + quoted[1:-1] + '"'
    return quoted


def wire(value: object, kind: FieldType | None = None) -> object:
    """A value as JSON carries it: dates, money with two places and decimals with six as text."""
    match value:
        case datetime():
            moment = value.astimezone(UTC)
            return moment.isoformat().replace("+00:00", "Z")
        case date():
            return value.isoformat()
        case int() | Decimal() if kind is FieldType.MONEY:
            return f"{Decimal(value):.2f}"
        case int() | Decimal() if kind is FieldType.DECIMAL:
            return f"{Decimal(value):.6f}"
        case int() | Decimal() if kind is FieldType.FLOAT:
            return float(value)
        case _:
            return value
