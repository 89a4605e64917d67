"""Signing in."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, status

from town_library.accounts import service, tokens
from town_library.accounts.access import SignedIn, roles
from town_library.accounts.models import Role
from town_library.accounts.schemas import Credentials, Me, PasswordChange, Token
from town_library.database import Session
from town_library.problems import BadRequest, Forbidden, Unauthenticated, responses

router = APIRouter(prefix="/auth", tags=["auth"])


@router.post("/token", responses=responses(BadRequest, Unauthenticated))
async def create_token(request: Request, credentials: Annotated[Credentials, Form()]) -> Token:
    """Sign in with user name and password."""
    state = request.app.state
    account = await service.sign_in(state.sessions, credentials.username, credentials.password.get_secret_value())
    settings = state.settings
    return Token(access_token=tokens.issue(account, settings), expires_in=settings.token_minutes * 60)


@router.get("/me", responses=responses(Unauthenticated), openapi_extra=roles(*Role))
async def read_me(account: SignedIn) -> Me:
    """Tell me who I am."""
    return Me(username=account.username, role=Role(account.role), member_id=account.member_id)


@router.put(
    "/password",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=responses(BadRequest, Unauthenticated, Forbidden),
    openapi_extra=roles(*Role),
)
async def change_password(body: PasswordChange, session: Session, account: SignedIn) -> None:
    """Change my password. Tokens issued before stop working."""
    await service.change_password(session, account, body)
