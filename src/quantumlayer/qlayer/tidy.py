"""The last touch on generated code: unused imports, import order and format, by the service's own rules."""

from pathlib import Path
from typing import ClassVar

from quantumlayer.core.artifact import Artifact, FileTree
from quantumlayer.core.errors import DomainError, Kind
from quantumlayer.sandbox.ports import Command, Mount, Sandbox
from quantumlayer.sandbox.scratch import scratch

TIDY = """
ruff check --no-cache --quiet --fix --exit-zero --select F401,I,UP --output-format concise . >&2 || exit
ruff format --no-cache --quiet --config format.skip-magic-trailing-comma=true .
"""


class UntidyError(DomainError):
    """Generated code cannot be formatted, because it is no Python."""

    code: ClassVar[str] = "QL3104"
    kind: ClassVar[Kind] = Kind.INTERNAL
    hint: str = "Report it with the Spec: this is a fault of the generator that wrote the file."


async def tidy(tree: FileTree, sandbox: Sandbox) -> FileTree:
    """The same files, the Python ones tidied with the configuration of the tree's own pyproject.toml.

    Raises:
        UntidyError: A file does not parse.
    """
    with scratch("tidy") as folder:
        root = folder / "service"
        python = [artifact for artifact in tree.values() if artifact.path.endswith(".py")]
        _write(root, python + [artifact for artifact in tree.values() if artifact.path == "pyproject.toml"])
        done = await sandbox.run(Command(("sh", "-c", TIDY), root, mounts=(Mount(root, writable=True),)))
        if done.returncode:
            raise UntidyError("Generated code does not parse.", why=(done.stderr or done.stdout).strip())
        tidied = {artifact.path: (root / artifact.path).read_bytes() for artifact in python}
    return FileTree(
        Artifact(artifact.path, tidied.get(artifact.path, artifact.content), artifact.executable)
        for artifact in tree.values()
    )


def _write(root: Path, artifacts: list[Artifact]) -> None:
    root.mkdir()
    for artifact in artifacts:
        path = root / artifact.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(artifact.content)
