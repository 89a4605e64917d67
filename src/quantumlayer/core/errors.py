"""The one family of errors that a person is meant to read.

A domain error says what is wrong, why, and what to do next. Each subclass has a stable code (`QL` and four digits)
that `ql explain CODE` describes, and a kind that every surface maps to its own status: an exit code, an HTTP status.
"""

from enum import StrEnum
from typing import ClassVar


class Kind(StrEnum):
    """What sort of failure it is; each surface has one table from kind to its own status."""

    INVALID = "invalid"
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    QUOTA = "quota"
    UNAVAILABLE = "unavailable"
    CANCELLED = "cancelled"
    INTERNAL = "internal"


class DomainError(Exception):
    """Something a person can understand and mend.

    Args:
        what: One sentence: what is wrong, naming the place (`spec.yaml:12:5` or a path) where there is one.
        why: The reason, or the rule that was broken; empty where `what` says it all.
        hint: The next step, as a command or an edit; by default the class's own hint.
    """

    code: ClassVar[str]
    kind: ClassVar[Kind]
    hint: str = "Run `ql explain CODE` for the whole story."

    def __init__(self, what: str, *, why: str = "", hint: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.why = why
        if hint:
            self.hint = hint
