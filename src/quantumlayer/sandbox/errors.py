"""Why a program could not be started safely."""

from typing import ClassVar

from quantumlayer.core.errors import DomainError, Kind


class SandboxMissingError(DomainError):
    """There is no working sandbox on this machine, and nobody said that generated code may run without one."""

    code: ClassVar[str] = "QL3001"
    kind: ClassVar[Kind] = Kind.UNAVAILABLE
    hint: str = "Install bubblewrap (`apt-get install bubblewrap`), or say `--unsafe` to run generated code without it."
