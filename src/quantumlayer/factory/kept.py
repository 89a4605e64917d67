"""A Spec on disk that people edit: what was read the last time lies beside it, so that edits survive the next reading.

`shop.spec.yaml` has its base in `.ql/shop.spec.yaml`: the Spec as it was read, before anybody edited it. Where the base
is lost, the sentences in the trace tell what had been read.
"""

import os
import shlex
import stat
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from quantumlayer.core.errors import DomainError
from quantumlayer.factory.errors import KeptSpecError, ReadOnlySpecError
from quantumlayer.spec.errors import SpecError
from quantumlayer.spec.load import LoadedSpec, load_spec
from quantumlayer.spec.merge import Conflict, merge
from quantumlayer.spec.model import Spec
from quantumlayer.spec.validate import checked_spec
from quantumlayer.spec.write import dump_spec

FOLDER = ".ql"
"""Where bases lie, beside the Specs."""


@dataclass(frozen=True, slots=True)
class Revised:
    """A Spec as it is to be written.

    Args:
        spec: The Spec.
        yaml: The same as a file, with the comments of the one that was there.
        conflicts: What a person had edited and the text changed, too.
        merged: Whether there was one that was edited.
    """

    spec: Spec
    yaml: str
    conflicts: tuple[Conflict, ...] = ()
    merged: bool = False


def revise(path: Path, read: Spec) -> Revised:
    """What was read, with the edits and answers of the Spec that is at a path.

    Raises:
        KeptSpecError: There is something else than a Spec without errors.
    """
    fresh = Revised(read, dump_spec(read))
    if not _holds_something(path):
        return fresh
    try:
        loaded = load_spec(path)
        mine = checked_spec(loaded)
    except SpecError as error:
        hint = f"Mend it (`ql parse {shlex.quote(str(path))}` names each place), or name another file."
        raise KeptSpecError(f"{path} is no Spec that can be merged", why=error.what, hint=hint) from error
    before = _base(path)
    if before == mine:
        return fresh if not _commented(loaded) else _updated(loaded, read)
    found = merge(before, mine, read)
    return Revised(found.spec, loaded.update(found.spec), found.conflicts, merged=True)


def write_spec(path: Path, text: str, read: Spec | None = None) -> None:
    """Write a Spec in one step: whatever happens, the old one or the new one is there.

    Args:
        path: Where it goes; a link stays one.
        text: The file.
        read: What was read, if anything was: the base of the next merge.

    Raises:
        ReadOnlySpecError: It may not be written.
        OSError: It cannot be written.
    """
    if path.exists() and not path.is_file():  # a pipe or a terminal
        path.write_text(text, encoding="utf-8")
        return
    place = path.resolve()
    if place.exists() and not (place.stat().st_mode & 0o222 and os.access(place, os.W_OK)):
        marked = not place.stat().st_mode & 0o222
        hint = f"Allow it with `chmod u+w {shlex.quote(str(path))}`." if marked else ReadOnlySpecError.hint
        raise ReadOnlySpecError(f"{path} is read-only", hint=hint)
    _put(place, text)
    # The base comes second: after a crash between the two what was read counts as edited, which loses nothing.
    if read is not None:
        (place.parent / FOLDER).mkdir(exist_ok=True)
        _put(place.parent / FOLDER / place.name, dump_spec(read))


def _updated(loaded: LoadedSpec, read: Spec) -> Revised:
    return Revised(read, loaded.update(read))


def _commented(loaded: LoadedSpec) -> bool:
    """Whether a file differs from what is written of its Spec: it has comments, or a look of its own."""
    return loaded.text != dump_spec(loaded.spec)


def _holds_something(path: Path) -> bool:
    try:
        return path.is_file() and bool(path.read_bytes().strip())
    except OSError as error:
        raise KeptSpecError(f"{path} cannot be read", why=error.strerror or str(error)) from error


def _base(path: Path) -> Spec | None:
    """What was read the last time; nothing where it is lost or was tampered with."""
    place = path.resolve()
    with suppress(DomainError):
        return load_spec(place.parent / FOLDER / place.name).spec
    return None


def _put(place: Path, text: str) -> None:
    handle, name = tempfile.mkstemp(dir=place.parent, prefix=f".{place.name[:50]}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        mode = stat.S_IMODE(place.stat().st_mode) if place.exists() else 0o666 & ~_umask()
        Path(name).chmod(mode)
        Path(name).replace(place)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
