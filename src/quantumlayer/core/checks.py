"""Evidence: what ran, how it ended, and what it found."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Status(StrEnum):
    """How a check ended. `error` means that the check itself could not run."""

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"


class Finding(_Value):
    """One thing a check found wrong.

    `element` is the address of the Spec element behind it (`entities.Book.fields.isbn`), where it is known; `path` and
    `line` are the place in the generated repository.
    """

    message: str
    code: str = ""
    element: str = ""
    path: str = ""
    line: int = 0


class TestCase(_Value):
    """One test of the generated service that ran, and the Spec elements it proves."""

    __test__ = False

    name: str
    passed: bool
    seconds: float = 0.0
    proves: tuple[str, ...] = ()


class Check(_Value):
    """Something that ran and has a result.

    `figures` are measured values by name, such as `{"coverage_percent": 97.2}`; `log` is the end of its output.
    """

    name: str
    title: str
    status: Status
    seconds: float
    summary: str = ""
    findings: tuple[Finding, ...] = ()
    figures: dict[str, float] = {}
    tests: tuple[TestCase, ...] = ()
    command: tuple[str, ...] = ()
    log: str = ""
