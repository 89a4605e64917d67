"""The service's command line: `python -m clinic --help`."""

import argparse
import asyncio
import getpass
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from clinic.accounts import tokens
from clinic.accounts.models import Account, Role
from clinic.accounts.schemas import NewAccount
from clinic.accounts.service import new_account
from clinic.database import create_engine
from clinic.seeds import load_seeds
from clinic.settings import get_settings

ROOT = Path(__file__).parents[2]


def main() -> None:
    """Run one command."""
    parser = argparse.ArgumentParser(prog="clinic")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("migrate", help="bring the database up to date")
    seed = commands.add_parser("seed", help="load records from a JSON file")
    seed.add_argument("file", type=Path)
    create = commands.add_parser("create-account", help="open an account for a role; asks for the password")
    create.add_argument("username")
    create.add_argument("role", choices=[Role.FRONT_DESK.value])
    token = commands.add_parser("token", help="print an access token for an account")
    token.add_argument("username")
    arguments = parser.parse_args()
    try:
        run(arguments)
    except (IntegrityError, ValueError) as error:
        sys.exit(f"Nothing was changed: {reason(error)}.")


def run(arguments: argparse.Namespace) -> None:
    """Do what the command says."""
    match arguments.command:
        case "migrate":
            migrate()
        case "seed":
            asyncio.run(seed_database(json.loads(arguments.file.read_text())))
        case "create-account":
            asyncio.run(create_account(arguments.username, Role(arguments.role)))
        case "token":
            asyncio.run(print_token(arguments.username))


def reason(error: Exception) -> str:
    """What is wrong, without the values that the database and pydantic quote: they may be personal data."""
    if isinstance(error, IntegrityError):
        return "a record breaks a constraint"
    if isinstance(error, ValidationError):
        return "; ".join(f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors())
    return str(error)


def migrate() -> None:
    """Apply the migrations that the database lacks."""
    config = Config(ROOT / "alembic.ini")
    command.upgrade(config, "head")


async def seed_database(seeds: dict[str, list[dict[str, Any]]]) -> None:
    """Load records, all of them or none."""
    async with transaction() as session:
        await load_seeds(session, seeds)


async def create_account(username: str, role: Role) -> None:
    """Open an account with a password from the terminal, or from standard input when there is none."""
    password = getpass.getpass() if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    new = NewAccount.model_validate({"username": username, "password": password})
    account = await new_account(new, role)
    async with transaction() as session:
        session.add(account)


async def print_token(username: str) -> None:
    """Print an access token."""
    async with transaction() as session:
        account = await session.scalar(select(Account).where(Account.username == username.lower()))
    if account is None:
        sys.exit(f"There is no account {username}.")
    print(tokens.issue(account, get_settings()))


@asynccontextmanager
async def transaction() -> AsyncIterator[AsyncSession]:
    """One transaction on the database of the settings."""
    engine = create_engine(get_settings().database_url)
    try:
        async with AsyncSession(engine, expire_on_commit=False) as session, session.begin():
            yield session
    finally:
        await engine.dispose()


if __name__ == "__main__":
    main()
