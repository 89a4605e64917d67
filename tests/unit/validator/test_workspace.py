"""How long a check may take."""

import asyncio
from pathlib import Path

import pytest

from quantumlayer.qlayer.validator.workspace import USUAL_FILES, run_in
from quantumlayer.sandbox.ports import Command, Completed


class Patient:
    """A sandbox that runs nothing and remembers how long it would have waited."""

    def __init__(self) -> None:
        self.seconds = 0.0

    async def run(self, command: Command) -> Completed:
        self.seconds = command.timeout
        return Completed(0, "", "", 0.0)


@pytest.mark.parametrize(("files", "times"), [(1, 1), (USUAL_FILES, 1), (USUAL_FILES * 3, 3)])
def test_a_larger_service_has_more_time(tmp_path: Path, files: int, times: int) -> None:
    for number in range(files):
        folder = tmp_path / ("src", "tests", "migrations")[number % 3]
        folder.mkdir(exist_ok=True)
        (folder / f"one_{number}.py").touch()
    (tmp_path / "README.py.md").touch()
    sandbox = Patient()

    asyncio.run(run_in(tmp_path, sandbox, "true", seconds=20))

    assert sandbox.seconds == 20 * times
