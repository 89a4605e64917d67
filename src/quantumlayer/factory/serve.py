"""Runs a built service on this machine, for trying it out.

A service is a Python package under `src` that keeps to this contract: `python -m PACKAGE migrate` brings the database
up to date, `python -m PACKAGE seed FILE` loads records, `PACKAGE.app:create_app` makes the application, and the
settings `DATABASE_URL` and, where callers have passwords, `TOKEN_SECRET` come from the environment.
"""

import hashlib
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from quantumlayer.core.errors import DomainError
from quantumlayer.factory.errors import (
    InputFormatError,
    InputMissingError,
    NoServiceError,
    PortTakenError,
    ServiceStoppedError,
    TargetPlaceError,
)
from quantumlayer.factory.target import lock, refusal
from quantumlayer.qlayer.capsule import DATA

HOST = "127.0.0.1"
START_SECONDS = 60
"""Seconds in which a service must answer."""

STOP_SECONDS = 15
"""Seconds in which a service must have ended its open requests."""

# Linux sends the signal when the one who started the process is gone, however that came; it outlasts the `exec`.
ATTACHED = """
import ctypes, os, signal, sys
parent, *argv = sys.argv[1:]
library = ctypes.CDLL(None)
if hasattr(library, "prctl"):
    library.prctl(1, signal.SIGKILL)
if os.getppid() == int(parent):
    os.execv(sys.executable, [sys.executable, "-m", *argv])
"""
"""Runs a Python module that dies with the process that starts it."""


@dataclass(frozen=True, slots=True)
class Service:
    """A built service.

    Args:
        folder: Its repository.
        package: The name of its Python package.
    """

    folder: Path
    package: str


def find_service(folder: Path) -> Service:
    """The service in a folder.

    Raises:
        NoServiceError: There is none.
    """
    packages = sorted(init.parent.name for init in folder.glob("src/*/__init__.py"))
    if len(packages) != 1 or not (folder / "src" / packages[0] / "app.py").is_file():
        why = f"found under src: {', '.join(packages) or 'no package'}"
        raise NoServiceError(f"{folder} is no built service", why=why)
    return Service(folder.resolve(), packages[0])


def environment_for(service: Service, given: Mapping[str, str]) -> dict[str, str]:
    """The environment that the service runs in: the given one, and for development what it lacks.

    Without `DATABASE_URL` data is kept in SQLite under `.data`, in a file of its own for each state of the migrations,
    so that a service built anew never meets tables of another shape; the files of records lie there, too. Without
    `TOKEN_SECRET` each start makes one up and writes it nowhere: one that lies in the folder may be known to whoever
    the folder comes from. Paths are relative to the folder, whose own name may hold what has a meaning in a URL or a
    search path.

    Raises:
        DomainError: The folder cannot be written, or a link leads out of it.
    """
    data = service.folder / DATA
    try:
        data.mkdir(exist_ok=True)
        links = [path for path in (data, *data.iterdir()) if path.is_symlink()]
    except OSError as error:
        raise refusal(error, data) from error
    if links:
        why = "the service would read and write what it leads to"
        hint = "Put a folder in its place, or name a database elsewhere with DATABASE_URL and remove the link."
        raise TargetPlaceError(f"{links[0]} is a symbolic link", why=why, hint=hint)
    return {
        "DATABASE_URL": f"sqlite+aiosqlite:///{DATA}/{_tables(service)}.sqlite3",
        "FILES_FOLDER": f"{DATA}/files",
        "TOKEN_SECRET": secrets.token_hex(32),
        **given,
        "PYTHONPATH": "src",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def prepare(service: Service, environment: Mapping[str, str], seed: Path | None) -> None:
    """Bring the database up to date and load records into it.

    Raises:
        DomainError: The folder cannot be written, or the records cannot be read.
        ServiceStoppedError: One of the two failed; the service said why on standard error.
    """
    if seed is not None:
        _judge_seed(seed)
    _forget_bytecode(service)
    commands = [("migrate", "the database could not be brought up to date")]
    if seed is not None:
        commands.append(("seed", f"the records in {seed} could not be loaded"))
    for command, failure in commands:
        argv = _attached(service.package, command)
        argv += [str(seed.resolve())] if seed and command == "seed" else []
        done = subprocess.run(argv, cwd=service.folder, env=dict(environment), check=False, stdout=sys.stderr)  # noqa: S603
        if done.returncode:
            raise ServiceStoppedError(
                failure, why=f"`python -m {service.package} {command}` ended with {done.returncode}"
            )


def serve(
    service: Service,
    environment: Mapping[str, str],
    port: int,
    ready: Callable[[str], None],
    patience: float = START_SECONDS,
) -> None:
    """Serve until the process is told to stop, or the service ends by itself.

    Args:
        service: What to serve.
        environment: What it runs in.
        port: Where it listens, on this machine only.
        ready: Told the URL once the service answers.
        patience: Seconds in which it must.

    Raises:
        PortTakenError: Something listens there already.
        ServiceStoppedError: The service ended by itself, or did not answer in time.
        KeyboardInterrupt: A person stopped it; it has ended.
    """
    _judge(port)
    argv = _attached("uvicorn", "--factory", f"{service.package}.app:create_app", "--host", HOST, "--port", str(port))
    with lock(service.folder / DATA, shared=True):
        process = subprocess.Popen(argv, cwd=service.folder, env=dict(environment), stdout=sys.stderr)  # noqa: S603
        try:
            if _answers(process, port, patience):
                ready(f"http://{HOST}:{port}")
            elif process.poll() is None:
                raise ServiceStoppedError("the service does not answer", why=f"it had {patience:g} s to begin")
            code = process.wait()
        finally:
            _stop(process)
    raise ServiceStoppedError("the service stopped by itself", why=f"its process ended with {code}")


def _judge_seed(seed: Path) -> None:
    if seed.exists() and not seed.is_file():
        raise InputFormatError(f"{seed} is no file", why="records are loaded from a file", hint="Name a file in JSON.")
    try:
        seed.open("rb").close()
    except OSError as error:
        raise InputMissingError(f"{str(seed)!r} cannot be read", why=error.strerror or str(error)) from error


def _attached(*argv: str) -> list[str]:
    return [sys.executable, "-c", ATTACHED, str(os.getpid()), *argv]


def _forget_bytecode(service: Service) -> None:
    """Remove compiled modules: Python would run them in place of the sources that were checked."""
    for place in ("src", "migrations"):
        for folder in sorted((service.folder / place).rglob("__pycache__")):
            try:
                if folder.is_symlink():
                    folder.unlink()
                else:
                    shutil.rmtree(folder)
            except OSError as error:
                raise refusal(error, folder) from error


def _tables(service: Service) -> str:
    """A name for the state of the migrations."""
    digest = hashlib.sha256()
    for path in sorted(path for path in service.folder.glob("migrations/**/*.py") if path.is_file()):
        digest.update(path.read_bytes())
    return f"development-{digest.hexdigest()[:8]}"


def _judge(port: int) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise _refused(error, port) from error


def _refused(error: OSError, port: int) -> DomainError:
    return PortTakenError(f"port {port} cannot be listened on", why=os.strerror(error.errno or 0))


def _answers(process: subprocess.Popen[bytes], port: int, patience: float) -> bool:
    """Whether the service listens; `False` when it ended or is far too slow."""
    end = time.monotonic() + patience
    while process.poll() is None and time.monotonic() < end:
        try:
            with socket.create_connection((HOST, port), timeout=1):
                return True
        except OSError:
            time.sleep(0.05)
    return False


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
