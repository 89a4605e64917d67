"""What tests of several packages share."""

import shutil
from pathlib import Path

import pytest

PACK = Path(__file__).parent / "fixtures" / "tiny_pack"


@pytest.fixture
def tiny_pack(tmp_path: Path) -> Path:
    """A folder in which the tiny pack is installed as pip would: its package, and a dist-info with its entry point."""
    site = tmp_path / "site"
    shutil.copytree(PACK / "tiny_pack", site / "tiny_pack", ignore=shutil.ignore_patterns("__pycache__"))
    info = site / "tiny_pack-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: tiny-pack\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[quantumlayer.packs]\ntiny = tiny_pack:TinyPack\n")
    return site
