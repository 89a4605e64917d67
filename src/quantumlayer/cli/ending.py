"""How a command is ended from outside: by Ctrl-C, by SIGTERM, by closing its terminal (SIGHUP)."""

import contextlib
import os
import signal
import sys
from collections.abc import Callable, Coroutine, Iterator
from typing import Any, TypeVar

REQUESTS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

Result = TypeVar("Result")


def heed() -> None:
    """Take each request to end like Ctrl-C, and only the first: a second would break off the cleaning up.

    What is ignored when `ql` starts stays so, as `nohup` and a script's `ql build ... &` want it.
    """
    for each in _heard():
        signal.signal(each, _end)


def complete(work: Coroutine[Any, Any, Result]) -> Result:
    """Run to the end; the first request to end cancels the work, which then cleans up undisturbed.

    Raises:
        KeyboardInterrupt: It was cancelled.
    """
    import asyncio  # noqa: PLC0415  help must not load it

    async def heeding() -> Result:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - this is one
        # In the loop, never between two of its steps: work that is done before it gets there counts as done.
        with _heard_by(lambda: task.get_loop().call_soon_threadsafe(task.cancel)):
            return await work

    try:
        return asyncio.run(heeding())
    except asyncio.CancelledError as error:
        raise KeyboardInterrupt from error


def ignore() -> None:
    """Take no more requests to end."""
    for each in _heard():
        signal.signal(each, signal.SIG_IGN)


def open_streams() -> None:
    """Give a command that was started without them (`>&-`) standard streams that lead nowhere.

    Else the next files that it opens would take their place.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            handle = os.open(os.devnull, os.O_RDWR)
            os.dup2(handle, number)
            if handle != number:
                os.close(handle)
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(number, "w" if number else "r", closefd=False))


def _heard() -> list[signal.Signals]:
    return [each for each in REQUESTS if signal.getsignal(each) is not signal.SIG_IGN]


def _end(*_: object) -> None:
    for each in _heard():
        signal.signal(each, _nothing)
    raise KeyboardInterrupt


def _nothing(*_: object) -> None:
    """A handler, where SIG_IGN would be passed on to every process that is started from now on."""


@contextlib.contextmanager
def _heard_by(listener: Callable[[], object]) -> Iterator[None]:
    """Tell the listener of the first request to end, and nobody of those after it."""
    asked = False

    def end(*_: object) -> None:
        nonlocal asked
        if not asked:
            asked = True
            listener()

    before = {each: signal.getsignal(each) for each in _heard()}
    for each in before:
        signal.signal(each, end)
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, _nothing if asked else handler)
