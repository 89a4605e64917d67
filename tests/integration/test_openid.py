"""A service whose callers sign in at a real OpenID provider."""

import base64
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

CASES = Path(__file__).resolve().parents[1] / "cases"
QL = Path(sys.executable).with_name("ql")
PROVIDER = "oidc-provider@9.5.1"
CLIENT, SECRET = "desk", "a secret that is good for tests only"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.deep,
    pytest.mark.skipif(shutil.which("npm") is None, reason="the provider needs Node: install node and npm to run it"),
]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(command: list[str], environment: dict[str, str], folder: Path) -> Iterator[str]:
    """A program that says a line when it is ready."""
    with subprocess.Popen(
        command,
        cwd=folder,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        yield process.stdout.readline()
        os.killpg(process.pid, signal.SIGTERM)


@pytest.fixture
def issuer(tmp_path: Path) -> Iterator[str]:
    """Where the provider answers."""
    folder = tmp_path / "provider"
    folder.mkdir()
    shutil.copy(CASES / "openid" / "provider.mjs", folder)
    install = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--no-package-lock", PROVIDER]
    subprocess.run(install, cwd=folder, check=True, capture_output=True, timeout=300)
    port = str(free_port())
    with running(["node", "provider.mjs", port, "reading-room", CLIENT, SECRET], {}, folder) as said:
        assert said == "ready\n"
        yield f"http://127.0.0.1:{port}"


def token(issuer: str) -> str:
    """What the provider gives a program that names itself."""
    proof = base64.b64encode(f"{CLIENT}:{SECRET.replace(' ', '+')}".encode()).decode()
    request = urllib.request.Request(  # noqa: S310
        f"{issuer}/token", b"grant_type=client_credentials", {"Authorization": f"Basic {proof}"}
    )
    with urllib.request.urlopen(request) as answer:  # noqa: S310
        return str(json.load(answer)["access_token"])


def me(service: str, bearer: str) -> tuple[int, str]:
    """The status of the answer, and who the service says is calling."""
    request = urllib.request.Request(f"{service}/auth/me", headers={"Authorization": f"Bearer {bearer}"})  # noqa: S310
    try:
        with urllib.request.urlopen(request) as answer:  # noqa: S310
            return answer.status, str(json.load(answer)["role"])
    except urllib.error.HTTPError as error:
        return error.code, str(json.load(error)["detail"])


def test_who_signs_in_at_a_provider_is_known_once_admitted(issuer: str, tmp_path: Path) -> None:
    service, port = tmp_path / "service", str(free_port())
    build = [str(QL), "build", str(CASES / "specs" / "reading-room.spec.yaml"), "-o", str(service)]
    subprocess.run(build, check=True, capture_output=True)
    environment = {
        "DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path / 'service.sqlite3'}",
        "OPENID_ISSUER": issuer,
        "OPENID_AUDIENCE": "reading-room",
    }
    with running([str(QL), "run", str(service), "--port", port], environment, tmp_path) as said:
        assert said
        address, bearer = f"http://127.0.0.1:{port}", token(issuer)
        assert me(address, bearer) == (401, "Whoever signed in at the OpenID provider was not admitted here.")
        admit = [sys.executable, "-m", "reading_room", "admit", "warden", "desk", CLIENT]
        subprocess.run(admit, cwd=service, env=os.environ | environment | {"PYTHONPATH": "src"}, check=True)
        assert me(address, bearer) == (200, "warden")
        assert me(address, f"{bearer[:-8]}AAAAAAAA")[0] == 401
