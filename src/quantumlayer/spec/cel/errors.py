"""What can be wrong with an expression."""

from quantumlayer.core.errors import DomainError, Kind


class CelError(DomainError):
    """An expression that cannot be read or has no type.

    Args:
        message: What is wrong, without the place.
        line: Line of the place inside the expression, from 1.
        column: Column in characters, from 1.
        hint: How to mend it.
    """

    code = "QL1101"
    kind = Kind.INVALID
    hint = "Mend the expression at the line and column named; docs/spec.md lists what expressions may use."

    def __init__(self, message: str, line: int, column: int, *, hint: str = "") -> None:
        super().__init__(f"line {line}, column {column}: {message}", hint=hint)
        self.line = line
        self.column = column


class CelRuntimeError(DomainError):
    """An expression that has a type but no value: a division by zero, an overflow, a missing value."""

    code = "QL1102"
    kind = Kind.INVALID
    hint = "Guard the expression, for example with `x == null ? ... : ...`, or give the record that value."
