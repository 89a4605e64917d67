"""Why a program could not be started safely."""

from typing import ClassVar

from quantumlayer.core.errors import DomainError, Kind


class SandboxMissingError(DomainError):
    """There is no working sandbox on this machine, and nobody said that generated code may run without one."""

    code: ClassVar[str] = "QL3001"
    kind: ClassVar[Kind] = Kind.UNAVAILABLE
    hint: str = "Install bubblewrap (`apt-get install bubblewrap`), or say `--unsafe` to run generated code without it."


class ScratchError(DomainError):
    """There is no place for temporary files, or no room left in it.

    Example: `TMPDIR` names a small memory disk, and copies of the service for the checks fill it.
    """

    code: ClassVar[str] = "QL3002"
    kind: ClassVar[Kind] = Kind.UNAVAILABLE
    hint: str = "Make room there, or set TMPDIR to a folder with room that you may write to."
