"""Callers of every role, and what they are told when they are refused."""

from typing import Any

from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient, Response

from clinic.accounts import tokens
from clinic.database import Record

from .factories import Make


class SignIn:
    """Opens an account and signs it in: `await sign_in("front_desk")`.

    A caller of a role with a record of its own gets a new record unless one is given. `anyone` is a stranger.
    """

    def __init__(self, app: FastAPI, make: Make) -> None:
        self._app = app
        self._make = make

    async def __call__(self, role: str, record: Record | None = None) -> AsyncClient:
        headers = {}
        if role != "anyone":
            account = await self._make.account(role, record)
            headers["Authorization"] = f"Bearer {tokens.issue(account, self._app.state.settings)}"
        return AsyncClient(transport=ASGITransport(self._app), base_url="http://test", headers=headers)


def refusal(answer: Response) -> tuple[int, str, str]:
    """Status, rule and sentence of a problem document."""
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    return answer.status_code, problem["type"].removeprefix("urn:clinic:rule:"), problem["detail"]


def pointers(answer: Response) -> list[str]:
    """The places of a request that are not valid; empty when the answer is not about that."""
    return [error["pointer"] for error in answer.json()["errors"]] if answer.status_code == 422 else []
