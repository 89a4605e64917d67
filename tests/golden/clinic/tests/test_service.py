"""What holds for the service as a whole: probes, headers, errors, metrics, traces, settings, the command line."""

import asyncio
import io
import json
import os
import re
import sys
from collections.abc import AsyncIterator, Iterator, MutableMapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from fastapi import Request
from httpx import ASGITransport, AsyncClient
from pydantic import ValidationError
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlalchemy.orm.exc import StaleDataError

from clinic import __main__
from clinic.__main__ import MIGRATIONS, main
from clinic.app import create_app
from clinic.body_limit import MAX_BODY_SIZE
from clinic.database import Session
from clinic.settings import Settings

from .callers import SignIn, refusal
from .conftest import Logs
from .factories import Make

SEED = Path(__file__).parent / "seed.json"


@pytest.mark.parametrize("probe", ["live", "ready"])
async def test_the_probes_say_that_all_is_well(sign_in: SignIn, probe: str) -> None:
    client = await sign_in("anyone")
    answer = await client.get(f"/health/{probe}")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


@pytest.mark.parametrize("file", ["no/such/folder.db", "never-migrated.db"])
async def test_the_service_is_not_ready_without_its_database(tmp_path: Path, file: str) -> None:
    lost = create_app(Settings(database_url=f"sqlite+aiosqlite:///{tmp_path}/{file}"))
    async with AsyncClient(transport=ASGITransport(lost), base_url="http://test") as client:
        assert (await client.get("/health/live")).status_code == 200
        answer = await client.get("/health/ready")
    await lost.state.sessions.kw["bind"].dispose()
    assert refusal(answer) == (503, "about:blank", "The database does not answer or was never migrated.")


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("Cache-Control", "no-store"),
        ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
        ("Referrer-Policy", "no-referrer"),
        ("Strict-Transport-Security", "max-age=63072000; includeSubDomains"),
        ("X-Content-Type-Options", "nosniff"),
    ],
)
async def test_every_answer_carries_the_security_headers(sign_in: SignIn, header: str, value: str) -> None:
    client = await sign_in("anyone")
    for path in ("/health/live", "/no/such/page"):
        assert (await client.get(path)).headers[header] == value


async def test_the_documentation_page_loads_only_what_it_says(sign_in: SignIn) -> None:
    client = await sign_in("anyone")
    page = await client.get("/docs")
    policy = page.headers["Content-Security-Policy"]
    loaded = re.findall(r'(?:href|src)="(https://[^/"]+)', page.text)
    assert set(re.findall(r"https://[^ ;]+", policy)) == set(loaded)
    assert page.headers["X-Content-Type-Options"] == "nosniff"


async def test_production_has_no_documentation_page(settings: Settings) -> None:
    app = create_app(settings.model_copy(update={"environment": "production"}))
    async with AsyncClient(transport=ASGITransport(app), base_url="http://test") as client:
        assert (await client.get("/docs")).status_code == 404
        assert (await client.get("/openapi.json")).status_code == 200


async def test_an_unknown_page_is_a_problem_document(sign_in: SignIn) -> None:
    client = await sign_in("anyone")
    assert refusal(await client.get("/no/such/page")) == (404, "about:blank", "Not Found")


async def test_a_method_that_a_page_does_not_know_is_refused(sign_in: SignIn) -> None:
    client = await sign_in("anyone")
    answer = await client.delete("/health/live")
    assert refusal(answer) == (405, "about:blank", "Method Not Allowed")
    assert answer.headers["Allow"] == "GET"


async def test_each_answer_has_an_id_of_its_own(sign_in: SignIn) -> None:
    client = await sign_in("anyone")
    ids = {(await client.get("/health/live")).headers["X-Request-Id"] for _ in range(3)}
    assert len(ids) == 3


async def test_requests_are_counted_by_route_and_status(sign_in: SignIn) -> None:
    client = await sign_in("anyone")
    await client.get("/health/live")
    metrics = (await client.get("/metrics")).text
    assert 'http_request_duration_seconds_count{method="GET",route="/health/live",status="200"}' in metrics


async def test_a_request_is_one_line_in_the_log(sign_in: SignIn, logs: Logs) -> None:
    client = await sign_in("anyone")
    answer = await client.get("/health/live?private=value")
    lines = [json.loads(line) for line in logs().splitlines() if '"event": "request"' in line]
    assert [line["request_id"] for line in lines] == [answer.headers["X-Request-Id"]]
    assert lines[0].items() >= {"method": "GET", "route": "/health/live", "status": 200, "level": "info"}.items()
    assert "private" not in str(lines)


async def test_a_crash_says_where_but_not_what(settings: Settings, logs: Logs) -> None:
    app = create_app(settings)

    @app.get("/crash")
    async def crash() -> None:
        raise RuntimeError("a private value")

    async with AsyncClient(transport=ASGITransport(app), base_url="http://test") as client:
        answer = await client.get("/crash")
    assert refusal(answer) == (500, "about:blank", "Something went wrong on our side.")
    written = logs()
    assert "RuntimeError" in written
    assert "test_service.py" in written
    assert "a private value" not in written


@pytest.mark.usefixtures("logs")
@pytest.mark.parametrize(("size", "status"), [(MAX_BODY_SIZE, 204), (MAX_BODY_SIZE + 1, 413)])
async def test_a_body_is_read_up_to_its_limit(settings: Settings, size: int, status: int) -> None:
    app = create_app(settings)

    @app.put("/bytes", status_code=204)
    async def put_bytes(request: Request) -> None:
        await request.body()

    async def parts() -> AsyncIterator[bytes]:
        for _ in range(2):
            yield bytes(size // 2)
        yield bytes(size % 2)

    async with AsyncClient(transport=ASGITransport(app), base_url="http://test") as client:
        answer = await client.put("/bytes", content=parts())
    assert answer.status_code == status
    if status != 204:
        assert refusal(answer) == (413, "about:blank", "Request Entity Too Large")


class Trouble(Exception):
    """What a driver raises, with PostgreSQL's code of it."""

    def __init__(self, sqlstate: str) -> None:
        super().__init__(sqlstate)
        self.sqlstate = sqlstate


@pytest.mark.usefixtures("logs")
@pytest.mark.parametrize(
    ("error", "status"),
    [
        (DBAPIError(None, None, Trouble("22003")), 409),
        (DBAPIError(None, None, Trouble("40001")), 503),
        (DBAPIError(None, None, Trouble("57014")), 503),
        (DBAPIError(None, None, Trouble("57P01")), 503),
        (DBAPIError(None, None, Trouble("XX000")), 500),
        (ConnectionRefusedError(), 503),
        (IntegrityError(None, None, Trouble("23503")), 409),
        (IntegrityError(None, None, Trouble("23502")), 500),
        (PoolTimeoutError(), 503),
        (StaleDataError(), 412),
    ],
    ids=[
        "too large",
        "a collision",
        "too slow",
        "stopped",
        "a fault",
        "away",
        "depended on",
        "missing",
        "too many callers",
        "changed meanwhile",
    ],
)
async def test_what_the_database_refuses_is_told(settings: Settings, error: Exception, status: int) -> None:
    app = create_app(settings)

    @app.get("/trouble")
    async def trouble() -> None:
        raise error

    async with AsyncClient(transport=ASGITransport(app), base_url="http://test") as client:
        assert refusal(await client.get("/trouble"))[0] == status


async def test_a_request_waits_only_so_long_for_a_connection(settings: Settings) -> None:
    app = create_app(settings.model_copy(update={"database_connections": 1, "database_wait_seconds": 0}))

    @app.get("/one")
    async def one(session: Session) -> None:
        await session.execute(text("SELECT 1"))

    engine = app.state.sessions.kw["bind"]
    async with AsyncClient(transport=ASGITransport(app), base_url="http://test") as client:
        async with engine.connect():
            answer = await client.get("/one")
        assert (await client.get("/one")).status_code == 200
    await engine.dispose()
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")


@pytest.mark.postgres
@pytest.mark.skipif("TEST_DATABASE_URL" not in os.environ, reason="SQLite lets a statement take its time")
async def test_a_statement_may_take_only_so_long(sessions: async_sessionmaker[AsyncSession]) -> None:
    async with sessions() as session:
        assert await session.scalar(text("SHOW statement_timeout")) == "30s"


class Collector(BaseHTTPRequestHandler):
    """Takes what tracing sends, and remembers it and where it went."""

    sent: list[tuple[str, bytes]]

    def do_POST(self) -> None:
        self.sent.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_arguments: Any) -> None:
        """Stays silent."""


@pytest.fixture
def collector() -> Iterator[tuple[str, list[tuple[str, bytes]]]]:
    """The address of a trace collector, and the path and the body of each request that it got."""
    Collector.sent = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Collector)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", Collector.sent
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.usefixtures("logs")
async def test_traces_go_to_the_collector_of_the_settings(
    settings: Settings, collector: tuple[str, list[tuple[str, bytes]]]
) -> None:
    address, sent = collector
    app = create_app(settings.model_copy(update={"otel_exporter_otlp_endpoint": address}))
    async with (
        app.router.lifespan_context(app),
        AsyncClient(transport=ASGITransport(app), base_url="http://test") as client,
    ):
        await client.get("/health/live?private=value", headers={"traceparent": f"00-{'5f' * 16}-{'7a' * 8}-01"})
    assert [path for path, _ in sent] == ["/v1/traces"]
    assert bytes.fromhex("5f" * 16) in sent[0][1]
    assert b"private" not in sent[0][1]


@pytest.mark.usefixtures("logs")
async def test_the_log_goes_to_standard_output(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    app = create_app(settings)
    async with (
        app.router.lifespan_context(app),
        AsyncClient(transport=ASGITransport(app), base_url="http://test") as client,
    ):
        assert (await client.get("/health/ready")).status_code == 200
    assert '"route": "/health/ready"' in capsys.readouterr().out


@pytest.mark.usefixtures("logs")
async def test_the_service_starts_and_stops_as_its_server_asks(settings: Settings) -> None:
    asked = iter([{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}])
    answered: list[str] = []

    async def receive() -> MutableMapping[str, Any]:
        return next(asked)

    async def send(message: MutableMapping[str, Any]) -> None:
        answered.append(message["type"])

    await create_app(settings)({"type": "lifespan"}, receive, send)
    assert answered == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


def test_production_needs_postgresql() -> None:
    with pytest.raises(ValidationError, match="must name a PostgreSQL database"):
        Settings(environment="production", database_url="sqlite+aiosqlite:///file.db")
    url = "postgresql+asyncpg://user@host/name"
    assert Settings(environment="production", database_url=url).database_url == url


def test_a_short_token_secret_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN_SECRET", "x" * 31)
    with pytest.raises(ValidationError, match="at least 32"):
        Settings()


async def run(monkeypatch: pytest.MonkeyPatch, *arguments: str, typed: str = "") -> None:
    """Run a command of the command line, which has an event loop of its own."""
    monkeypatch.setattr(sys, "argv", ["clinic", *arguments])
    monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
    await asyncio.to_thread(main)


@pytest.mark.usefixtures("sessions")
async def test_the_seeds_open_an_account_for_each_role(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    await run(monkeypatch, "migrate")
    await run(monkeypatch, "seed", str(SEED))
    for role in ("front_desk", "doctor", "patient"):
        await run(monkeypatch, "token", role)
    tokens = capsys.readouterr().out.split()
    assert [token.count(".") for token in tokens] == [2] * 3
    with pytest.raises(SystemExit, match="breaks a constraint"):
        await run(monkeypatch, "seed", str(SEED))


@pytest.mark.postgres
async def test_records_are_numbered_on_from_those_of_the_seeds(monkeypatch: pytest.MonkeyPatch, make: Make) -> None:
    await run(monkeypatch, "seed", str(SEED))
    numbers = [row["id"] for row in json.loads(SEED.read_text())["patients"]]
    assert (await make.patient()).id > max(numbers)


@pytest.mark.usefixtures("settings")
async def test_migrations_are_found_in_a_folder_of_any_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    folder = tmp_path / "100% sure"
    monkeypatch.setattr(__main__, "MIGRATIONS", folder)
    with pytest.raises(SystemExit, match="100% sure"):
        await run(monkeypatch, "migrate")
    folder.symlink_to(MIGRATIONS)
    await run(monkeypatch, "migrate")


async def test_a_file_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="No such file"):
        await run(monkeypatch, "seed", str(tmp_path / "nothing.json"))


@pytest.mark.usefixtures("sessions")
@pytest.mark.parametrize(
    ("seeds", "message"),
    [
        ({"nonsense": []}, "unknown collections: nonsense"),
        ([], "Input should be an object"),
        ({"patients": 7}, r"patients: Input should be a valid array"),
        ({"patients": [{"nonsense": 1}]}, r"patients\[0\]: patient has no nonsense"),
        ({"patients": [{"created_at": "soon"}]}, r"patients\[0\].created_at: Input should be a valid datetime"),
        ({"patients": [{"id": 10**22}]}, r"patients\[0\].id"),
    ],
)
async def test_seeds_that_do_not_fit_are_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, seeds: object, message: str
) -> None:
    file = tmp_path / "seed.json"
    file.write_text(json.dumps(seeds))
    with pytest.raises(SystemExit, match=message):
        await run(monkeypatch, "seed", str(file))


@pytest.mark.usefixtures("sessions")
async def test_an_account_is_opened_from_the_command_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    await run(monkeypatch, "create-account", "first", "front_desk", typed="a password to try\n")
    await run(monkeypatch, "token", "first")
    assert capsys.readouterr().out.count(".") == 2


async def test_a_short_password_opens_no_account(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SystemExit, match="password"):
        await run(monkeypatch, "create-account", "first", "front_desk", typed="short\n")


async def test_a_password_is_replaced_and_an_account_removed_from_the_command_line(
    monkeypatch: pytest.MonkeyPatch, sign_in: SignIn
) -> None:
    caller = await sign_in("front_desk")
    username = (await caller.get("/auth/me")).json()["username"]
    await run(monkeypatch, "set-password", username, typed="another password\n")
    assert (await caller.get("/auth/me")).status_code == 401
    credentials = {"username": username, "password": "another password"}
    token = (await caller.post("/auth/token", data=credentials)).json()["access_token"]
    signed_in = {"Authorization": f"Bearer {token}"}
    assert (await caller.get("/auth/me", headers=signed_in)).status_code == 200
    await run(monkeypatch, "remove-account", username)
    assert (await caller.get("/auth/me", headers=signed_in)).status_code == 401
    assert (await caller.post("/auth/token", data=credentials)).status_code == 401


@pytest.mark.usefixtures("sessions")
@pytest.mark.parametrize("command", ["set-password", "remove-account", "token"])
async def test_nothing_is_done_for_nobody(monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    with pytest.raises(SystemExit, match="no account nobody"):
        await run(monkeypatch, command, "nobody", typed="a password to try\n")
