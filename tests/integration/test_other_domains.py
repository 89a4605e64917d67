"""Services of other domains than the examples', whole: nothing is red, and what the pack leaves open it names."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
QL = Path(sys.executable).with_name("ql")
SPECS = ROOT / "tests" / "cases" / "specs"
REFERENCE = ROOT / "docs" / "spec.md"
GREEN, INCOMPLETE = 0, 3

pytestmark = pytest.mark.deep


@pytest.fixture
def reference(tmp_path: Path) -> Path:
    """The Spec that the blocks of the reference give together."""
    blocks = re.findall(r"```yaml\n(.*?)```", REFERENCE.read_text(), re.DOTALL)
    spec = tmp_path / "reference.spec.yaml"
    spec.write_text("\n".join(blocks))
    return spec


def built(spec: Path, folder: Path) -> tuple[int, Path]:
    target = folder / "service"
    build = subprocess.run([QL, "build", spec, "-o", target], check=False, capture_output=True, text=True)
    assert build.returncode in {GREEN, INCOMPLETE}, build.stderr
    return build.returncode, target


def unsound(service: Path) -> list[str]:
    checks = json.loads((service / "evidence" / "checks.json").read_text())
    return [check["name"] for check in checks if check["status"] != "passed"]


def test_the_spec_of_the_reference_is_built(reference: Path, tmp_path: Path) -> None:
    code, service = built(reference, tmp_path)
    assert (code, unsound(service)) == (GREEN, [])


@pytest.mark.parametrize(
    "name",
    [
        "cabinet",
        "choir",
        "farm-shop",
        "ferry",
        "field-service",
        "lost-and-found",
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
    ],
)
def test_a_service_of_another_domain_is_built(name: str, tmp_path: Path) -> None:
    code, service = built(SPECS / f"{name}.spec.yaml", tmp_path)
    assert (code, unsound(service)) == (GREEN, [])


@pytest.mark.parametrize("name", ["fleet", "helpdesk", "shop", "tickets"])
def test_an_example_is_built_whole(name: str, tmp_path: Path) -> None:
    code, service = built(ROOT / "examples" / f"{name}.spec.yaml", tmp_path)
    assert (code, unsound(service)) == (GREEN, [])


@pytest.mark.parametrize("text", ["sql/ferries.sql", "stories/kennel-walks.txt"])
def test_a_schema_and_a_backlog_of_stories_are_built(text: str, tmp_path: Path) -> None:
    code, service = built(ROOT / "tests" / "cases" / text, tmp_path)
    assert (code, unsound(service)) == (GREEN, [])
