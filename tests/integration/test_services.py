"""The two services as a user builds them: green, to the golden byte, and each rule of the requirement proven."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from quantumlayer.qlayer.capsule import verify

ROOT = Path(__file__).resolve().parents[2]
QL = Path(sys.executable).with_name("ql")
CASES = ROOT / "tests" / "cases"
GOLDEN = ROOT / "tests" / "golden"
LIBRARY = ROOT / "examples" / "town-library.spec.yaml"
CLINIC = ROOT / "examples" / "clinic.spec.yaml"

HASH = """
import hashlib, sys
from pathlib import Path
from quantumlayer.bootstrap import bootstrap
from quantumlayer.spec.load import load_spec
spec = load_spec(Path(sys.argv[1])).spec
for generator in bootstrap({}).generators("fastapi"):
    for part in generator.parts(spec):
        for artifact in generator.generate(spec, part):
            print(artifact.path, hashlib.sha256(artifact.content).hexdigest())
"""


def built(source: Path, folder: Path) -> Path:
    target = folder / "service"
    build = subprocess.run([QL, "build", source, "-o", target], check=False, capture_output=True, text=True)
    assert build.returncode == 0, build.stderr
    return target


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(LIBRARY, tmp_path_factory.mktemp("library"))


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(CLINIC, tmp_path_factory.mktemp("clinic"))


@pytest.fixture(scope="module")
def library_from_text(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(CASES / "library" / "requirements.md", tmp_path_factory.mktemp("text"))


def checks(service: Path) -> dict[str, dict[str, Any]]:
    return {check["name"]: check for check in json.loads((service / "evidence" / "checks.json").read_text())}


def proven(service: Path) -> set[str]:
    """The elements that a passing test names and no failing one."""
    tests = [test for check in checks(service).values() for test in check["tests"]]
    passing = {element for test in tests if test["passed"] for element in test["proves"]}
    return passing - {element for test in tests if not test["passed"] for element in test["proves"]}


def files(folder: Path) -> Mapping[str, bytes]:
    """What the service is made of: evidence and times aside."""
    found = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    aside = ("evidence/", "capsule.json")
    return {name: content for name, content in found.items() if not name.startswith(aside)}


@pytest.mark.slow
@pytest.mark.parametrize("name", ["library", "clinic"])
def test_a_spec_gives_the_golden_service(name: str, request: pytest.FixtureRequest) -> None:
    service: Path = request.getfixturevalue(name)
    golden = files(GOLDEN / {"library": "town-library", "clinic": "clinic"}[name])
    made = files(service)
    assert sorted(made) == sorted(golden)
    assert [path for path in made if made[path] != golden[path]] == []


@pytest.mark.slow
@pytest.mark.parametrize("name", ["library", "clinic"])
def test_each_rule_of_the_requirement_is_proven_by_a_test(name: str, request: pytest.FixtureRequest) -> None:
    service: Path = request.getfixturevalue(name)
    yaml = YAML(typ="safe")
    rules = yaml.load(CASES / name / "rules.yaml")
    proof = yaml.load(CASES / name / "proof.yaml")
    assert list(proof) == list(rules)
    missing = {rule: sorted(set(elements) - proven(service)) for rule, elements in proof.items()}
    assert {rule: elements for rule, elements in missing.items() if elements} == {}
    assert [rule for rule, elements in proof.items() if not elements] == (["L21", "L22"] if name == "library" else [])


@pytest.mark.slow
@pytest.mark.parametrize("name", ["library", "clinic", "library_from_text"])
def test_every_check_of_a_service_passes(name: str, request: pytest.FixtureRequest) -> None:
    service: Path = request.getfixturevalue(name)
    found = checks(service)
    assert {check["name"]: check["status"] for check in found.values()} == dict.fromkeys(found, "passed")
    assert len(found) == 11
    assert found["tests"]["figures"]["coverage_percent"] >= 95
    assert found["api"]["figures"]["operations"] >= 20
    assert verify(service) == ()
    assert "<html" in (service / "evidence" / "report.html").read_text()


def test_the_same_spec_gives_the_same_bytes_elsewhere(tmp_path: Path) -> None:
    def listing(**changed: str) -> str:
        folder = tmp_path / "-".join(changed.values()).replace("/", "_")
        folder.mkdir()
        command = [sys.executable, "-c", HASH, str(CLINIC)]
        env = {**os.environ, **changed}
        return subprocess.run(command, cwd=folder, env=env, check=True, capture_output=True, text=True).stdout

    here = listing(PYTHONHASHSEED="1", TZ="UTC", LC_ALL="C")
    there = listing(PYTHONHASHSEED="2", TZ="Pacific/Auckland", LC_ALL="tr_TR.UTF-8")
    assert len(here.splitlines()) > 50
    assert here == there
