"""`ql doctor`."""

import json
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import typer

from quantumlayer.bootstrap import App
from quantumlayer.cli.commands.options import AsJson, app_of
from quantumlayer.cli.ending import complete
from quantumlayer.cli.errors import told
from quantumlayer.cli.exits import BY_KIND, GREEN
from quantumlayer.cli.style import FAILED, PASSED, Style, one_line
from quantumlayer.core.errors import DomainError, Kind

FREE = 1024**3
"""Bytes that should be free for temporary files: copies for checks, databases."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One thing that a build needs: `found` says how it stands, `fix` what to do where it is not well."""

    name: str
    well: bool
    found: str
    fix: str = ""


def doctor(context: typer.Context, as_json: AsJson = False) -> None:
    """Look whether this machine has what a build needs.

    What is missing is shown with a way to get it.
    """
    with told():
        app = app_of(context)
        style = Style(sys.stdout)
        diagnoses = []
        for examine in EXAMINATIONS:
            diagnosis = examine(app)
            diagnoses.append(diagnosis)
            if not as_json:
                _show(diagnosis, style)
        well = all(diagnosis.well for diagnosis in diagnoses)
        if as_json:
            found = [asdict(diagnosis) for diagnosis in diagnoses]
            typer.echo(json.dumps({"well": well, "diagnoses": found}, indent=2))
        raise typer.Exit(GREEN if well else BY_KIND[Kind.UNAVAILABLE])


def python(_: App) -> Diagnosis:
    """The interpreter."""
    version = ".".join(map(str, sys.version_info[:3]))
    fix = "" if sys.version_info >= (3, 11) else "Install Python 3.11 or newer and QuantumLayer in it."
    return Diagnosis("Python", not fix, f"{version} in {sys.prefix}", fix)


def sandbox(app: App) -> Diagnosis:
    """Whether generated code can be shut in."""
    from quantumlayer.sandbox.ports import Command  # noqa: PLC0415  help must not load the engines

    try:
        done = complete(app.sandbox(unsafe=False).run(Command(("python", "-c", "print('in')"))))
    except DomainError as error:
        return Diagnosis("Sandbox", well=False, found=f"{error.what} {error.why}".strip(), fix=error.hint)
    well = done.stdout.strip() == "in"
    fix = "" if well else "Install bubblewrap, or build with `--unsafe`."
    return Diagnosis("Sandbox", well, "bubblewrap runs Python" if well else f"it fails: {done.stderr.strip()}", fix)


def postgres(app: App) -> Diagnosis:
    """Whether checks can have a database server."""
    from quantumlayer.qlayer.validator.postgres import PostgresServer  # noqa: PLC0415  help must not load the engines

    async def start() -> None:
        async with PostgresServer(app.sandbox(unsafe=False)) as server:
            await server.database()

    try:
        complete(start())
    except DomainError as error:
        return Diagnosis("PostgreSQL", well=False, found=f"{error.what} {error.why}".strip(), fix=error.hint)
    return Diagnosis("PostgreSQL", well=True, found="starts in the sandbox and makes a database")


def language_model(_: App) -> Diagnosis:
    """Whether texts can be read."""
    from quantumlayer.qlayer.parser import Requirement, parse  # noqa: PLC0415  help must not load the engines

    try:
        parse([Requirement(name="a sentence", text="A library lends books to its members. A book has a title.")])
    except (ImportError, OSError) as error:
        fix = "Install QuantumLayer again with its dependencies, or build from a Spec."
        return Diagnosis("Language model", well=False, found=str(error), fix=fix)
    return Diagnosis("Language model", well=True, found="loads, and reads a sentence in English")


def disk(_: App) -> Diagnosis:
    """Whether there is room for temporary files, once what killed builds left is removed."""
    from quantumlayer.sandbox.scratch import sweep  # noqa: PLC0415  help must not load the engines

    try:
        swept = sweep()
        folder = Path(tempfile.gettempdir())
        free = shutil.disk_usage(folder).free
    except DomainError as error:
        return Diagnosis("Disk", well=False, found=f"{error.what}: {error.why}", fix=error.hint)
    fix = "" if free >= FREE else "Make room, or set TMPDIR to a folder on another disk."
    removed = f"; removed what {swept} killed steps left" if swept else ""
    return Diagnosis("Disk", not fix, f"{free / FREE:.1f} GiB free in {folder}{removed}", fix)


EXAMINATIONS: tuple[Callable[[App], Diagnosis], ...] = (python, sandbox, postgres, language_model, disk)


def _show(diagnosis: Diagnosis, style: Style) -> None:
    style.line(
        f"{style.mark(PASSED if diagnosis.well else FAILED, 10)} {diagnosis.name:<15} {one_line(diagnosis.found)}"
    )
    if diagnosis.fix:
        style.line(f"{'':<11}{'fix':<15} {diagnosis.fix}")
