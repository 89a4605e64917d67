"""Signing in, tokens, and passwords."""

from datetime import timedelta
from typing import Any

import jwt
import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from sqlalchemy import update
from time_machine import TimeMachineFixture

from town_library.accounts.models import Account
from town_library.accounts.passwords import hash_password
from town_library.app import create_app
from town_library.database import Session
from town_library.settings import Settings

from .callers import SignIn, pointers, refusal
from .factories import NOW, Make

PASSWORD = "a password to try"
SIGN_IN = "Sign in at /auth/token and send the token as a bearer token."


@pytest.fixture
async def somebody(make: Make) -> str:
    """The name of an account that opens with the password."""
    account = await make.account("librarian", password_hash=await hash_password(PASSWORD))
    return account.username


async def test_a_password_opens_the_account(sign_in: SignIn, somebody: str) -> None:
    client = await sign_in("anyone")
    answer = await client.post("/auth/token", data={"username": somebody, "password": PASSWORD})
    assert answer.json().items() >= {"token_type": "bearer", "expires_in": 1800}.items()
    client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
    assert (await client.get("/auth/me")).json().items() >= {"username": somebody, "role": "librarian"}.items()


@pytest.mark.parametrize(("username", "password"), [(None, "another password"), ("nobody", PASSWORD)])
async def test_a_wrong_name_or_password_opens_nothing(
    sign_in: SignIn, somebody: str, username: str | None, password: str
) -> None:
    client = await sign_in("anyone")
    answer = await client.post("/auth/token", data={"username": username or somebody, "password": password})
    assert refusal(answer) == (401, "about:blank", "User name or password is wrong.")


async def test_a_new_password_ends_old_tokens_and_the_old_password(sign_in: SignIn, somebody: str) -> None:
    client = await sign_in("anyone")
    old = {"username": somebody, "password": PASSWORD}
    token = (await client.post("/auth/token", data=old)).json()["access_token"]
    client.headers["Authorization"] = f"Bearer {token}"
    change = {"old_password": PASSWORD, "new_password": "quite another one"}
    assert (await client.put("/auth/password", json=change)).status_code == 204
    assert refusal(await client.get("/auth/me")) == (401, "about:blank", SIGN_IN)
    assert (await client.post("/auth/token", data=old)).status_code == 401
    new = {"username": somebody, "password": "quite another one"}
    assert (await client.post("/auth/token", data=new)).status_code == 200


async def test_a_password_is_changed_only_by_whoever_knows_it(sign_in: SignIn, somebody: str) -> None:
    client = await sign_in("anyone")
    signed_in = await client.post("/auth/token", data={"username": somebody, "password": PASSWORD})
    client.headers["Authorization"] = f"Bearer {signed_in.json()['access_token']}"
    wrong = {"old_password": "another password", "new_password": "quite another one"}
    assert refusal(await client.put("/auth/password", json=wrong)) == (403, "about:blank", "The old password is wrong.")
    short = {"old_password": PASSWORD, "new_password": "x" * 11}
    assert pointers(await client.put("/auth/password", json=short)) == ["/body/new_password"]


async def test_a_password_is_text_that_can_be_kept(sign_in: SignIn) -> None:
    caller = await sign_in("librarian")
    half = r'{"old_password": "another password", "new_password": "half a \ud800 character"}'
    answer = await caller.put("/auth/password", content=half, headers={"Content-Type": "application/json"})
    assert pointers(answer) == ["/body/new_password"]


async def test_a_token_is_good_for_as_long_as_it_says(sign_in: SignIn, clock: TimeMachineFixture) -> None:
    caller = await sign_in("librarian")
    clock.move_to(NOW + timedelta(minutes=30, seconds=-1), tick=False)
    assert (await caller.get("/auth/me")).status_code == 200
    clock.move_to(NOW + timedelta(minutes=30, seconds=1), tick=False)
    assert (await caller.get("/auth/me")).status_code == 401


@pytest.mark.usefixtures("logs")
@pytest.mark.parametrize(
    ("change", "detail"),
    [
        ({"role": "nonsense"}, "The role of the account would break its limits."),
        ({"username": "somebody"}, "Another account has the same username."),
    ],
)
async def test_what_the_database_asks_of_accounts_is_told(
    settings: Settings, make: Make, change: dict[str, Any], detail: str
) -> None:
    app = create_app(settings)

    @app.put("/accounts")
    async def put_accounts(session: Session) -> None:
        await session.execute(update(Account).values(change))

    for _ in range(2):
        await make.account("librarian")
    async with (
        app.router.lifespan_context(app),
        AsyncClient(transport=ASGITransport(app), base_url="http://test") as client,
    ):
        assert refusal(await client.put("/accounts")) == (409, "about:blank", detail)


@pytest.mark.parametrize(
    ("issuer", "secret", "algorithm", "status"),
    [
        ("town-library", "a secret that is good for tests only", "HS256", 200),
        ("somebody else", "a secret that is good for tests only", "HS256", 401),
        ("town-library", "another secret that is good for nothing", "HS256", 401),
        ("town-library", "", "none", 401),
    ],
)
async def test_a_token_of_somebody_else_is_refused(
    sign_in: SignIn, issuer: str, secret: str, algorithm: str, status: int
) -> None:
    caller = await sign_in("librarian")
    own = caller.headers["Authorization"].removeprefix("Bearer ")
    claims = jwt.decode(own, options={"verify_signature": False}) | {"iss": issuer}
    token = jwt.encode(claims, secret, algorithm)
    answer = await caller.get("/auth/me", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == status


@pytest.mark.parametrize("token", ["", "nonsense", "Bearer nonsense"])
async def test_anything_but_a_token_of_ours_is_refused(sign_in: SignIn, token: str) -> None:
    client: AsyncClient = await sign_in("anyone")
    answer = await client.get("/auth/me", headers={"Authorization": token})
    assert refusal(answer) == (401, "about:blank", SIGN_IN)
    assert answer.headers["WWW-Authenticate"] == "Bearer"


async def test_the_api_document_names_the_roles_of_each_operation(app: FastAPI) -> None:
    assert app.openapi()["paths"]["/auth/me"]["get"]["x-roles"] == ["librarian", "member"]
