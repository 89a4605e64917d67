"""The table of what the texts state: every rule is there, and names tests that there are."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "rules.md"


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_rules_table", ROOT / "tools" / "make_rules_table.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_what_the_specs_and_their_tests_say(tool: ModuleType) -> None:
    assert PAGE.read_text(encoding="utf-8") == tool.page()


def test_each_of_the_rules_is_proven_or_open() -> None:
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ") and "`" in line]
    opened = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if "| open, needs " in line]
    assert len(rows) + len(opened) == 126
    assert not [line for line in rows if line.endswith("| nothing |")]
