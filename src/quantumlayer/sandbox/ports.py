"""What a sandbox is: a place that runs one command and gives back how it ended."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Mount:
    """A folder or file of the host that the command sees, at the same path."""

    path: Path
    writable: bool = False


@dataclass(frozen=True, slots=True)
class Command:
    """A program to run.

    Args:
        argv: The program and its arguments. Programs of the environment that `ql` runs in are found by name.
        cwd: Working folder; `/tmp` or inside a mount.
        env: Variables beyond `HOME`, `LANG` and `PATH`; nothing else of the caller's environment gets in.
        mounts: What of the host the command sees beyond the read-only system and Python.
        timeout: Wall-clock seconds after which the command and all it started are killed.
        memory: Bytes that all its processes together may use; more ends them.
        stdin: What it reads on standard input.
    """

    argv: tuple[str, ...]
    cwd: Path = Path("/tmp")  # noqa: S108 - inside the sandbox /tmp is private
    env: Mapping[str, str] = field(default_factory=dict)
    mounts: tuple[Mount, ...] = ()
    timeout: float = 60.0
    memory: int = 2048 * MEBIBYTE
    stdin: bytes = b""


@dataclass(frozen=True, slots=True)
class Completed:
    """How a command ended.

    `returncode` is negative after a signal. Of long output, `stdout` and `stderr` hold the beginning and the end.
    `out_of_memory` means that it was ended for using more than its memory, or starting far too many processes.
    """

    returncode: int
    stdout: str
    stderr: str
    seconds: float
    timed_out: bool = False
    out_of_memory: bool = False


class Sandbox(Protocol):
    """Runs commands without network, with bounded memory and time."""

    async def run(self, command: Command, /) -> Completed:
        """Run one command to its end. Cancelling kills everything that it started."""
