"""Why a check could not be run."""

from typing import ClassVar

from quantumlayer.core.errors import DomainError, Kind


class NotAServiceError(DomainError):
    """A folder is not a service repository that the checks know how to run."""

    code: ClassVar[str] = "QL3101"
    kind: ClassVar[Kind] = Kind.INVALID
    hint: str = "Name a folder that `ql build` wrote: it has a pyproject.toml and one package under src."


class PostgresMissingError(DomainError):
    """The PostgreSQL server that some checks need did not start."""

    code: ClassVar[str] = "QL3102"
    kind: ClassVar[Kind] = Kind.UNAVAILABLE
    hint: str = "Run `ql doctor`; without a sandbox, PostgreSQL refuses to start as root."


class CheckCrashedError(DomainError):
    """A tool ended in a way that says nothing about the service: it crashed, or ran out of time or memory."""

    code: ClassVar[str] = "QL3103"
    kind: ClassVar[Kind] = Kind.INTERNAL
    hint: str = "Read the end of the check's log, and run its command in the repository."
