"""Accounts as callers see them."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field, SecretStr, StringConstraints

from clinic.accounts.models import Role
from clinic.schemas import Writing

# ASCII, so that no two names look alike; upper and lower case are the same name.
Username = Annotated[
    str, StringConstraints(strict=True, to_lower=True, min_length=3, max_length=100, pattern=r"^[A-Za-z0-9._@+-]+$")
]


def _encodable(value: SecretStr) -> SecretStr:
    """JSON can hold half a character, which no hash can."""
    try:
        value.get_secret_value().encode()
    except UnicodeEncodeError as error:
        raise ValueError("holds half a character") from error
    return value


Secret = Annotated[SecretStr, Field(max_length=128), AfterValidator(_encodable)]
Password = Annotated[SecretStr, Field(min_length=12, max_length=128), AfterValidator(_encodable)]


class NewAccount(Writing):
    """The account that a new record's owner signs in with."""

    username: Username
    password: Password


class Credentials(BaseModel):
    """The password grant of OAuth 2."""

    grant_type: Literal["password"] = "password"
    username: Username
    password: Secret


class Token(BaseModel):
    """A fresh access token."""

    access_token: str
    token_type: Literal["bearer"] = "bearer"  # noqa: S105 - the name of a scheme
    expires_in: int = Field(description="Seconds.")


class Me(BaseModel):
    """The caller."""

    username: str
    role: Role
    doctor_id: int | None
    patient_id: int | None


class PasswordChange(Writing):
    """A new password, and the old one as proof."""

    old_password: Secret
    new_password: Password
