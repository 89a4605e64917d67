"""What SlipCover says of the reach of tests is what coverage.py says."""

import asyncio
import json
import shutil
from pathlib import Path

import pytest

from quantumlayer.qlayer.validator.models import CheckContext
from quantumlayer.qlayer.validator.postgres import PostgresServer
from quantumlayer.qlayer.validator.registry import run_check
from quantumlayer.qlayer.validator.workspace import run_in
from quantumlayer.sandbox.find import find_sandbox

pytestmark = pytest.mark.deep

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
PYTEST_COV = ("pytest", "-q", "-p", "no:cacheprovider", "-m", "not postgres", "--cov", "--cov-report=json:cov.json")


@pytest.mark.parametrize("name", ["town-library", "clinic"])
def test_both_tools_measure_the_same_within_one_point(name: str, tmp_path: Path) -> None:
    service = tmp_path / name
    shutil.copytree(GOLDEN / name, service)
    sandbox = find_sandbox(unsafe=False)

    async def measured() -> tuple[object, object]:
        async with PostgresServer(sandbox) as postgres:
            check = await run_check("tests", service, CheckContext(sandbox, postgres, tmp_path))
        done = await run_in(service, sandbox, *PYTEST_COV, seconds=300)
        assert done.returncode == 0, done.stdout
        return check.figures["coverage_percent"], json.loads((service / "cov.json").read_text())["totals"]

    ours, totals = asyncio.run(measured())
    assert isinstance(totals, dict)
    assert ours == pytest.approx(totals["percent_covered"], abs=1)
