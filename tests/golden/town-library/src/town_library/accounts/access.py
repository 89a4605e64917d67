"""Who is calling, and what their role lets them do."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.security import OAuth2PasswordBearer

from town_library.accounts import tokens
from town_library.accounts.models import Account, Role
from town_library.database import Session
from town_library.problems import Forbidden, Unauthenticated

bearer = OAuth2PasswordBearer("/auth/token", auto_error=False)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who a request comes from; the id of a record that the caller is not is 0, which no record has."""

    id: int
    role: Role
    member_id: int = 0


async def signed_in(request: Request, session: Session, token: Annotated[str | None, Depends(bearer)]) -> Account:
    """The account behind the bearer token.

    Raises:
        Unauthenticated: There is no token, or it is not good any more.
    """
    known = tokens.read(token, request.app.state.settings) if token else None
    account = await session.get(Account, known[0]) if known else None
    if known is None or account is None or account.version != known[1]:
        raise Unauthenticated("Sign in at /auth/token and send the token as a bearer token.")
    return account


SignedIn = Annotated[Account, Depends(signed_in)]


def allow(*roles: Role) -> Callable[[Account], Awaitable[Caller]]:
    """A dependency that lets callers of these roles pass."""

    async def caller(account: SignedIn) -> Caller:
        if account.role not in roles:
            raise Forbidden(f"This needs the role {' or '.join(roles)}.")
        return Caller(account.id, Role(account.role), account.member_id or 0)

    return caller


def roles(*names: Role) -> dict[str, Any]:
    """Tells readers of the OpenAPI document which roles may call an operation."""
    return {"x-roles": [name.value for name in names]}
