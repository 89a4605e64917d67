"""The running service against its API document."""

import asyncio
import hmac
import json
import os
import re
import socket
import subprocess
import sys
import tomllib
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.request import urlopen

import jwt
import pytest

from quantumlayer.core.checks import Check, Status
from quantumlayer.qlayer.validator import serve_api
from quantumlayer.qlayer.validator.api import SCRIPT
from quantumlayer.qlayer.validator.api_report import read_report
from quantumlayer.qlayer.validator.models import CheckContext
from quantumlayer.qlayer.validator.postgres import Database, PostgresServer
from quantumlayer.qlayer.validator.registry import run_check
from quantumlayer.qlayer.validator.unseen import unseen_collections
from quantumlayer.sandbox.ports import Command, Completed, Mount
from quantumlayer.spec.load import parse_spec

Run = Callable[..., Check]


APP = "src/tiny/app.py"


@pytest.mark.slow
def test_a_service_that_keeps_to_its_document_passes(check: Run) -> None:
    found = check("api")
    assert found.status is Status.PASSED, (found.findings, found.log)
    assert found.figures["operations"] == 2
    assert found.figures["cases"] >= 20


@pytest.mark.slow
def test_an_answer_that_breaks_the_document_is_found(check: Run, service: Path) -> None:
    source = (service / APP).read_text().replace("return Count(notes=found or 0)", "raise HTTPException(418)")
    found = check("api", {APP: source})
    assert found.status is Status.FAILED
    (finding,) = [finding for finding in found.findings if finding.code == "ST103"]
    assert finding.message.startswith("GET /count: Undocumented status code. Received: 418")
    assert "Try: curl -X GET" in finding.message
    assert "http://127.0.0.1:8000/count" in finding.message
    assert "token of reader" not in found.model_dump_json()


@pytest.mark.slow
def test_sign_in_that_is_not_asked_for_is_found(check: Run, service: Path) -> None:
    source = (service / APP).read_text().replace('credentials != "token of reader"', 'credentials == ""')
    found = check("api", {APP: source.replace("token is None or ", "token is not None and ")})
    assert found.status is Status.FAILED
    assert "GET /count" in found.findings[0].message


@pytest.mark.slow
def test_a_service_that_cannot_be_seeded_is_an_error_of_the_check(check: Run) -> None:
    found = check("api", {"tests/seed.json": '[{"colour": "red"}]'})
    assert found.status is Status.ERROR
    assert found.summary == "preparing tiny ended with 1."
    assert "INSERT INTO note" in found.log


class Served:
    """A sandbox in which the service is served, and its caller leaves these files."""

    def __init__(self, **files: str) -> None:
        self.files = files
        self.commands: list[Command] = []

    async def run(self, command: Command, /) -> Completed:
        """End well."""
        self.commands.append(command)
        for name, text in self.files.items():
            (command.cwd / f"schemathesis.{name}").write_text(text)
        (command.cwd / serve_api.DOCUMENT).write_text('{"paths": {"/a": {"get": {}, "put": {"x-roles": ["b"]}}}}')
        return Completed(0, "", "last words", 0.1)


class Ready(PostgresServer):
    """A server that is there already."""

    async def database(self) -> Database:
        """Never connected to."""
        return Database("sqlite://", Mount(Path(__file__)))


@pytest.mark.parametrize("files", [{}, {"json": "{}"}, {"json": "{}", "xml": "<testsuites/>"}])
def test_a_run_that_leaves_no_report_is_an_error_of_the_check(
    service: Path, tmp_path: Path, files: dict[str, str]
) -> None:
    sandbox = Served(**files)
    found = asyncio.run(run_check("api", service, CheckContext(sandbox, Ready(sandbox), tmp_path)))
    assert (found.status, found.summary) == (Status.ERROR, "schemathesis ended with 0.")
    assert found.log == "last words"


def test_more_calls_are_made_where_more_are_asked_for_and_have_more_time(service: Path, tmp_path: Path) -> None:
    for examples in (20, 200):
        sandbox = Served()
        asyncio.run(run_check("api", service, CheckContext(sandbox, Ready(sandbox), tmp_path, examples)))
        (command,) = sandbox.commands
        assert f"--max-examples {examples} --seed 1 " in " ".join(command.argv)
        assert command.timeout == examples * 45


@pytest.fixture
def prepared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package `prepared` that serves nothing, in the working folder."""
    package = tmp_path / "prepared"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "__main__.py").write_text("import sys\nprint(*sys.argv[1:])\nsys.exit(0)\n")
    (package / "app.py").write_text(
        "class App:\n"
        "    def openapi(self) -> dict:\n"
        "        return {'paths': {'/a': {'get': {'x-roles': ['b', 'c']}, 'put': {}}}}\n"
        "create_app = App\n"
    )
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "seed.json").write_text("{}")
    (tmp_path / "alembic.ini").write_text("[alembic]\nscript_location = migrations\npath_separator = os\n")
    (tmp_path / "migrations" / "versions").mkdir(parents=True)
    (tmp_path / "migrations" / "env.py").write_text("")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "argv", ["ours"])
    for name in ("prepared", "prepared.app"):  # another test may have had one of its own
        monkeypatch.delitem(sys.modules, name, raising=False)
    return package


def test_preparing_migrates_seeds_and_makes_tokens(prepared: Path) -> None:
    serve_api.prepare("prepared")
    settings = tomllib.loads(serve_api.SETTINGS.read_text())
    assert settings["operations"] == [
        {"include-name": "GET /a", "headers": {"Authorization": "Bearer token b"}},
    ]
    assert list(json.loads(serve_api.DOCUMENT.read_text())["paths"]) == ["/a"]
    (prepared / "__main__.py").write_text("raise SystemExit('no')\n")
    with pytest.raises(SystemExit):
        serve_api.prepare("prepared")


def test_keys_are_issued_for_whom_the_seeds_name(prepared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seeds = {"vans": [{"id": 4}, {"id": 7, "account": {"username": "b"}}], "accounts": [{"username": "c"}]}
    (prepared.parent / "tests" / "seed.json").write_text(json.dumps(seeds))
    monkeypatch.setenv(serve_api.KEYS, "b=X-Van c=X-Van")
    serve_api.prepare("prepared")
    settings = tomllib.loads(serve_api.SETTINGS.read_text())
    assert settings["operations"][0]["headers"] == {"X-Van": "issue-key b 7"}
    assert serve_api.proof("prepared", "c", seeds) == ("X-Van", "issue-key c c")


@pytest.mark.usefixtures("prepared")
def test_who_signs_in_at_a_provider_is_admitted_with_a_token_that_it_stands_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("OPENID_ISSUER", "OPENID_AUDIENCE"):
        monkeypatch.setenv(name, "")
    monkeypatch.setenv(serve_api.OPENID, "b")
    with serve_api.new_provider() as server:
        Thread(target=serve_api.provide, args=(server,), daemon=True).start()
        header, value = serve_api.proof("prepared", "b", {})
        issuer = os.environ["OPENID_ISSUER"]
        said = json.load(urlopen(f"{issuer}/.well-known/openid-configuration"))  # noqa: S310
        keys = jwt.PyJWKSet.from_dict(json.load(urlopen(said["jwks_uri"])))  # noqa: S310
        server.shutdown()
    token = value.removeprefix("Bearer ")
    claims = jwt.decode(token, keys["one"], ["ES256"], audience=os.environ["OPENID_AUDIENCE"], issuer=issuer)
    assert (header, said["issuer"], claims["sub"]) == ("Authorization", issuer, "b")


def test_requests_are_signed_as_they_are_sent(prepared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(serve_api.SIGNING, "b")
    monkeypatch.setenv("B_SECRET", "a secret")
    serve_api.prepare("prepared")
    settings = tomllib.loads(serve_api.SETTINGS.read_text())
    assert settings["hooks"] == str(serve_api.HOOKS)
    assert settings["operations"][0]["headers"] == {"X-Signature": "b"}
    written = (prepared.parent / serve_api.HOOKS).read_text()
    assert written.endswith(serve_api.PROVING)
    told: dict[str, Any] = {"schemathesis": Namespace(hook=lambda function: function)}
    exec(written.partition("__add__))")[2], told)  # noqa: S102 - what the check runs
    given: dict[str, Any] = {}
    told["before_call"](None, Namespace(operation=Namespace(label="GET /a")), given)
    for body in (b"{}", "{}"):
        request = Namespace(headers={"X-Signature": "b"}, body=body, method="PUT", path_url="/a?b=1")
        moment, digest = re.findall(r"^t=(\d+),v1=(\w+)$", given["auth"](request).headers["X-Signature"])[0]
        assert digest == hmac.new(b"a secret", f"{moment}.PUT /a?b=1.{{}}".encode(), "sha256").hexdigest()
    assert given["auth"](Namespace(headers={"X-Signature": "c"}, body=b"")).headers == {"X-Signature": "c"}
    told["before_call"](None, Namespace(operation=Namespace(label="PUT /a")), given)
    assert given["auth"](Namespace(headers={"X-Signature": "b"}, body=b"")).headers == {}


def test_only_callers_who_prove_themselves_in_more_than_one_way_are_told_apart() -> None:
    token, key, signature = (("Authorization", "Bearer t"), ("X-API-Key", "k"), ("X-Signature", "b"))
    assert not serve_api.varied({"a": token, "b": token})
    assert not serve_api.varied({"a": key})
    assert serve_api.varied({"a": token, "b": key})
    assert serve_api.varied({"a": signature})


def test_nobody_is_removed_while_calling_and_what_others_make_may_be_missing() -> None:
    number = {"name": "member_id", "in": "path"}
    change = {"name": "If-Match", "in": "header"}
    document = {
        "paths": {
            "/members": {"post": {"x-roles": ["librarian"]}},
            "/members/{member_id}": {
                "get": {"x-roles": ["member"], "parameters": [number]},
                "delete": {"x-roles": ["librarian"], "parameters": [number, change]},
            },
        }
    }
    seeds = {"members": [{"id": 1, "account": {}}, {"id": 2}], "accounts": [{"username": "librarian"}]}
    text = serve_api.settings(
        document,
        {"librarian": ("Authorization", "Bearer l"), "member": ("Authorization", "Bearer m")},
        serve_api.callers(seeds),
    )
    _, read, remove = tomllib.loads(text)["operations"]
    assert read["checks"] == {"ensure_resource_availability": {"enabled": False}}
    assert remove["parameters"] == {"path.member_id": 2, "header.If-Match": "*"}
    assert serve_api.callers({"members": [{"id": 1, "account": {}}]}) == {"members": {"id": serve_api.NOBODY}}
    assert serve_api.callers([]) == {}


def test_a_record_begins_without_its_file_and_no_schema_says_what_one_is() -> None:
    document: dict[str, Any] = {
        "paths": {
            "/rooms": {"post": {"requestBody": {"content": {"application/json": {}}}}},
            "/rooms/{room_id}": {"put": {"requestBody": {"content": {"application/json": {}}}}},
            "/rooms/{room_id}/plan": {
                "get": {},
                "put": {"requestBody": {"content": {"application/pdf": {}, "text/csv": {}, "image/*": {}}}},
            },
        }
    }
    found = tomllib.loads(serve_api.settings(document, {}, {}))
    assert found["hooks"] == str(serve_api.HOOKS)
    assert [item["include-name"] for item in found["operations"]] == [
        "GET /rooms/{room_id}/plan",
        "PUT /rooms/{room_id}/plan",
    ]
    off = {"enabled": False}
    assert all(
        item["checks"] == {"ensure_resource_availability": off, "positive_data_acceptance": off}
        for item in found["operations"]
    )
    assert serve_api.files(document) == ["application/pdf", "text/csv"]
    made = serve_api.hooks(document, {})
    compile(made, "hooks", "exec")
    assert "{'application/pdf': b'%PDF-', 'text/csv': b''}" in made


def test_records_that_their_maker_loses_sight_of_may_be_missing() -> None:
    document: dict[str, Any] = {
        "paths": {"/lost-things": {"post": {}}, "/lost-things/{thing_id}": {"get": {}}, "/finders": {"get": {}}}
    }
    text = serve_api.settings(document, {}, {}, ("lost-things",))
    names = [item["include-name"] for item in tomllib.loads(text)["operations"]]
    assert names == ["POST /lost-things", "GET /lost-things/{thing_id}"]


@pytest.mark.parametrize(
    ("access", "unseen"),
    [
        ("[{who: anyone, may: [create]}, {who: anyone, may: [read], when: this.shown}]", ["lost-things"]),
        ("[{who: anyone, may: [create, read], when: this.shown}]", []),
        ("[{who: anyone, may: [create, read]}, {who: anyone, may: [read], when: this.shown}]", []),
        ("[{who: guest, may: [create, update]}, {who: anyone, may: [read], when: this.shown}]", ["lost-things"]),
        ("[{who: guest, may: [create]}, {who: guest, may: [read]}]", []),
    ],
)
def test_makers_lose_sight_where_reading_asks_for_more_than_making(access: str, unseen: list[str]) -> None:
    text = f"""
spec: 1
service: {{name: lost}}
roles: {{guest: }}
entities:
  LostThing:
    fields: {{shown: {{type: bool}}}}
    access: {access}
"""
    assert unseen_collections(parse_spec(text).spec) == unseen


def test_the_service_is_served_while_the_command_runs(prepared: Path) -> None:
    (prepared / "app.py").write_text(
        "class App:\n"
        "    def openapi(self) -> dict:\n"
        "        return {'paths': {}}\n"
        "    async def __call__(self, scope, receive, send) -> None:\n"
        "        if scope['type'] == 'http':\n"
        "            await send({'type': 'http.response.start', 'status': 204, 'headers': []})\n"
        "            await send({'type': 'http.response.body', 'body': b''})\n"
        "create_app = App\n"
    )
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    calls = (
        "import httpx, sys\n"
        "transport = httpx.HTTPTransport(retries=9)\n"
        "answer = httpx.Client(transport=transport).get('http://127.0.0.1:' + sys.argv[1])\n"
        "sys.exit(7 if answer.status_code == 204 else 1)\n"
    )
    script = [sys.executable, "-", "prepared", port, sys.executable, "-c", calls, port]
    given = SCRIPT.decode()
    environment = {**os.environ, "PYTHONPATH": "."}
    done = subprocess.run(script, check=False, env=environment, input=given, text=True, timeout=60)
    assert done.returncode == 7
    (prepared / "__main__.py").write_text("raise SystemExit('no')\n")
    refused = subprocess.run(
        script, check=False, env=environment, input=given, text=True, timeout=60, capture_output=True
    )
    assert (refused.returncode, refused.stderr.strip()) == (1, "no")


SUMMARY = {
    "complete": True,
    "operations": {"tested": 2},
    "test_cases": {"generated": 9},
    "failures": [],
    "errors": [],
    "warnings": {},
}
EMPTY = "<testsuites/>"


def test_what_only_the_summary_knows_is_found() -> None:
    failure = {"code": "ST999", "title": "Odd", "operations": ["GET /a", "GET /b"]}
    gaps = {"unresolvable_reference": ["GET /a"], "validation_mismatch": ["GET /b"]}
    summary = SUMMARY | {"failures": [failure], "errors": [{"message": "lost"}], "warnings": gaps}
    findings, cases = read_report(json.dumps(summary), EMPTY)
    assert cases == 9
    assert [(finding.code, finding.message.split(":")[0]) for finding in findings] == [
        ("ST999", "GET /a, GET /b"),
        ("error", "schemathesis met an error"),
        ("unresolvable_reference", "GET /a"),
    ]


def test_the_sign_in_itself_may_let_nobody_in() -> None:
    summary = SUMMARY | {"warnings": {"missing_auth": ["POST /sign-in", "GET /a"]}}
    findings, _ = read_report(json.dumps(summary), EMPTY, {"POST /sign-in"})
    assert [finding.message.split(":")[0] for finding in findings] == ["GET /a"]


def test_each_failure_of_a_case_is_told_once_with_its_call() -> None:
    text = (
        "1. Test Case ID: abc\n\n- ST103 Undocumented status code\n\n    Received: 400\n\n- ST202 Rejected\n\n    Why\n"
        "\n[400] Bad Request:\n\n    `{}`\n\nReproduce with:\n\n    curl -X GET http://a/b\n"
        "2. Test Case ID: def\n\n- ST999 Odd\n"
    )
    junit = f'<testsuites><testcase name="GET /b"><failure>{text}</failure></testcase></testsuites>'
    findings, _ = read_report(json.dumps(SUMMARY), junit)
    assert [finding.message for finding in findings] == [
        "GET /b: Undocumented status code. Received: 400 Try: curl -X GET http://a/b",
        "GET /b: Rejected. Why Try: curl -X GET http://a/b",
        "GET /b: Odd. ",
    ]


@pytest.mark.parametrize(
    ("summary", "junit"),
    [
        (json.dumps(SUMMARY | {"complete": False}), EMPTY),
        (json.dumps(SUMMARY | {"operations": {"tested": 0}}), EMPTY),
        (json.dumps(SUMMARY | {"operations": None}), EMPTY),
        ("{}", EMPTY),
        ("no json", EMPTY),
        (json.dumps(SUMMARY), "no xml"),
    ],
)
def test_a_run_without_an_end_is_no_result(summary: str, junit: str) -> None:
    with pytest.raises(ValueError, match=r"end|report|Expecting"):
        read_report(summary, junit)
