"""What the planner needs to know of checks."""

from typing import Protocol


class CheckKind(Protocol):
    """A check that can be planned: `name` is its id, `estimate` its expected seconds on two cores."""

    @property
    def name(self) -> str:
        """The id by which the check is asked for."""
        ...

    @property
    def title(self) -> str:
        """What it is called in plans and reports."""
        ...

    @property
    def estimate(self) -> float:
        """Expected seconds on two cores."""
        ...
