"""The clock as a port, so that values never ask the machine for the time."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """This moment in UTC."""
        ...

    def seconds(self) -> float:
        """Seconds since some fixed moment, never going back: for durations."""
        ...
