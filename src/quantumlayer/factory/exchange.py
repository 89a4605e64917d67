"""Puts one folder in the place of another so that no crash leaves the place empty."""

import ctypes
import errno
import os
from pathlib import Path

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2
_UNSUPPORTED = {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP}


def put(new: Path, place: Path, aside: Path, *, atomic: bool = True) -> Path | None:
    """Move the folder `new` to `place`, and give back where the folder that was there is now.

    Where nothing or an empty folder is at the place, one rename does it. Else the two folders are exchanged in one
    step of the file system (Linux, `renameat2`). File systems without that step, and `atomic=False`, get two renames:
    a crash between them leaves the old folder at `aside`, from where `recover` brings it back.

    Raises:
        OSError: The file system refuses; the place is as it was.
    """
    if not place.exists() or not any(place.iterdir()):
        new.rename(place)
        return None
    if atomic and _exchanged(new, place):
        return new
    place.rename(aside)
    try:
        new.rename(place)
    except OSError:
        aside.rename(place)
        raise
    return aside


def recover(place: Path, aside: Path) -> None:
    """Undo what a crash between the two renames of `put` left."""
    if aside.is_dir() and not place.exists():
        aside.rename(place)


def _exchanged(one: Path, other: Path) -> bool:
    """Whether the file system exchanged the two."""
    library = ctypes.CDLL(None, use_errno=True)
    if not hasattr(library, "renameat2"):
        return False
    failed = library.renameat2(
        _AT_FDCWD, os.fsencode(one.absolute()), _AT_FDCWD, os.fsencode(other.absolute()), _RENAME_EXCHANGE
    )
    if not failed:
        return True
    code = ctypes.get_errno()
    if code in _UNSUPPORTED:
        return False
    raise OSError(code, os.strerror(code), str(other))
