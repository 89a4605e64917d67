"""Services of other domains: every promise that the pack keeps has a test, and every test is Python."""

import ast
from pathlib import Path

import pytest

from quantumlayer.qlayer.packs.fastapi.pack import FastApiPack
from quantumlayer.qlayer.parser import Requirement
from quantumlayer.qlayer.parser.openapi import parse_openapi
from quantumlayer.qtest.generator import QTest
from quantumlayer.spec.load import load_spec
from quantumlayer.spec.model import Spec

CASES = Path(__file__).parents[2] / "cases"
SPECS = [
    "cabinet",
    "farm-shop",
    "ferry",
    "field-service",
    "motor-claims",
    "project-rooms",
    "purchase-approvals",
    "rooms",
    "sea-buoys",
    "sensors",
    "reading-room",
    "clubhouse",
    "shelf",
    "microblog",
    "social",
    "tickets",
    "tool-pool",
]
DOCUMENTS = ["openapi/bookshop.yaml", "openapi/harbour.yaml", "openapi/tracker.json", "petclinic/openapi.yml"]


def whole(spec: Spec) -> Spec:
    """What the pack makes of the Spec, which must be all of it that a Spec can say."""
    pack = FastApiPack()
    said = [element for element in pack.open_elements(spec) if not element.element.startswith("interface.open.")]
    assert said == []
    return pack.supported(spec)


def unproven(spec: Spec) -> list[str]:
    generator = QTest()
    for part in generator.parts(spec):
        for artifact in generator.generate(spec, part):
            if artifact.path.endswith(".py"):
                ast.parse(artifact.content)
    return [element.element for element in generator.open_elements(spec)]


@pytest.mark.parametrize("name", SPECS)
def test_every_promise_of_a_spec_has_a_test(name: str) -> None:
    assert unproven(whole(load_spec(CASES / "specs" / f"{name}.spec.yaml").spec)) == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_promise_of_a_contract_has_a_test(name: str) -> None:
    path = CASES / name
    spec = parse_openapi(Requirement(name=path.name, text=path.read_text()))
    assert unproven(whole(spec)) == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_file_of_a_contract_is_python(name: str) -> None:
    path = CASES / name
    spec, pack = parse_openapi(Requirement(name=path.name, text=path.read_text())), FastApiPack()
    files = [artifact for part in pack.parts(spec) for artifact in pack.generate(spec, part)]
    modules = [artifact for artifact in files if artifact.path.endswith(".py")]
    assert {"shapes.py", "problems.py"} <= {Path(artifact.path).name for artifact in modules}
    for artifact in modules:
        ast.parse(artifact.content)
