"""Folders for temporary files, which no death of their process leaves behind for long.

Each folder is locked while its process lives, and the lock dies with the process: so the next `ql` tells what a killed
one left from what another one uses.
"""

import contextlib
import errno
import fcntl
import os
import re
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

from quantumlayer.sandbox.errors import ScratchError

PREFIX = "quantumlayer-"
"""What the names of these folders begin with; the purpose and eight random characters follow."""

_NAME = re.compile(rf"{PREFIX}[a-z]+-[a-z0-9_]{{8}}")


@contextlib.contextmanager
def scratch(purpose: str, within: Path | None = None) -> Iterator[Path]:
    """A new folder that only this user can enter and that is gone afterwards.

    Args:
        purpose: A word in small letters for the folder's name.
        within: Where it lies; by default among the temporary files.

    Raises:
        ScratchError: There is no place for temporary files, or no room in it, now or while the folder is used.
    """
    try:
        folder, handle = _made(purpose, within)
    except OSError as error:
        raise ScratchError("temporary files cannot be written", why=error.strerror or str(error)) from error
    try:
        yield folder
    except OSError as error:
        if _is_full(error):
            why = os.strerror(errno.ENOSPC)
            raise ScratchError(f"there is no room for temporary files in {folder.parent}", why=why) from error
        raise
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(handle)


def sweep(within: Path | None = None) -> int:
    """Remove this user's folders whose processes are gone, end what those left running, and count the folders.

    Args:
        within: Where they lie; by default among the temporary files.

    Raises:
        ScratchError: There is no place for temporary files.
    """
    try:
        folders = sorted((within or Path(tempfile.gettempdir())).glob(f"{PREFIX}*"))
    except OSError as error:
        raise ScratchError("temporary files cannot be written", why=error.strerror or str(error)) from error
    removed = 0
    for folder in folders:
        with contextlib.suppress(OSError):  # another `ql` uses it, or was faster
            if _NAME.fullmatch(folder.name):
                with _orphaned(folder):
                    _end_those_at_home(folder)
                    shutil.rmtree(folder, ignore_errors=True)
                    removed += 1
    return removed


def _made(purpose: str, within: Path | None) -> tuple[Path, int]:
    """A folder and the handle that locks it."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{purpose}-", dir=within))
        with contextlib.suppress(FileNotFoundError):
            handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
            fcntl.flock(handle, fcntl.LOCK_EX)
            if folder.exists():
                return folder, handle
            os.close(handle)  # a sweep came between its making and its locking


@contextlib.contextmanager
def _orphaned(folder: Path) -> Iterator[None]:
    """Hold the lock of a folder.

    Raises:
        OSError: A living process holds it, or the folder is not one of this user's own.
    """
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        known = os.fstat(handle)
        if known.st_uid != os.geteuid() or known.st_mode & 0o777 != 0o700:
            raise PermissionError(folder)
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(handle)


def _is_full(error: OSError) -> bool:
    """Whether the disk is, said by the system or, of many files at once, by `shutil`."""
    return error.errno in {errno.ENOSPC, errno.EDQUOT} or (
        isinstance(error, shutil.Error) and os.strerror(errno.ENOSPC) in str(error)
    )


def _end_those_at_home(folder: Path) -> None:
    """Kill the processes whose home is the folder: without a sandbox they outlive a `ql` that is killed."""
    home = f"HOME={folder}".encode()
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if home in (process / "environ").read_bytes().split(b"\0"):
                os.kill(int(process.name), signal.SIGKILL)
