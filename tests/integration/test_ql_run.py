"""The real `ql run` serves what the real `ql build` wrote, until it is told to stop."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
QL = Path(sys.executable).with_name("ql")
SPEC = ROOT / "examples" / "town-library.spec.yaml"

pytestmark = pytest.mark.slow


@pytest.fixture
def environment(tiny_pack: Path) -> dict[str, str]:
    path = os.pathsep.join(filter(None, [str(tiny_pack), os.environ.get("PYTHONPATH")]))
    return {**os.environ, "PYTHONPATH": path, "QL_PACK": "tiny"}


@pytest.fixture
def service(tmp_path: Path, environment: Mapping[str, str]) -> Path:
    subprocess.run([QL, "build", SPEC, "-o", tmp_path / "lib"], env=environment, check=False, capture_output=True)
    return tmp_path / "lib"


def free_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def heeding_signals() -> None:
    """Let a child hear Ctrl-C even when these tests run in the background, where shells switch it off."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_a_service_runs_until_it_is_stopped(
    sent: signal.Signals, service: Path, tmp_path: Path, environment: Mapping[str, str]
) -> None:
    (tmp_path / "seed.json").write_text("{}")
    port = free_port()
    command: list[str | Path] = [QL, "run", service, "--port", port, "--seed", tmp_path / "seed.json"]
    with subprocess.Popen(
        command,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=heeding_signals,  # noqa: PLW1509
    ) as run:
        assert run.stdout is not None
        url = run.stdout.readline().strip()
        assert url == f"http://127.0.0.1:{port}/docs"
        with urllib.request.urlopen(url) as answer:  # noqa: S310  our own server
            assert json.load(answer) == ["Book", "Member", "Loan"]
        run.send_signal(sent)
        _, said = run.communicate()
    assert run.returncode == 0, said
    assert "this runs generated code as you, for development" in said
    assert "town_library ended its open requests and stopped" in said
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", int(port))) != 0
    assert subprocess.run([QL, "verify", service], check=False, capture_output=True).returncode == 0


def test_records_that_cannot_be_loaded_stop_the_start(
    service: Path, tmp_path: Path, environment: Mapping[str, str]
) -> None:
    (tmp_path / "seed.json").write_text("broken")
    command: list[str | Path] = [QL, "run", service, "--port", free_port(), "--seed", tmp_path / "seed.json"]
    done = subprocess.run(command, env=environment, check=False, capture_output=True, text=True)
    assert done.returncode == 10
    assert "these records are broken" in done.stderr
    assert "QL2121" in done.stderr
