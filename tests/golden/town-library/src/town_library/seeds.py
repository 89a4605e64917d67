"""Records to begin with, read from JSON: lists of records by the name of their collection."""

from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from town_library.accounts.models import Role
from town_library.accounts.schemas import NewAccount
from town_library.accounts.service import new_account
from town_library.books.models import Book
from town_library.database import Record
from town_library.loans.models import Loan
from town_library.members.models import Member

# In an order in which each record finds those it refers to.
COLLECTIONS: dict[str, type[Record]] = {"books": Book, "members": Member, "loans": Loan}
# The role of those who are such a record.
ROLES: dict[type[Record], Role] = {Member: Role.MEMBER}


async def load_seeds(session: AsyncSession, seeds: dict[str, list[dict[str, Any]]]) -> None:
    """Add the records and the accounts of `seeds`.

    Raises:
        ValueError: A collection or a key is unknown, or a value does not fit.
    """
    if unknown := seeds.keys() - COLLECTIONS.keys() - {"accounts"}:
        raise ValueError(f"unknown collections: {', '.join(sorted(unknown))}")
    for name, model in COLLECTIONS.items():
        role = ROLES.get(model)
        for row in seeds.get(name, []):
            account = row.pop("account", None) if role else None
            record = model(**{key: _value(model, key, value) for key, value in row.items()})
            session.add(record)
            await session.flush()
            if role and account is not None:
                opened = await new_account(NewAccount.model_validate(account), role)
                setattr(opened, f"{role}_id", record.id)
                session.add(opened)
        await _continue_numbering(session, model)
    for row in seeds.get("accounts", []):
        new = NewAccount.model_validate({"username": row["username"], "password": row["password"]})
        session.add(await new_account(new, Role(row["role"])))


def _value(model: type[Record], key: str, value: Any) -> Any:
    """The value as the column keeps it: JSON has no dates and no decimals."""
    column = model.__table__.columns.get(key)
    if column is None:
        raise ValueError(f"{model.__tablename__} has no {key}")
    adapter: TypeAdapter[Any] = TypeAdapter(column.type.python_type)
    return None if value is None else adapter.validate_python(value)


async def _continue_numbering(session: AsyncSession, model: type[Record]) -> None:
    """Records may bring their ids; PostgreSQL must then go on after the highest one."""
    highest = await session.scalar(select(func.max(model.id)))
    if highest is not None and session.get_bind().dialect.name == "postgresql":
        sequence = text("SELECT setval(pg_get_serial_sequence(:table, 'id'), :highest)")
        await session.execute(sequence, {"table": model.__tablename__, "highest": highest})
