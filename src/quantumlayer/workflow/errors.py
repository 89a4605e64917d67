"""Why a plan cannot be run to its end."""

from typing import ClassVar

from quantumlayer.core.errors import DomainError, Kind


class StepCrashError(DomainError):
    """A step of the run broke off with an error that nobody foresaw: a defect of QuantumLayer or of a pack.

    Example: a pack from outside divides by zero while it writes one of its parts.
    """

    code: ClassVar[str] = "QL2001"
    kind: ClassVar[Kind] = Kind.INTERNAL
    hint: str = "Report it with the Spec and the message above; try without packs from outside."


class UnknownStepError(DomainError):
    """A plan holds a task of a kind that this version cannot do, so nothing was started.

    Example: a plan written by a newer version is run by an older one.
    """

    code: ClassVar[str] = "QL2002"
    kind: ClassVar[Kind] = Kind.INTERNAL
    hint: str = "Make the plan again with `ql plan`, with the version that is to run it."
