"""Services built from somebody else's OpenAPI document, held to that document."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
QL = Path(sys.executable).with_name("ql")
CASES = ROOT / "tests" / "cases"
CLINIC = CASES / "petclinic"
GREEN, INCOMPLETE = 0, 3

pytestmark = pytest.mark.slow


def built(document: Path, folder: Path) -> tuple[int, Path, dict[str, str]]:
    target = folder / "service"
    build = subprocess.run([QL, "build", document, "-o", target], check=False, capture_output=True, text=True)
    assert build.returncode in {GREEN, INCOMPLETE}, build.stderr
    checks = json.loads((target / "evidence" / "checks.json").read_text())
    return build.returncode, target, {check["name"]: check["status"] for check in checks}


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> tuple[int, Path, dict[str, str]]:
    return built(CLINIC / "openapi.yml", tmp_path_factory.mktemp("clinic"))


@pytest.fixture
def served(clinic: tuple[int, Path, dict[str, str]]) -> Iterator[str]:
    """Where the clinic answers, as `ql run` serves it with the seeds that its collection takes for granted."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    shutil.rmtree(clinic[1] / ".data", ignore_errors=True)
    command = [str(QL), "run", str(clinic[1]), "--port", port, "--seed", str(CLINIC / "seed.json")]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline()
        yield f"http://127.0.0.1:{port}/petclinic"
        os.killpg(process.pid, signal.SIGTERM)


def test_every_check_on_what_the_document_lets_a_spec_say_is_green(clinic: tuple[int, Path, dict[str, str]]) -> None:
    code, _, checks = clinic
    assert code == INCOMPLETE
    assert set(checks.values()) == {"passed"}
    assert "api" in checks


def test_the_report_names_what_is_left_open(clinic: tuple[int, Path, dict[str, str]]) -> None:
    report = (clinic[1] / "evidence" / "report.html").read_text()
    assert "GET /oops" in report


def test_the_document_is_kept_with_the_service(clinic: tuple[int, Path, dict[str, str]]) -> None:
    assert (clinic[1] / "requirements" / "openapi.yml").read_bytes() == (CLINIC / "openapi.yml").read_bytes()


def requests() -> list[dict[str, Any]]:
    """The requests of the Postman collection, in order."""
    collection = json.loads((CLINIC / "collection.postman.json").read_text())
    return [item for folder in collection["item"] for item in folder["item"]]


def test_the_collection_is_answered_as_it_asserts(served: str) -> None:
    known = {"baseUrl": served}
    statuses = []
    for item in requests():
        request = item["request"]
        url = request["url"]["raw"] if isinstance(request["url"], dict) else request["url"]
        for key, value in known.items():
            url = url.replace(f"{{{{{key}}}}}", value)
        data = request.get("body", {}).get("raw", "").encode() or None
        call = urllib.request.Request(url, data, {"Content-Type": "application/json"}, method=request["method"])  # noqa: S310
        with urllib.request.urlopen(call) as answer:  # noqa: S310
            text = answer.read()
            statuses.append(answer.status)
        script = "\n".join(line for event in item["event"] for line in event["script"]["exec"])
        wanted = [int(status) for status in re.findall(r"status\((\d{3})\)", script)]
        assert wanted in ([], statuses[-1:])
        for key in re.findall(r'environment\.set\("(\w+)"', script):
            known[key] = str(json.loads(text)["id"])
    assert statuses == [201, 201, 201, 200, 200, 204, 201]


@pytest.mark.deep
@pytest.mark.skipif(shutil.which("npx") is None, reason="newman needs Node: install node and npm to run it")
def test_newman_runs_the_collection(served: str, tmp_path: Path) -> None:
    environment = json.loads((CLINIC / "environment.postman.json").read_text())
    next(one for one in environment["values"] if one["key"] == "baseUrl")["value"] = served
    (tmp_path / "environment.json").write_text(json.dumps(environment))
    report = tmp_path / "report.json"
    files = ["run", str(CLINIC / "collection.postman.json"), "-e", str(tmp_path / "environment.json")]
    command = ["npx", "--yes", "newman@6.2.1", *files, "-r", "json", "--reporter-json-export", str(report)]
    subprocess.run(command, check=True, capture_output=True, cwd=tmp_path, timeout=300)
    run = json.loads(report.read_text())["run"]
    assert (run["stats"]["assertions"]["total"], run["stats"]["assertions"]["failed"]) == (12, 0)


@pytest.mark.deep
def test_schemathesis_finds_nothing_in_two_hundred_examples_of_each_operation(served: str, tmp_path: Path) -> None:
    schemathesis = Path(sys.executable).with_name("schemathesis")
    options = ["--max-examples", "200", "--seed", "1", "--generation-database", "none", "--exclude-path", "/oops"]
    command = [str(schemathesis), "run", str(CLINIC / "openapi.yml"), "--url", f"{served}/api", *options]
    run = subprocess.run(command, check=False, capture_output=True, text=True, cwd=tmp_path, timeout=900)
    assert run.returncode == 0, run.stdout[-4000:]


@pytest.mark.deep
@pytest.mark.parametrize(
    ("name", "code"),
    [("bookshop.yaml", INCOMPLETE), ("harbour.yaml", INCOMPLETE), ("tracker.json", GREEN), ("orchard.yaml", GREEN)],
)
def test_a_document_of_another_domain_is_built(name: str, code: int, tmp_path: Path) -> None:
    ended, _, checks = built(CASES / "openapi" / name, tmp_path)
    assert (ended, set(checks.values())) == (code, {"passed"})
