"""The target folder: judged before any work, written beside its place, and put there in one step.

Beside a target `shop` lie, while a build runs, `.shop.ql-XXXXXXXX` (what is being built) and never anything else. The
build holds a lock on that folder; the lock dies with the process, so that the next build tells what a killed one left
from what another one is writing. `.shop.ql-aside` exists only between two renames, on file systems that cannot
exchange two folders in one step. A build whose checks fail is kept as `shop.rejected`.
"""

import contextlib
import errno
import fcntl
import os
import re
import shlex
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from quantumlayer.core.artifact import Artifact
from quantumlayer.core.checks import Finding
from quantumlayer.core.errors import DomainError
from quantumlayer.factory.errors import (
    DiskFullError,
    TargetBusyError,
    TargetEditedError,
    TargetInUseError,
    TargetIsFileError,
    TargetPlaceError,
)
from quantumlayer.factory.exchange import put, recover
from quantumlayer.qlayer.capsule import DATA, KEPT, MANIFEST

ROOM = 16 * 1024 * 1024
"""Bytes that must be free before a build begins: some ten times a generated repository."""

MOVED = (".venv",)
"""Of what is kept, that which is large and can be made again: it moves after the swap; all else is copied before."""

COPIED = tuple(name for name in KEPT if name not in MOVED)

Verify = Callable[[Path], Sequence[Finding]]
"""Holds a capsule against its manifest; what differs is a finding."""

_OWN = re.compile(r"[a-z0-9_]{8}")
"""What `tempfile` puts after a prefix: folders of other shapes are somebody else's."""


class Target:
    """A folder that a build is to write.

    Args:
        place: Where the folder is to be.
        verify: Finds what was changed in a capsule by hand.
    """

    def __init__(self, place: Path, verify: Verify) -> None:
        try:
            self.place = place.expanduser().resolve()
        except (OSError, RuntimeError, ValueError) as error:
            raise TargetPlaceError(f"{str(place)!r} cannot be the name of a folder", why=str(error)) from error
        self.shown = place
        self._verify = verify
        self._aside = self.place.parent / f".{self.place.name}.ql-aside"

    def judge(self) -> None:
        """Let the target pass when a build may write it; nothing is changed but what a killed build left is mended.

        Raises:
            TargetPlaceError: The place is missing, the working folder, or a mount point.
            TargetIsFileError: There is a file of that name.
            TargetInUseError: The folder holds foreign files.
            TargetEditedError: The folder is a capsule that was changed by hand.
            TargetBusyError: `ql run` serves the folder; what it writes from now on would be lost.
        """
        parent = self.place.parent
        with self._refusals():
            if not parent.exists():
                hint = f"Make it first: `mkdir -p {shlex.quote(str(parent))}`."
                raise TargetPlaceError(f"the folder {parent} does not exist", hint=hint)
            if not parent.is_dir():
                raise TargetPlaceError(f"{parent} is no folder")
            if Path.cwd().is_relative_to(self.place) or self.place.is_mount():
                why = "a build replaces the whole folder, and this one is the working folder or a mount point"
                raise TargetPlaceError(f"{self.shown} cannot be replaced", why=why, hint="Name a new folder inside it.")
            recover(self.place, self._aside)
            if not self.place.exists():
                return
            if not self.place.is_dir():
                raise TargetIsFileError(f"{self.shown} is a file, not a folder")
            if any(self.place.iterdir()):
                self._judge_content()
            with lock(self.place / DATA) as idle:
                if not idle:
                    hint = "Stop its `ql run`, then build again."
                    raise TargetBusyError(f"the service in {self.shown} is running", hint=hint)

    def _judge_content(self) -> None:
        if not (self.place / MANIFEST).is_file():
            names = sorted(entry.name for entry in self.place.iterdir())
            raise TargetInUseError(f"{self.shown} is not empty", why=f"it holds {_listed(names)}")
        if changed := self._verify(self.place):
            why = _listed([f"{found.path}: {found.message}" if found.path else found.message for found in changed])
            command = f"ql verify {shlex.quote(str(self.shown))}"
            hint = f"See the changes with `{command}`; build into another folder and carry them over."
            raise TargetEditedError(f"{self.shown} was changed by hand since it was built", why=why, hint=hint)

    @contextlib.contextmanager
    def stage(self) -> Iterator["Stage"]:
        """A folder beside the target to build in, removed at the end whatever happens.

        Raises:
            TargetBusyError: Another build writes to the target.
            TargetPlaceError: The place cannot be written to.
            DiskFullError: Its disk has no room.
        """
        with contextlib.ExitStack() as held:
            # One build at a time looks around and takes its place, so that none takes another's for a dead one.
            with self._refusals(), lock(self.place.parent, wait=True):
                self._sweep()
                free = shutil.disk_usage(self.place.parent).free
                if free < ROOM:
                    why = f"{free // 1024:,} KiB are free on the disk, {ROOM // 1024:,} are needed"
                    raise DiskFullError(f"there is no room for {self.shown}", why=why)
                folder = Path(tempfile.mkdtemp(prefix=self._prefix, dir=self.place.parent))
                held.callback(shutil.rmtree, folder, ignore_errors=True)
                held.enter_context(lock(folder))
                repository = folder / self.place.name
                folder.chmod(0o755)
                repository.mkdir()
            yield Stage(repository, self)

    def accept(self, repository: Path) -> None:
        """Put a built repository in the target's place, with what a person keeps there.

        Raises:
            DomainError: The target was changed while the build ran, or cannot be written; it is as it was.
        """
        with self._refusals():
            for name in COPIED:
                _copy(self.place / name, repository / name)
        self.judge()  # after the copies, which may take long: what a person does meanwhile is seen
        with self._refusals():
            old = put(repository, self.place, self._aside)
            if old is not None:
                for name in MOVED:
                    with contextlib.suppress(OSError):
                        (old / name).rename(self.place / name)
                shutil.rmtree(old, ignore_errors=True)

    def reject(self, repository: Path) -> Path:
        """Keep a repository whose checks failed beside the target, and say where."""
        place = self.place.with_name(f"{self.place.name}.rejected")
        number = 1
        while place.exists() and not self._is_as_built(place):
            number += 1
            place = self.place.with_name(f"{self.place.name}.rejected-{number}")
        with self._refusals():
            shutil.rmtree(place, ignore_errors=True)
            repository.rename(place)
        return self.shown.with_name(place.name)

    def _is_as_built(self, place: Path) -> bool:
        """Whether a kept build holds nothing that a person put or keeps there."""
        if not (place / MANIFEST).is_file() or any((place / name).exists() for name in KEPT):
            return False
        try:
            return not self._verify(place)
        except DomainError:
            return False

    @property
    def _prefix(self) -> str:
        return f".{self.place.name}.ql-"

    def _sweep(self) -> None:
        """Remove what killed builds of this target left.

        Raises:
            TargetBusyError: One of them is alive.
        """
        for folder in sorted(self.place.parent.glob(f"{_escaped(self._prefix)}*/")):
            if folder != self._aside and not _OWN.fullmatch(folder.name.removeprefix(self._prefix)):
                continue
            with lock(folder) as locked:
                if not locked:
                    raise TargetBusyError(f"another build writes to {self.shown}")
                shutil.rmtree(folder, ignore_errors=True)

    @contextlib.contextmanager
    def _refusals(self) -> Iterator[None]:
        """Say what the file system refuses in words about the target."""
        try:
            yield
        except OSError as error:
            raise refusal(error, self.shown) from error


class Stage:
    """The folder in which a build works.

    Args:
        repository: Where the files go.
        target: Whose place they are for.
    """

    def __init__(self, repository: Path, target: Target) -> None:
        self.repository = repository
        self._target = target

    def write(self, files: Mapping[str, Artifact]) -> None:
        """Write files into the repository.

        Raises:
            DiskFullError: There is no room.
        """
        try:
            for path, artifact in files.items():
                place = self.repository / path
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(artifact.content)
                place.chmod(0o755 if artifact.executable else 0o644)
        except OSError as error:
            raise refusal(error, self._target.shown) from error

    def accept(self) -> None:
        """Put the repository in the target's place."""
        self._target.accept(self.repository)

    def reject(self) -> Path:
        """Keep the repository beside the target as rejected, and say where."""
        return self._target.reject(self.repository)


def refusal(error: OSError, place: Path) -> DomainError:
    """What the file system's refusal means for a place."""
    why = error.strerror or str(error)
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return DiskFullError(f"there is no room for {place}", why=why)
    return TargetPlaceError(f"{place} cannot be written", why=why)


@contextlib.contextmanager
def lock(folder: Path, *, shared: bool = False, wait: bool = False) -> Iterator[bool]:
    """Whether nobody else holds the folder's lock, which lasts as long as this process at most.

    Args:
        folder: What is locked; where there is no such folder, nobody holds its lock.
        shared: Whether others may hold it too, if they share it.
        wait: Whether to wait until it is free.

    Raises:
        OSError: The folder cannot be opened, or its file system has no locks.
    """
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except (FileNotFoundError, NotADirectoryError):
        yield True
        return
    try:
        try:
            fcntl.flock(handle, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(handle)


def _copy(kept: Path, place: Path) -> None:
    """Copy a file or folder, a link as a link; nothing where there is none."""
    if kept.is_dir() and not kept.is_symlink():
        shutil.copytree(kept, place, symlinks=True)
    elif kept.is_symlink() or kept.exists():
        shutil.copy2(kept, place, follow_symlinks=False)


def _escaped(text: str) -> str:
    """Text that a glob pattern takes literally."""
    return "".join(f"[{char}]" if char in "*?[" else char for char in text)


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more
