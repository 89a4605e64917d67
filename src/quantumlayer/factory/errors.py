"""Why a build cannot begin, or cannot be put in its place."""

from typing import ClassVar

from quantumlayer.core.errors import DomainError, Kind


class TargetInUseError(DomainError):
    """The target folder holds files that no build has put there, and a build never mixes with foreign files.

    Example: `ql build shop.md -o ~/Documents`.
    """

    code: ClassVar[str] = "QL2101"
    kind: ClassVar[Kind] = Kind.CONFLICT
    hint: str = "Name a folder that does not exist yet or is empty."


class TargetEditedError(DomainError):
    """The target folder is a capsule that was changed by hand since it was built; replacing it would lose the changes.

    At its top `.git`, `.env`, `.data` and `.venv` are yours: they move along, and what tools leave there (`.mypy_cache`
    and its like) is no change. A file that you put anywhere else, whatever its name, is one.

    Example: a line was added to the README of the built service, and the service is built again into the same folder.
    """

    code: ClassVar[str] = "QL2102"
    kind: ClassVar[Kind] = Kind.CONFLICT
    hint: str = "See the changes with `ql verify DIR`; build into another folder and carry them over."


class TargetIsFileError(DomainError):
    """The name given for the target folder is that of a file.

    Example: `ql build shop.md -o shop.md`.
    """

    code: ClassVar[str] = "QL2103"
    kind: ClassVar[Kind] = Kind.CONFLICT
    hint: str = "Name a folder that does not exist yet or is empty."


class TargetPlaceError(DomainError):
    """Nothing can be written at the place of the target folder: it is read-only, missing, or not ours to replace.

    Example: `ql build shop.md -o /usr/shop` as an ordinary user.
    """

    code: ClassVar[str] = "QL2104"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    hint: str = "Name a folder in a place that exists and that you may write to."


class DiskFullError(DomainError):
    """The disk of the target folder, or of temporary files, has no room for the build. The target is as it was.

    Example: the target lies on a small memory disk.
    """

    code: ClassVar[str] = "QL2105"
    kind: ClassVar[Kind] = Kind.UNAVAILABLE
    hint: str = "Make room or name a folder on another disk."


class TargetBusyError(DomainError):
    """Another build writes to the same target folder at this moment, or `ql run` serves what lies there.

    Example: the same command runs in two terminals. Under a running service the folder is not replaced, because what
    the service writes from then on would be lost.
    """

    code: ClassVar[str] = "QL2106"
    kind: ClassVar[Kind] = Kind.CONFLICT
    hint: str = "Wait for the other build, or name another folder."


class ClashingFilesError(DomainError):
    """Two generators write the same file, so that one of them would be lost.

    Example: a pack from outside writes a README beside the one of the standard generators.
    """

    code: ClassVar[str] = "QL2107"
    kind: ClassVar[Kind] = Kind.INTERNAL
    hint: str = "Build with another pack, and tell the author of this one."


class InputMissingError(DomainError):
    """A file named as input is not there or cannot be read.

    Example: `ql build requirments.md -o shop` with a slip of the pen.
    """

    code: ClassVar[str] = "QL2110"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    hint: str = "Check the name and the permissions of the file."


class InputFormatError(DomainError):
    """An input is neither text nor a Spec: a document of a word processor, an archive, a picture, a folder.

    Example: `ql build requirements.pdf -o shop`.
    """

    code: ClassVar[str] = "QL2111"
    kind: ClassVar[Kind] = Kind.INVALID
    hint: str = "Save it as plain text or Markdown in UTF-8 and give that file."


class InputTooLargeError(DomainError):
    """An input is larger than any requirement of one service.

    Example: a database dump was given in place of the text that describes the service.
    """

    code: ClassVar[str] = "QL2112"
    kind: ClassVar[Kind] = Kind.INVALID
    hint: str = "Give the text that describes one service; split it when it describes several."


class InputEmptyError(DomainError):
    """An input holds nothing but blanks.

    Example: an editor has the text but never saved it.
    """

    code: ClassVar[str] = "QL2113"
    kind: ClassVar[Kind] = Kind.INVALID
    hint: str = "Describe in English sentences what the service keeps, and who does what with it."


class NoServiceError(DomainError):
    """The folder to run is no built service.

    Example: `ql run .` in the folder above the one that was built.
    """

    code: ClassVar[str] = "QL2120"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    hint: str = "Give the folder that `ql build ... -o DIR` wrote."


class ServiceStoppedError(DomainError):
    """The service could not be prepared or stopped by itself; its own words stand above.

    Example: `--seed` names a file whose records break a rule of the service.
    """

    code: ClassVar[str] = "QL2121"
    kind: ClassVar[Kind] = Kind.UNAVAILABLE
    hint: str = "Mend what the service says above and start it again."


class PortTakenError(DomainError):
    """Another program listens on the port.

    Example: the service already runs in another terminal.
    """

    code: ClassVar[str] = "QL2122"
    kind: ClassVar[Kind] = Kind.CONFLICT
    hint: str = "Stop the other program or choose another port with `--port`."


class KeptSpecError(DomainError):
    """The file that a Spec is to be written to holds something that cannot be merged, and nothing in it is overwritten.

    Example: `ql parse shop.md -o notes.txt`, or a Spec that was edited and has a mistake in it.
    """

    code: ClassVar[str] = "QL2130"
    kind: ClassVar[Kind] = Kind.CONFLICT
    hint: str = "Mend it, or name another file."


class ReadOnlySpecError(DomainError):
    """A Spec was made read-only, or lies where nothing can be written. It is as it was.

    Example: `chmod a-w spec.yaml` keeps it from being written by chance.
    """

    code: ClassVar[str] = "QL2131"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    hint: str = "Allow it to be written, or work with a copy."
