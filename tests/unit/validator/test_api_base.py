"""The calls of a service whose paths begin with a base of its own."""

import tomllib
from typing import Any

import pytest

from quantumlayer.qlayer.validator import serve_api


def test_collections_are_found_behind_the_base(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(serve_api.PREFIX, "/api/v1")
    number: dict[str, Any] = {"name": "member_id", "in": "path"}
    one = {"get": {"x-roles": ["b"], "parameters": [number]}, "delete": {"parameters": [number]}}
    paths = {"/api/v1/members": {"post": {"x-roles": ["a"]}}, "/api/v1/members/{member_id}": one}
    proofs = {"a": ("Authorization", "Bearer a"), "b": ("Authorization", "Bearer b")}
    text = serve_api.settings({"paths": paths}, proofs, {"members": {"id": 2}})
    _, read, remove = tomllib.loads(text)["operations"]
    assert read["checks"] == {"ensure_resource_availability": {"enabled": False}}
    assert remove["parameters"] == {"path.member_id": 2}
