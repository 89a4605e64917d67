"""One process tree under watch: bounded output, time and memory, and nothing left behind."""

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from quantumlayer.sandbox.ports import Completed

OUTPUT_HALF = 512 * 1024
"""Bytes kept of the beginning of each output stream, and as many of its end."""

PROCESSES = 400
"""More than any check needs; a number above it is a fork bomb."""

WATCH_INTERVAL = 0.1
"""Seconds between two looks at a tree's memory."""

PAGE = os.sysconf("SC_PAGE_SIZE")


async def run_watched(
    argv: Sequence[str], *, cwd: Path, env: Mapping[str, str], stdin: bytes, seconds: float, memory: int
) -> Completed:
    """Run a program and everything it starts to the end, and kill what is left of it.

    Args:
        argv: Program and arguments.
        cwd: Working folder on the host.
        env: The whole environment of the program.
        stdin: What it reads on standard input.
        seconds: Wall-clock seconds until it is killed.
        memory: Bytes for the whole tree.

    Raises:
        FileNotFoundError: There is no such program.
    """
    started = time.monotonic()
    process = await _begun(argv, cwd, env)
    assert process.stdout is not None  # noqa: S101 - asked for above
    assert process.stderr is not None  # noqa: S101 - asked for above
    outputs = [asyncio.create_task(_read(stream)) for stream in (process.stdout, process.stderr)]
    watcher = asyncio.create_task(_outgrown(process.pid, memory))
    feeder = asyncio.create_task(_feed(process.stdin, stdin))
    finished = asyncio.gather(process.wait(), *outputs)
    try:
        done, _ = await asyncio.wait((finished, watcher), timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        # Also reached when this task is cancelled: the tree must not outlive it.
        kill_tree(process.pid)
        watcher.cancel()
        feeder.cancel()
        await asyncio.wait((finished, watcher, feeder), timeout=5)
    return Completed(
        returncode=process.returncode if process.returncode is not None else -signal.SIGKILL,
        stdout=_text(outputs[0]),
        stderr=_text(outputs[1]),
        seconds=time.monotonic() - started,
        timed_out=not done,
        out_of_memory=watcher in done and finished not in done,
    )


async def _begun(argv: Sequence[str], cwd: Path, env: Mapping[str, str]) -> asyncio.subprocess.Process:
    """Start a program at the head of a process group of its own."""
    start = asyncio.create_subprocess_exec(
        *argv,
        cwd=cwd,
        env=dict(env),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    starting = asyncio.ensure_future(start)
    try:
        return await asyncio.shield(starting)
    except asyncio.CancelledError:
        # Left to itself, asyncio would kill only the one process, which may have started the next by then.
        with contextlib.suppress(OSError):
            process = await starting
            kill_tree(process.pid)
            await process.wait()
        raise


def tree(root: int) -> list[int]:
    """The process and its descendants that still run, parents first."""
    found = [root]
    for pid in found:
        with contextlib.suppress(OSError):
            for thread in Path(f"/proc/{pid}/task").iterdir():
                found.extend(int(child) for child in (thread / "children").read_text().split())
    return found


def kill_tree(root: int) -> None:
    """Kill a process, its group and its descendants at once."""
    pids = tree(root)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(root, signal.SIGKILL)
    for pid in pids[1:]:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def memory_of(pids: Sequence[int]) -> int:
    """Bytes that the processes use, those aside which they share with others."""
    pages = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            _, resident, shared, *_ = map(int, Path(f"/proc/{pid}/statm").read_text().split())
            pages += resident - shared
    return pages * PAGE


async def _outgrown(root: int, memory: int) -> None:
    """Return when the tree uses more than it may."""
    while True:
        pids = tree(root)
        if len(pids) > PROCESSES or memory_of(pids) > memory:
            return
        await asyncio.sleep(WATCH_INTERVAL)


async def _feed(stream: asyncio.StreamWriter | None, content: bytes) -> None:
    assert stream is not None  # noqa: S101 - asked for where the process was made
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        stream.write(content)
        await stream.drain()
        stream.close()
        await stream.wait_closed()


async def _read(stream: asyncio.StreamReader) -> bytes:
    """The whole output, or its beginning and end when it is long."""
    head, tail, total = bytearray(), bytearray(), 0
    while chunk := await stream.read(65536):
        total += len(chunk)
        room = OUTPUT_HALF - len(head)
        head += chunk[:room]
        tail += chunk[room:] if room > 0 else chunk
        if len(tail) > 2 * OUTPUT_HALF:
            del tail[:-OUTPUT_HALF]
    del tail[:-OUTPUT_HALF]
    left_out = total - len(head) - len(tail)
    middle = b"\n... %d bytes left out ...\n" % left_out if left_out else b""
    return bytes(head + middle + tail)


def _text(output: asyncio.Task[bytes]) -> str:
    """What was read; nothing when the reader had to be given up."""
    if not output.done():
        output.cancel()
        return ""
    return output.result().decode(errors="replace")
