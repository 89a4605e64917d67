"""Opening accounts and signing in."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from town_library.accounts.models import Account, Role
from town_library.accounts.passwords import hash_password, verify_password
from town_library.accounts.schemas import NewAccount, PasswordChange
from town_library.problems import Forbidden, Unauthenticated


async def new_account(new: NewAccount, role: Role) -> Account:
    """An account for a role, not yet kept: hashing takes a while, in which no transaction should be open."""
    password_hash = await hash_password(new.password.get_secret_value())
    return Account(username=new.username, password_hash=password_hash, role=role)


async def sign_in(sessions: async_sessionmaker[AsyncSession], username: str, password: str) -> Account:
    """The account that user name and password belong to; no connection waits while the password is checked.

    Raises:
        Unauthenticated: They belong to none.
    """
    async with sessions() as session:
        account = await session.scalar(select(Account).where(Account.username == username))
    if not await verify_password(password, account.password_hash if account else None) or account is None:
        raise Unauthenticated("User name or password is wrong.")
    return account


async def change_password(session: AsyncSession, account: Account, change: PasswordChange) -> None:
    """Set a new password; tokens issued before are no longer good.

    Raises:
        Forbidden: The old password is wrong.
    """
    await session.commit()  # no connection waits while the passwords are worked out
    if not await verify_password(change.old_password.get_secret_value(), account.password_hash):
        raise Forbidden("The old password is wrong.")
    account.password_hash = await hash_password(change.new_password.get_secret_value())
    await session.flush()
