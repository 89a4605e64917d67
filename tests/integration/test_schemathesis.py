"""Services whose operations are called two hundred times each: no answer breaks their own API documents."""

import asyncio
from pathlib import Path

import pytest

from quantumlayer.bootstrap import bootstrap
from quantumlayer.core.artifact import Artifact, FileTree
from quantumlayer.core.checks import Check, Status
from quantumlayer.qlayer.tidy import tidy
from quantumlayer.qlayer.validator.models import CheckContext
from quantumlayer.qlayer.validator.postgres import PostgresServer
from quantumlayer.qlayer.validator.registry import run_check
from quantumlayer.sandbox.find import find_sandbox
from quantumlayer.spec.load import load_spec

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
SPECS = ROOT / "tests" / "cases" / "specs"

pytestmark = pytest.mark.deep


def written(source: Path) -> FileTree:
    """The service of a Spec as the generators write it; other tests build it whole."""
    spec = load_spec(source).spec
    artifacts = [Artifact("spec.yaml", source.read_bytes())]
    for generator in bootstrap({}).generators(""):
        for part in generator.parts(spec):
            artifacts += generator.generate(spec, part)
    return FileTree(artifacts)


async def called(tree: FileTree, folder: Path) -> Check:
    sandbox = find_sandbox(unsafe=False)
    for artifact in (await tidy(tree, sandbox)).values():
        path = folder / artifact.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(artifact.content)
    async with PostgresServer(sandbox) as postgres:
        return await run_check("api", folder, CheckContext(sandbox, postgres, folder, examples=200))


@pytest.mark.parametrize(
    "source",
    [
        *sorted(EXAMPLES.glob("*.spec.yaml")),
        *(
            SPECS / f"{name}.spec.yaml"
            for name in (
                "cabinet",
                "farm-shop",
                "ferry",
                "field-service",
                "microblog",
                "project-rooms",
                "purchase-approvals",
                "social",
            )
        ),
    ],
    ids=lambda source: f"{source.parent.name}-{source.stem.removesuffix('.spec')}",
)
def test_two_hundred_calls_of_each_operation_find_nothing(source: Path, tmp_path: Path) -> None:
    found = asyncio.run(called(written(source), tmp_path))
    assert (found.status, found.findings) == (Status.PASSED, ()), found.log
