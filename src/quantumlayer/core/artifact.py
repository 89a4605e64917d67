"""Files that a run produces, as values."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath


@dataclass(frozen=True, slots=True)
class Artifact:
    """One produced file.

    Args:
        path: Place inside the repository: relative, with forward slashes, without `..`.
        content: The bytes of the file.
        executable: Whether a person may start it.
    """

    path: str
    content: bytes
    executable: bool = False

    def __post_init__(self) -> None:
        pure = PurePosixPath(self.path)
        if not self.path or pure.is_absolute() or ".." in pure.parts or "\\" in self.path or "\0" in self.path:
            message = f"an artifact must stay inside its repository: {self.path!r}"
            raise ValueError(message)

    @classmethod
    def text(cls, path: str, content: str) -> "Artifact":
        """A text file in UTF-8 with Unix line ends."""
        return cls(path, content.encode())

    @property
    def sha256(self) -> str:
        """Hexadecimal SHA-256 of the content."""
        return hashlib.sha256(self.content).hexdigest()


class FileTree(Mapping[str, Artifact]):
    """Artifacts by path, in path order, each path once.

    Raises:
        ValueError: Two artifacts claim the same path.
    """

    def __init__(self, artifacts: Iterable[Artifact] = ()) -> None:
        files: dict[str, Artifact] = {}
        for artifact in artifacts:
            if artifact.path in files:
                message = f"two artifacts claim {artifact.path}"
                raise ValueError(message)
            files[artifact.path] = artifact
        self._files = dict(sorted(files.items()))

    def __getitem__(self, path: str) -> Artifact:
        return self._files[path]

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)
