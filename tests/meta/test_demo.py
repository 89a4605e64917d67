"""`make demo` does the whole path."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
def test_demo_builds_starts_calls_proves_and_stops(tmp_path: Path) -> None:
    (tmp_path / "tests").symlink_to(ROOT / "tests")
    done = subprocess.run(
        [sys.executable, ROOT / "tools" / "demo.py"], cwd=tmp_path, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "POST /books/1/borrow   201" in done.stdout
    assert done.stdout.index("== the proof") < done.stdout.index("$ ql verify")
    assert (tmp_path / "build" / "demo" / "town-library" / "capsule.json").is_file()
