"""A private copy of a service repository for one check, so that checks cannot disturb each other."""

import re
import shutil
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from quantumlayer.qlayer.validator.errors import CheckCrashedError, NotAServiceError
from quantumlayer.sandbox.environment import python_folders
from quantumlayer.sandbox.ports import Command, Completed, Mount, Sandbox
from quantumlayer.sandbox.scratch import PREFIX, scratch

LEFT_OUT = (".*_cache", ".coverage*", ".git", ".hypothesis", ".venv", "__pycache__")

USUAL_FILES = 100
"""Files of Python for which the seconds of every check are meant: eight entities with their tests."""

ENVIRONMENT = {"COLUMNS": "160", "TOKEN_SECRET": "signs nothing but the tokens of one check"}
"""Room for tools to say what they found, and a setting that every generated service asks for."""


@contextmanager
def private_copy(repository: Path) -> Iterator[Path]:
    """A copy of the repository that is gone afterwards.

    Raises:
        NotAServiceError: The folder is no service repository.
    """
    if not (repository / "pyproject.toml").is_file():
        message = f"{repository} has no pyproject.toml."
        raise NotAServiceError(message)
    with scratch("check") as folder:
        copy = folder / "service"
        shutil.copytree(repository, copy, symlinks=True, ignore=shutil.ignore_patterns(*LEFT_OUT))
        yield copy


def placeless(text: str) -> str:
    """The text without the places of this machine: of a private copy, of temporary files, of Python."""
    for pattern, shown in _places():
        text = pattern.sub(shown, text)
    return text


@cache
def _places() -> tuple[tuple[re.Pattern[str], str], ...]:
    temporary = re.escape(tempfile.gettempdir())
    pythons = sorted({str(folder) for folder in python_folders() if not folder.is_relative_to("/usr")}, key=len)
    return (
        (re.compile(rf"{temporary}/{PREFIX}check-\w+/service\b"), "."),
        (re.compile(rf"{temporary}/{PREFIX}([a-z]+)-\w+"), r"\1"),
        *((re.compile(rf"{re.escape(folder)}(?=/|\b)"), "python") for folder in reversed(pythons)),
    )


def project(copy: Path) -> dict[str, Any]:
    """The content of pyproject.toml.

    Raises:
        NotAServiceError: It is no TOML.
    """
    try:
        return tomllib.loads((copy / "pyproject.toml").read_text())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise NotAServiceError("pyproject.toml cannot be read.", why=str(error)) from error


def package(copy: Path) -> str:
    """The name of the one package of the service.

    Raises:
        NotAServiceError: There is none, or more than one.
    """
    names = sorted(init.parent.name for init in copy.glob("src/*/__init__.py"))
    if len(names) != 1:
        raise NotAServiceError(
            "A service has exactly one package under src.", why=f"Found: {', '.join(names) or 'none'}."
        )
    return names[0]


def sources(copy: Path) -> tuple[str, ...]:
    """Those of the usual folders of Python code that the service has."""
    return tuple(name for name in ("src", "tests", "migrations") if any((copy / name).rglob("*.py")))


def files(copy: Path) -> int:
    """How many files of Python the service has."""
    return sum(1 for name in sources(copy) for _ in (copy / name).rglob("*.py"))


async def run_in(
    copy: Path,
    sandbox: Sandbox,
    *argv: str,
    env: dict[str, str] | None = None,
    mounts: tuple[Mount, ...] = (),
    seconds: float = 120.0,
    stdin: bytes = b"",
) -> Completed:
    """Run a command in the copy, which has `seconds`, or as much longer as the service is larger than usual.

    Raises:
        CheckCrashedError: It ran out of time or memory, or could not be started.
    """
    seconds *= max(1.0, files(copy) / USUAL_FILES)
    variables = {**ENVIRONMENT, "PYTHONPATH": str(copy / "src"), **(env or {})}
    command = Command(argv, copy, variables, (Mount(copy, writable=True), *mounts), seconds, stdin=stdin)
    try:
        completed = await sandbox.run(command)
    except OSError as error:
        message = f"{argv[0]} could not be started."
        raise CheckCrashedError(message, why=str(error)) from error
    if completed.timed_out:
        message = f"{argv[0]} took more than {seconds:.0f} s."
        raise CheckCrashedError(message, why=completed.stderr or completed.stdout)
    if completed.out_of_memory:
        message = f"{argv[0]} took too much memory."
        raise CheckCrashedError(message, why=completed.stderr or completed.stdout)
    return completed


def crashed(completed: Completed, tool: str) -> CheckCrashedError:
    """The error for a tool whose answer makes no sense."""
    return CheckCrashedError(f"{tool} ended with {completed.returncode}.", why=completed.stderr or completed.stdout)
