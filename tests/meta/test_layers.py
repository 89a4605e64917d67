"""Which layer may lean on what, and that the contracts notice when one does not."""

import ast
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "quantumlayer"
ALLOWED = {
    "kit": set[str](),
    "core": {"pydantic"},
    "spec": {"pydantic", "pydantic_core", "ruamel"},
    "workflow": {"pydantic"},
    "sandbox": {"pydantic"},
    "plugins": {"pydantic"},
}
"""The libraries of the lower layers; the standard library and our own packages aside."""

HEAVY = (
    "spacy",
    "jinja2",
    "hypothesis",
    "numpy",
    "pytest",
    "schemathesis",
    "sqlalchemy",
    "fastapi",
    "inflect",
    "httpx",
)


def imported(module: Path) -> Iterator[str]:
    """Top-level names of what a module imports, wherever in it."""
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.split(".")[0]


def test_lower_layers_use_few_libraries() -> None:
    own = set(sys.stdlib_module_names) | {"quantumlayer"}
    found = {
        str(module.relative_to(PACKAGE)): sorted(foreign)
        for layer, allowed in ALLOWED.items()
        for module in sorted((PACKAGE / layer).rglob("*.py"))
        if (foreign := set(imported(module)) - own - allowed)
    }
    assert found == {}


def test_asking_for_help_loads_nothing_heavy() -> None:
    script = (
        "import sys\n"
        "from typer.testing import CliRunner\n"
        "from quantumlayer.cli.main import app\n"
        "result = CliRunner().invoke(app, ['--help'])\n"
        "assert result.exit_code == 0, result.output\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"


def test_contracts_notice_what_they_forbid(tmp_path: Path) -> None:
    shutil.copytree(PACKAGE, tmp_path / "src" / "quantumlayer", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / ".importlinter", tmp_path)
    planted = {
        "spec/planted.py": "import quantumlayer.cli\nimport quantumlayer.sandbox.find\nimport sqlalchemy\n",
        "core/planted.py": "import os\nimport rich\n",
        "unheard_of/__init__.py": "",
    }
    for path, text in planted.items():
        module = tmp_path / "src" / "quantumlayer" / path
        module.parent.mkdir(exist_ok=True)
        module.write_text(f'"""Planted."""\n{text}')
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path / "src"), "PATH": ""},
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert "0 kept, 5 broken" in done.stdout
    assert "unheard_of" in done.stdout
