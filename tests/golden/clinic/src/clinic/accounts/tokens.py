"""Access tokens: signed JWTs that live for minutes."""

from datetime import timedelta

import jwt

from clinic.accounts.models import Account
from clinic.clock import now
from clinic.settings import Settings

ALGORITHM = "HS256"
ISSUER = "clinic"


def issue(account: Account, settings: Settings) -> str:
    """A token for the account, good until it expires or the account changes."""
    claims = {
        "iss": ISSUER,
        "sub": str(account.id),
        "ver": account.version,
        "exp": now() + timedelta(minutes=settings.token_minutes),
    }
    return jwt.encode(claims, settings.token_secret.get_secret_value(), ALGORITHM)


def read(token: str, settings: Settings) -> tuple[int, int] | None:
    """The account's id and version, or nothing when the token is not ours, was altered or has expired."""
    try:
        claims = jwt.decode(
            token,
            settings.token_secret.get_secret_value(),
            [ALGORITHM],
            issuer=ISSUER,
            options={"require": ["exp", "iss", "sub", "ver"]},
        )
        return int(claims["sub"]), int(claims["ver"])
    except (jwt.InvalidTokenError, ValueError, TypeError):
        return None
