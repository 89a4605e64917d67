"""How a build ended."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from quantumlayer.core.checks import Check
from quantumlayer.core.plan import Tier
from quantumlayer.spec.generator import OpenElement


class Outcome(StrEnum):
    """`green`: every check passed; `incomplete`: the same, with elements left out; `red`: a check did not pass."""

    GREEN = "green"
    INCOMPLETE = "incomplete"
    RED = "red"


class BuildResult(BaseModel):
    """What a build leaves behind.

    `folder` is the target, or for a red build the folder beside it; `report` is the file in it for people.
    `files` counts the generated files, evidence aside. `seconds` is the time from the first event to the last.
    `unread` holds the sentences of the texts that want something, but are not in the Spec.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    outcome: Outcome
    service: str
    folder: str
    report: str
    tier: Tier
    lines: int
    files: int
    seconds: float
    checks: tuple[Check, ...]
    open_elements: tuple[OpenElement, ...]
    assumptions: int
    questions: int
    unread: tuple[str, ...] = ()
