"""What the README says can be typed."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()


def commands() -> list[list[str]]:
    """The `ql` commands of the console blocks, in order."""
    blocks = re.findall(r"```console\n(.*?)```", README, re.DOTALL)
    lines = [
        line.removeprefix("$ ").split() for block in blocks for line in block.splitlines() if line.startswith("$ ")
    ]
    return [words for words in lines if words[0] == "ql"]


def test_make_targets_exist() -> None:
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"^make (\w+)", README, re.MULTILINE)) | set(re.findall(r"`make (\w+)`", README))
    assert {"setup", "demo"} <= named <= targets


def test_links_lead_somewhere() -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", README)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_no_placeholder_is_left() -> None:
    assert re.findall(r"^[A-Z]{4,}$", README, re.MULTILINE) == []


@pytest.mark.slow
def test_ql_commands_work(tmp_path: Path) -> None:
    for folder in ("tests", "examples"):
        (tmp_path / folder).symlink_to(ROOT / folder)
    ql = Path(sys.executable).with_name("ql")
    assert commands()
    for _, *arguments in commands():
        done = subprocess.run([ql, *arguments], cwd=tmp_path, check=False, capture_output=True, text=True)
        assert done.returncode == 0, f"ql {' '.join(arguments)}\n{done.stdout}\n{done.stderr}"
