"""Records to begin with, read from JSON: lists of records by the name of their collection."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from town_library.accounts.models import Role
from town_library.accounts.schemas import NewAccount
from town_library.accounts.service import new_account
from town_library.books.models import Book
from town_library.database import Record
from town_library.loans.models import Loan
from town_library.members.models import Member
from town_library.schemas import MAX_ID

Seeds = dict[str, list[dict[str, Any]]]

# In an order in which each record finds those it refers to.
COLLECTIONS: dict[str, type[Record]] = {"books": Book, "members": Member, "loans": Loan}
# The role of those who are such a record.
ROLES: dict[type[Record], Role] = {Member: Role.MEMBER}


def read_seeds(file: Path) -> Seeds:
    """The records in a file.

    Raises:
        ValueError: It is no JSON, or holds something else than lists of records.
    """
    return TypeAdapter(Seeds).validate_json(file.read_bytes())


async def load_seeds(session: AsyncSession, seeds: Seeds) -> None:
    """Add the records and the accounts of `seeds`.

    Raises:
        ValueError: A collection or a key is unknown, or a value does not fit.
            It names the record by its collection and its place there, never its values.
    """
    if unknown := seeds.keys() - COLLECTIONS.keys() - {"accounts"}:
        raise ValueError(f"unknown collections: {', '.join(sorted(unknown))}")
    for name, model in COLLECTIONS.items():
        role = ROLES.get(model)
        for number, row in enumerate(seeds.get(name, [])):
            place = f"{name}[{number}]"
            with _telling(place):
                account = row.pop("account", None) if role else None
                record = model(**{key: _value(model, place, key, value) for key, value in row.items()})
                session.add(record)
                await session.flush()
                if role and account is not None:
                    opened = await new_account(NewAccount.model_validate(account), role)
                    setattr(opened, f"{role}_id", record.id)
                    session.add(opened)
                    await session.flush()
        await _continue_numbering(session, model)
    for number, row in enumerate(seeds.get("accounts", [])):
        with _telling(f"accounts[{number}]"):
            if row.get("role") not in list(Role):
                raise ValueError(f"accounts[{number}].role is none of {', '.join(Role)}")
            new = NewAccount.model_validate({key: row.get(key) for key in ("username", "password")})
            session.add(await new_account(new, Role(row["role"])))
            await session.flush()


@contextmanager
def _telling(place: str) -> Iterator[None]:
    """Lets every refusal name the record, without the values that the database and pydantic quote."""
    try:
        yield
    except IntegrityError as error:
        raise ValueError(f"{place} breaks a constraint: {_constraint(error)}") from error
    except ValidationError as error:
        faults = ((".".join(map(str, (place, *item["loc"]))), item["msg"]) for item in error.errors())
        raise ValueError("; ".join(f"{where}: {said}" for where, said in faults)) from error


def _constraint(error: IntegrityError) -> str:
    """The constraint by its name, on SQLite perhaps by its columns."""
    name = getattr(error.orig.__cause__, "constraint_name", None) if error.orig else None
    return name or str(error.orig).partition("constraint failed")[2].strip(" :") or "a reference"


def _value(model: type[Record], place: str, key: str, value: Any) -> Any:
    """The value as the column keeps it: JSON has no dates and no decimals."""
    column = model.__table__.columns.get(key)
    if column is None:
        raise ValueError(f"{place}: {model.__tablename__} has no {key}")
    if value is None:
        return None
    try:
        kept = TypeAdapter[Any](column.type.python_type).validate_python(value)
    except ValidationError as error:
        raise ValueError(f"{place}.{key}: {error.errors()[0]['msg']}") from error
    if isinstance(kept, str) and ("\0" in kept or len(kept) > (getattr(column.type, "length", None) or len(kept))):
        raise ValueError(f"{place}.{key} is too long, or holds a NUL, which no database keeps")
    if isinstance(kept, int) and not (1 if key == "id" else -MAX_ID) <= kept <= MAX_ID:
        raise ValueError(f"{place}.{key} is too small or too large")
    return kept


async def _continue_numbering(session: AsyncSession, model: type[Record]) -> None:
    """Records may bring their ids; PostgreSQL must then go on after the highest one."""
    highest = await session.scalar(select(func.max(model.id)))
    if highest is not None and session.get_bind().dialect.name == "postgresql":
        sequence = text("SELECT setval(pg_get_serial_sequence(:table, 'id'), :highest)")
        await session.execute(sequence, {"table": model.__tablename__, "highest": highest})
