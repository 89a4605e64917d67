"""The record of one run: numbers and dates what happens, and tells those who watch."""

from collections.abc import Callable, Sequence

from pydantic import JsonValue

from quantumlayer.core.clock import Clock
from quantumlayer.core.events import Event, EventKind

Watcher = Callable[[Event], None]
"""Takes every event of a run, in order, as it happens."""


class Journal:
    """Makes the events of one run: `seq` counts from 1 without gaps, times never go back.

    Args:
        run: The run's id.
        clock: Dates the events.
        watchers: Told of each event, in this order.
    """

    def __init__(self, run: str, clock: Clock, watchers: Sequence[Watcher] = ()) -> None:
        self._run = run
        self._clock = clock
        self._watchers = tuple(watchers)
        self._last: Event | None = None

    def emit(self, kind: EventKind, task: str = "", /, **data: JsonValue) -> None:
        """Record that something happened; this is the run's `Emit`."""
        at = self._clock.now()
        seq = 1
        if self._last is not None:
            at = max(at, self._last.at)
            seq = self._last.seq + 1
        self._last = Event(run=self._run, seq=seq, at=at, kind=kind, task=task, data=data)
        for watcher in self._watchers:
            watcher(self._last)
