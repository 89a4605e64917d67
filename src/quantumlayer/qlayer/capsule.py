"""The capsule: a repository with a manifest that says what is in it and which checks it passed."""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from quantumlayer.core.artifact import Artifact, FileTree
from quantumlayer.core.checks import Check, Finding, Status
from quantumlayer.core.errors import DomainError, Kind

MANIFEST = "capsule.json"
EVIDENCE = "evidence/"
MANIFEST_BYTES = 20_000_000

MOST_BYTES = 255
"""Bytes of a file's name on the usual file systems."""

DATA = ".data"
"""Where `ql run` keeps the data of a service."""

KEPT = (".git", DATA, ".env", ".venv")
"""What a person or `ql run` keeps at the top of a built folder; it moves along when the folder is built again."""

SCRATCH = (".coverage", ".hypothesis", ".mypy_cache", ".pytest_cache", ".ruff_cache")
"""What tools leave at the top of a built folder and make again; it is gone when the folder is built again."""


class ManifestError(DomainError):
    """A capsule has no manifest, or one that cannot be read.

    Example: `ql verify .` in the folder above the one that was built.
    """

    code: ClassVar[str] = "QL3201"
    kind: ClassVar[Kind] = Kind.INVALID
    hint: str = "Name a folder that `ql build` wrote and that still has its capsule.json."


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _inside(path: str) -> str:
    """The path, if it stays inside its repository, can be a file's and is one line."""
    if not path.isprintable() or any(len(os.fsencode(part)) > MOST_BYTES for part in path.split("/")):
        raise ValueError("is no path of a file that a build writes")
    return Artifact(path, b"").path


class FileEntry(_Value):
    """One file: its SHA-256 in hexadecimal digits and its size in bytes."""

    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    size: Annotated[int, Field(ge=0)]


Files = dict[Annotated[str, AfterValidator(_inside)], FileEntry]


class CheckEntry(_Value):
    """How one check ended."""

    name: str
    title: str
    status: Status
    findings: tuple[Finding, ...] = ()


class Measured(_Value):
    """What one check measured, and how long it took."""

    seconds: float
    summary: str
    figures: dict[str, float]


class ThisRun(_Value):
    """What differs between two builds of the same Spec: measurements by check, and the files of evidence."""

    checks: dict[str, Measured]
    evidence: Files


class Manifest(_Value):
    """What `capsule.json` says.

    `spec_sha256` is the hash of the Spec's canonical text, `generators` the version of each generator by name; two
    builds of the same Spec that pass their checks differ in `this_run` alone.
    """

    version: Literal[1] = 1
    service: str
    spec_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    generators: dict[str, str]
    files: Files
    checks: tuple[CheckEntry, ...]
    this_run: ThisRun


def build_manifest(
    *, service: str, spec: bytes, generators: Mapping[str, str], tree: FileTree, checks: Sequence[Check]
) -> Artifact:
    """The manifest of a repository as its file `capsule.json`.

    Args:
        service: Name of the service.
        spec: The Spec's canonical text.
        generators: The version of each generator that wrote files, by its name.
        tree: Every file of the repository, the manifest aside.
        checks: What ran, and how it ended.
    """
    manifest = Manifest(
        service=service,
        spec_sha256=hashlib.sha256(spec).hexdigest(),
        generators=dict(sorted(generators.items())),
        files={path: _file(each) for path, each in tree.items() if not path.startswith(EVIDENCE)},
        checks=tuple(
            CheckEntry(name=each.name, title=each.title, status=each.status, findings=each.findings) for each in checks
        ),
        this_run=ThisRun(
            checks={
                each.name: Measured(seconds=round(each.seconds, 3), summary=each.summary, figures=each.figures)
                for each in checks
            },
            evidence={path: _file(each) for path, each in tree.items() if path.startswith(EVIDENCE)},
        ),
    )
    return Artifact.text(MANIFEST, json.dumps(manifest.model_dump(mode="json"), indent=2) + "\n")


def verify(folder: Path) -> tuple[Finding, ...]:
    """What differs between a repository and its manifest: files missing, changed and added.

    Every file counts, but for three sorts: what a person keeps (`KEPT`) and what tools make again (`SCRATCH`), both at
    the top of the repository only, and what Python compiles, the `.pyc` files in any `__pycache__`. Below the top no
    name hides a file, so that nothing is overlooked, and nothing that a person put there is lost when the repository
    is built again. Symbolic links are never followed: one in the place of a file is a change.

    Raises:
        ManifestError: There is no manifest, it is malformed, or something in the repository cannot be read.
    """
    manifest = read_manifest(folder)
    expected = {**manifest.files, **manifest.this_run.evidence}
    try:
        present = sorted(_files(folder))
        findings = [finding for path, entry in expected.items() for finding in _compared(folder, path, entry)]
    except OSError as error:
        raise _unreadable(error, folder) from error
    added = [path for path in present if path not in expected and path != MANIFEST]
    return (*findings, *(Finding(message="The file was added.", code="added", path=path) for path in added))


def failed_checks(folder: Path) -> tuple[str, ...]:
    """The titles of the checks that a capsule did not pass when it was built; none where all passed.

    Raises:
        ManifestError: There is no manifest, or it is malformed.
    """
    return tuple(check.title for check in read_manifest(folder).checks if check.status is not Status.PASSED)


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a capsule.

    Raises:
        ManifestError: There is none, or it is malformed.
    """
    path = folder / MANIFEST
    try:
        if path.is_symlink() or not path.is_file():
            message = f"{folder} has no {MANIFEST}."
            raise ManifestError(message)
        if path.stat().st_size > MANIFEST_BYTES:
            message = f"{path} is too large to be a manifest."
            raise ManifestError(message)
        content = path.read_bytes()
    except OSError as error:
        raise _unreadable(error, path) from error
    try:
        return Manifest.model_validate_json(content)
    except ValidationError as error:
        places = [f"{'.'.join(map(str, each['loc'])) or 'file'}: {each['msg']}" for each in error.errors()[:5]]
        message = f"{path} is malformed."
        raise ManifestError(message, why="\n".join(places)) from error


def _unreadable(error: OSError, place: Path) -> ManifestError:
    hint = "Check the name and the permissions."
    return ManifestError(f"{error.filename or place} cannot be read", why=error.strerror or str(error), hint=hint)


def _file(artifact: Artifact) -> FileEntry:
    return FileEntry(sha256=artifact.sha256, size=len(artifact.content))


def _compared(folder: Path, path: str, entry: FileEntry) -> Iterator[Finding]:
    place = folder / path
    links = [part for part in (place, *place.parents) if part.is_relative_to(folder) and part != folder]
    if any(part.is_symlink() for part in links):
        yield Finding(message="The file was replaced by a symbolic link.", code="changed", path=path)
    elif not place.is_file():
        yield Finding(message="The file is missing.", code="missing", path=path)
    elif place.stat().st_size != entry.size or _sha256(place) != entry.sha256:
        yield Finding(message="The file was changed.", code="changed", path=path)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _files(root: Path) -> Iterator[str]:
    """Paths of the files below a folder that count, links included."""
    left = [path for path in root.iterdir() if path.name not in (*KEPT, *SCRATCH)]
    while left:
        path = left.pop()
        if path.is_dir() and not path.is_symlink():
            left.extend(path.iterdir())
        elif not _is_compiled(path):
            # A name need not be UTF-8, and a finding must be.
            yield os.fsencode(path.relative_to(root)).decode(errors="replace")


def _is_compiled(path: Path) -> bool:
    return path.parent.name == "__pycache__" and path.suffix == ".pyc" and not path.is_symlink()
