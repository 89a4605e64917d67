"""A service holds only what the callers of its Spec prove themselves by."""

import re

import pytest

from quantumlayer.qlayer.packs.fastapi.pack import FastApiPack
from quantumlayer.spec.load import parse_spec

PASSWORDS = frozenset({"passwords", "service", "tokens"})


def written(keeper: str, robot: str, entity: str = "Animal") -> dict[str, str]:
    """The files of a service for callers who prove themselves so."""
    spec = parse_spec(
        f"""
spec: 1
service: {{name: zoo}}
roles: {{keeper: {{proves: {keeper}}}, robot: {{proves: {robot}}}}}
entities:
  {entity}:
    fields: {{name: {{type: string}}}}
    access: [{{who: [keeper, robot], may: [create, read]}}]
"""
    ).spec
    pack = FastApiPack()
    files = (artifact for part in pack.parts(spec) for artifact in pack.generate(spec, part))
    return {artifact.path: artifact.content.decode() for artifact in files}


def accounts(files: dict[str, str]) -> set[str]:
    """The modules about accounts that only some ways to prove oneself need."""
    found = {path.rpartition("/")[2].removesuffix(".py") for path in files if "/accounts/" in path}
    return found - {"__init__", "access", "models", "router", "schemas"}


@pytest.mark.parametrize("keeper", ["api_key", "signature"])
def test_without_passwords_nothing_is_there_for_them(keeper: str) -> None:
    files = written(keeper, "api_key")
    assert not accounts(files) & PASSWORDS
    said = re.compile(r"password|token_secret|bearer|/auth/token|argon2|pyjwt|python-multipart", re.IGNORECASE)
    found = {path: said.findall(text) for path, text in files.items()}
    assert {path: words for path, words in found.items() if words} == {}


def test_systems_that_sign_have_no_accounts() -> None:
    kept = {
        proof: sorted(path for path, text in written("signature", proof).items() if "auth_account" in text)
        for proof in ("signature", "api_key")
    }
    assert kept == {
        "signature": [],
        "api_key": ["migrations/versions/0001_initial.py", "src/zoo/accounts/models.py"],
    }


def test_each_way_brings_its_module() -> None:
    assert accounts(written("password", "api_key")) == PASSWORDS | {"keys"}
    assert accounts(written("signature", "password")) == PASSWORDS | {"signatures"}
    assert accounts(written("signature", "api_key")) == {"keys", "signatures"}
    assert accounts(written("oidc", "signature")) == {"openid", "signatures"}


LOCKED = frozenset({"argon2-cffi", "cryptography", "httpx", "pyjwt", "python-multipart"})


@pytest.mark.parametrize(
    ("keeper", "robot", "packages"),
    [
        ("api_key", "signature", set()),
        ("password", "api_key", {"argon2-cffi", "pyjwt", "python-multipart"}),
        ("oidc", "api_key", {"cryptography", "httpx", "pyjwt"}),
        ("oidc", "password", LOCKED),
    ],
)
def test_a_service_locks_what_its_callers_need(keeper: str, robot: str, packages: set[str]) -> None:
    files = written(keeper, robot)
    assert LOCKED & set(re.findall(r"^([\w-]+)==", files["requirements.lock"], re.MULTILINE)) == packages
    assert "httpx" in re.findall(r"^([\w-]+)==", files["requirements-dev.lock"], re.MULTILINE)


def test_records_called_accounts_are_told_from_those_of_callers() -> None:
    seeds = {name: written("api_key", "api_key", entity=name)["src/zoo/seeds.py"] for name in ("Animal", "Account")}
    assert "session.add(Account(username=" in seeds["Animal"]
    assert "import Account as CallerAccount, Role" in seeds["Account"]
    assert "session.add(CallerAccount(username=" in seeds["Account"]


def test_who_sends_nothing_is_told_how() -> None:
    (access,) = (text for path, text in written("signature", "api_key").items() if path.endswith("/access.py"))
    assert 'Unauthenticated("Send your key as X-API-Key, or sign the request.")' in access
