"""What every deployment target needs to know of a service."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Setting:
    """One environment variable of the service.

    Args:
        name: The variable.
        value: What it is set to; `None` where whoever deploys must give it.
        secret: Whether it must never be written into a file of the repository.
        about: What to know before giving it.
        optional: Whether the service does without it.
    """

    name: str
    value: str | None = None
    secret: bool = False
    about: str = ""
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Database:
    """The PostgreSQL database that the service keeps its records in.

    Args:
        image: Container image, by version.
        name: Name of the database, and of the role that owns it and nothing else.
        password: The variable that holds the role's password.
        port: TCP port.
    """

    image: str
    name: str
    password: Setting
    port: int


@dataclass(frozen=True, slots=True)
class Deployment:
    """One service as whoever runs it sees it.

    Args:
        service: Name of the service: `town-library`.
        package: Its Python package: `town_library`.
        python: Python version, as major and minor.
        port: TCP port on which it listens.
        serve: Command that serves requests until it is told to stop.
        migrate: Command that brings the database up to date and ends.
        settings: Its environment, the database's address aside.
        database: Where its records are.
        live: Path of the probe that says that the process runs.
        ready: Path of the probe that says that it can do its work.
        drain_seconds: How long requests under way may take once it is told to stop.
        files: The folder in the container that keeps the files of records; empty where records have none.
    """

    service: str
    package: str
    python: str
    port: int
    serve: tuple[str, ...]
    migrate: tuple[str, ...]
    settings: tuple[Setting, ...]
    database: Database
    live: str
    ready: str
    drain_seconds: int
    files: str = ""
