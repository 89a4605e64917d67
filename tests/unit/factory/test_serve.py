"""A built service is prepared, served and stopped."""

import os
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

import pytest

from quantumlayer.core.errors import DomainError
from quantumlayer.factory.errors import NoServiceError, PortTakenError, ServiceStoppedError, TargetPlaceError
from quantumlayer.factory.serve import Service, environment_for, find_service, prepare, serve
from quantumlayer.factory.target import lock
from quantumlayer.qlayer.capsule import DATA

MAIN = """import os, pathlib, sys
print("args", *sys.argv[1:])
database = pathlib.Path(os.environ["DATABASE_URL"].partition(":///")[2])
if sys.argv[1] == "seed" and "broken" in pathlib.Path(sys.argv[2]).read_text():
    sys.exit("broken records")
with database.open("a") as file:
    file.write(" ".join(sys.argv[1:2]) + "\\n")
"""
APP = """import os
def create_app():
    return answer
async def answer(scope, receive, send):
    if scope["type"] == "lifespan":
        while (await receive())["type"] == "lifespan.startup":
            await send({"type": "lifespan.startup.complete"})
        await send({"type": "lifespan.shutdown.complete"})
        return
    if scope["path"] == "/die":
        os._exit(3)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": os.environ["TOKEN_SECRET"].encode()})
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    package = tmp_path / "shed" / "src" / "tool_shed"
    package.mkdir(parents=True)
    for name, text in {"__init__": "", "__main__": MAIN, "app": APP}.items():
        (package / f"{name}.py").write_text(text)
    (tmp_path / "shed" / "migrations").mkdir()
    (tmp_path / "shed" / "migrations" / "one.py").write_text("1")
    return tmp_path / "shed"


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_the_package_is_found(folder: Path) -> None:
    assert find_service(folder).package == "tool_shed"


def test_compiled_modules_are_never_run_in_place_of_the_sources(folder: Path) -> None:
    planted = folder / "src" / "tool_shed" / "__pycache__"
    planted.mkdir()
    (planted / "app.cpython-311.pyc").write_bytes(b"whatever")
    (folder / "src" / "__pycache__").symlink_to(folder)
    service = find_service(folder)
    prepare(service, environment_for(service, {}), None)
    assert not planted.exists()
    assert not (folder / "src" / "__pycache__").is_symlink()
    assert (folder / "src" / "tool_shed" / "app.py").exists()


@pytest.mark.parametrize("spoil", ["src/tool_shed/app.py", "src/tool_shed/__init__.py"])
def test_what_is_no_service_is_refused(spoil: str, folder: Path) -> None:
    (folder / spoil).unlink()
    with pytest.raises(NoServiceError):
        find_service(folder)


def test_two_packages_are_no_service(folder: Path) -> None:
    (folder / "src" / "other").mkdir()
    (folder / "src" / "other" / "__init__.py").touch()
    with pytest.raises(NoServiceError) as caught:
        find_service(folder)
    assert caught.value.why == "found under src: other, tool_shed"


def test_development_needs_no_settings(folder: Path) -> None:
    made = environment_for(find_service(folder), {"HOME": "/home"})
    assert made["DATABASE_URL"].startswith("sqlite+aiosqlite:///.data/development-")
    assert made["HOME"] == "/home"


def test_a_secret_is_never_taken_from_the_folder(folder: Path) -> None:
    service = find_service(folder)
    (folder / ".data").mkdir()
    (folder / ".data" / "secret").write_text("planted" * 10)
    made = [environment_for(service, {})["TOKEN_SECRET"] for _ in range(2)]
    assert [len(secret) for secret in made] == [64, 64]
    assert made[0] != made[1]


@pytest.mark.parametrize("link", [".data", ".data/development-x.sqlite3-wal"])
def test_links_among_the_data_are_refused(link: str, folder: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (folder / link).parent.mkdir(exist_ok=True)
    (folder / link).symlink_to(outside)
    with pytest.raises(TargetPlaceError, match="is a symbolic link") as caught:
        environment_for(find_service(folder), {})
    assert str(folder / link) in caught.value.what
    assert list(outside.iterdir()) == []


@pytest.mark.parametrize("name", ["a b", "it's", 'say "so"', "Bücher", "one\ntwo", "a:b", "50%?x#y", "$(id)"])
def test_a_folder_may_have_any_name(name: str, folder: Path) -> None:
    service = find_service(folder.rename(folder.with_name(name)))
    prepare(service, environment_for(service, {}), None)
    assert [path.read_text() for path in service.folder.glob(".data/development-*")] == ["migrate\n"]


def test_other_migrations_get_a_database_of_their_own(folder: Path) -> None:
    service = find_service(folder)
    first = environment_for(service, {})["DATABASE_URL"]
    (folder / "migrations" / "one.py").write_text("2")
    assert environment_for(service, {})["DATABASE_URL"] != first


def test_given_settings_win(folder: Path) -> None:
    given = {"DATABASE_URL": "postgresql+asyncpg://db/shed", "TOKEN_SECRET": "given"}
    made = environment_for(find_service(folder), given)
    assert {name: made[name] for name in given} == given


def test_a_folder_that_cannot_be_written_is_named(folder: Path) -> None:
    (folder / ".data").write_text("a file")
    with pytest.raises(TargetPlaceError, match="data"):
        environment_for(find_service(folder), {})


def database(service: Service, environment: dict[str, str]) -> str:
    return (service.folder / environment["DATABASE_URL"].partition(":///")[2]).read_text()


def test_the_database_is_migrated_and_seeded(folder: Path, tmp_path: Path) -> None:
    service = find_service(folder)
    environment = environment_for(service, {})
    (tmp_path / "seed.json").write_text("{}")
    prepare(service, environment, None)
    prepare(service, environment, tmp_path / "seed.json")
    assert database(service, environment) == "migrate\nmigrate\nseed\n"


def test_broken_records_stop_the_start(folder: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    service = find_service(folder)
    (tmp_path / "seed.json").write_text("broken")
    with pytest.raises(ServiceStoppedError, match="the records in") as caught:
        prepare(service, environment_for(service, {}), tmp_path / "seed.json")
    assert caught.value.why == "`python -m tool_shed seed` ended with 1"
    assert "broken records" in capfd.readouterr().err


@pytest.mark.parametrize(("name", "code"), [("missing.json", "QL2110"), (".", "QL2111"), ("pipe", "QL2111")])
def test_records_come_from_a_file(name: str, code: str, folder: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    service = find_service(folder)
    with pytest.raises(DomainError) as caught:
        prepare(service, environment_for(service, {}), tmp_path / name)
    assert caught.value.code == code
    assert not list(folder.glob(".data/development-*"))


def test_it_serves_until_it_ends_by_itself(folder: Path, port: int) -> None:
    service = find_service(folder)
    environment = environment_for(service, {})
    answers: list[bytes] = []

    def visit(url: str) -> None:
        with urllib.request.urlopen(url) as response:  # noqa: S310  our own server
            answers.append(response.read())
        threading.Thread(target=_fetch_quietly, args=(f"{url}/die",)).start()

    with pytest.raises(ServiceStoppedError) as caught:
        serve(service, environment, port, visit)
    assert answers == [environment["TOKEN_SECRET"].encode()]
    assert caught.value.why == "its process ended with 3"


def _fetch_quietly(url: str) -> None:
    try:
        urllib.request.urlopen(url).close()  # noqa: S310  our own server
    except OSError:
        return


def test_a_service_that_does_not_start_says_so(folder: Path, port: int) -> None:
    (folder / "src" / "tool_shed" / "app.py").write_text("raise SystemExit(4)")
    service = find_service(folder)
    with pytest.raises(ServiceStoppedError) as caught:
        serve(service, environment_for(service, {}), port, pytest.fail)
    assert caught.value.why == "its process ended with 4"


def test_a_service_that_never_answers_is_given_up(folder: Path, port: int) -> None:
    (folder / "src" / "tool_shed" / "app.py").write_text("import time\ntime.sleep(600)")
    service = find_service(folder)
    with pytest.raises(ServiceStoppedError, match="does not answer") as caught:
        serve(service, environment_for(service, {}), port, pytest.fail, patience=0.5)
    assert caught.value.why == "it had 0.5 s to begin"


def test_a_person_stops_it(folder: Path, port: int) -> None:
    service = find_service(folder)

    def stop(url: str) -> None:
        with lock(folder / DATA) as idle:
            assert not idle, "a build must see that it runs"
        raise KeyboardInterrupt(url)

    with pytest.raises(KeyboardInterrupt):
        serve(service, environment_for(service, {}), port, stop)
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0


def test_a_taken_port_is_named(folder: Path) -> None:
    service = find_service(folder)
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        with pytest.raises(PortTakenError, match=str(taken)):
            serve(service, environment_for(service, {}), taken, pytest.fail)


def test_it_dies_with_the_one_that_serves_it(folder: Path, port: int) -> None:
    script = "import sys; from pathlib import Path; from quantumlayer.factory.serve import *; "
    script += "s = find_service(Path(sys.argv[1])); serve(s, environment_for(s, {}), int(sys.argv[2]), print)"
    argv = [sys.executable, "-uc", script, str(folder), str(port)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE) as server:
        assert server.stdout is not None
        assert server.stdout.readline() == f"http://127.0.0.1:{port}\n".encode()
        server.kill()
    for _ in range(500):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return
        time.sleep(0.01)
    pytest.fail("the service outlives the one that serves it")
