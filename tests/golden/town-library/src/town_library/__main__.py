"""The service's command line: `python -m town_library --help`."""

import argparse
import asyncio
import getpass
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from town_library.accounts import tokens
from town_library.accounts.models import Account, Role
from town_library.accounts.passwords import hash_password
from town_library.accounts.schemas import NewAccount
from town_library.accounts.service import new_account
from town_library.database import create_engine
from town_library.seeds import Seeds, load_seeds, read_seeds
from town_library.settings import get_settings

MIGRATIONS = Path(__file__).parents[2] / "migrations"


def main() -> None:
    """Run one command."""
    parser = argparse.ArgumentParser(prog="town-library")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("migrate", help="bring the database up to date")
    seed = commands.add_parser("seed", help="load records from a JSON file")
    seed.add_argument("file", type=Path)
    create = commands.add_parser("create-account", help="open an account for a role; asks for the password")
    create.add_argument("username")
    create.add_argument("role", choices=[Role.LIBRARIAN.value])
    for name, purpose in (
        ("set-password", "give an account a new password, which it asks for, and end its tokens"),
        ("remove-account", "let nobody sign in with an account any more; what they did stays"),
        ("token", "print an access token for an account"),
    ):
        commands.add_parser(name, help=purpose).add_argument("username")
    arguments = parser.parse_args()
    try:
        run(arguments)
    except (CommandError, OSError, SQLAlchemyError, ValueError) as error:
        sys.exit(f"Nothing was changed: {reason(error)}.")


def run(arguments: argparse.Namespace) -> None:
    """Do what the command says."""
    match arguments.command:
        case "migrate":
            migrate()
        case "seed":
            asyncio.run(seed_database(read_seeds(arguments.file)))
        case "create-account":
            asyncio.run(create_account(arguments.username, Role(arguments.role)))
        case "set-password":
            asyncio.run(set_password(arguments.username))
        case "remove-account":
            asyncio.run(remove_account(arguments.username))
        case "token":
            asyncio.run(print_token(arguments.username))


def reason(error: Exception) -> str:
    """What is wrong, without the values that the database and pydantic quote: they may be personal data."""
    if isinstance(error, IntegrityError):
        return "a record breaks a constraint"
    if isinstance(error, ValidationError):
        faults = ((".".join(map(str, item["loc"])), item["msg"]) for item in error.errors())
        return "; ".join(f"{where}: {said}" if where else said for where, said in faults)
    if isinstance(error, SQLAlchemyError):
        return f"the database refuses or is away ({type(error).__name__})"
    return str(error)


def migrate() -> None:
    """Apply the migrations that the database lacks."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    command.upgrade(config, "head")


async def seed_database(seeds: Seeds) -> None:
    """Load records, all of them or none."""
    async with transaction() as session:
        await load_seeds(session, seeds)


async def create_account(username: str, role: Role) -> None:
    """Open an account for a role."""
    account = await new_account(asked(username), role)
    async with transaction() as session:
        session.add(account)


async def set_password(username: str) -> None:
    """Replace the password of an account; tokens issued before are no longer good."""
    password_hash = await hash_password(asked(username).password.get_secret_value())
    async with transaction() as session:
        account = await find_account(session, username)
        account.password_hash = password_hash


async def remove_account(username: str) -> None:
    """Remove an account, and nothing else: records and audit trail stay."""
    async with transaction() as session:
        await session.delete(await find_account(session, username))


async def print_token(username: str) -> None:
    """Print an access token."""
    async with transaction() as session:
        account = await find_account(session, username)
    print(tokens.issue(account, get_settings()))


def asked(username: str) -> NewAccount:
    """The user name with a password from the terminal, or from standard input when there is none."""
    password = getpass.getpass() if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    return NewAccount.model_validate({"username": username, "password": password})


async def find_account(session: AsyncSession, username: str) -> Account:
    """The account with this user name.

    Raises:
        ValueError: There is none.
    """
    account = await session.scalar(select(Account).where(Account.username == username.lower()))
    if account is None:
        raise ValueError(f"there is no account {username}")
    return account


@asynccontextmanager
async def transaction() -> AsyncIterator[AsyncSession]:
    """One transaction on the database of the settings."""
    engine = create_engine(get_settings())
    try:
        async with AsyncSession(engine, expire_on_commit=False) as session, session.begin():
            yield session
    finally:
        await engine.dispose()


if __name__ == "__main__":
    main()
