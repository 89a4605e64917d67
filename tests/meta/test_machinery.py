"""The repository's own machinery says what is wrong when something is."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def run(*command: str | Path, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=cwd, check=False, capture_output=True, text=True)


def test_help_explains_every_public_target() -> None:
    text = (ROOT / "Makefile").read_text()
    documented = set(re.findall(r"^(\w+):.*## ", text, re.MULTILINE))
    shown = run("make", "help").stdout
    assert {"setup", "demo", "test", "check", "docs", "lock", "bench", "clean"} <= documented
    assert [target for target in sorted(documented) if f"make {target} " not in shown] == []


def test_a_python_without_venv_is_told_which_package_to_install(tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\ncase "$2" in *ensurepip*) exit 1;; esac\nexec {sys.executable} "$@"\n')
    python.chmod(0o755)
    done = run("sh", ROOT / "tools" / "setup.sh", python, tmp_path / "venv")
    assert done.returncode == 1
    assert "apt-get install python3.11-venv" in done.stderr
    assert not (tmp_path / "venv").exists()


def test_an_old_python_is_refused(tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text('#!/bin/sh\ncase "$2" in *version_info\\[:2\\]*) echo 3.9;; *) exit 1;; esac\n')
    python.chmod(0o755)
    done = run("sh", ROOT / "tools" / "setup.sh", python, tmp_path / "venv")
    assert done.returncode == 1
    assert "is Python 3.9, and 3.11 or newer is needed" in done.stderr


def test_long_modules_and_functions_are_found(tmp_path: Path) -> None:
    (tmp_path / "long.py").write_text("x = 1\n" * 401)
    (tmp_path / "deep.py").write_text("def f() -> None:\n" + "    pass\n" * 60)
    (tmp_path / "fine.py").write_text("x = 1\n" * 340 + "def f() -> None:\n" + "    pass\n" * 59)
    done = run(sys.executable, ROOT / "tools" / "check_sizes.py", tmp_path)
    assert done.returncode == 1
    assert "long.py: 401 lines" in done.stdout
    assert "deep.py:1: f has 61 lines" in done.stdout
    assert "fine.py" not in done.stdout


def test_hosts_and_machine_paths_are_found(tmp_path: Path) -> None:
    host, folder = "pypi,org".replace(",", "."), ",work,main".replace(",", "/")
    run("git", "init", "-q", cwd=tmp_path)
    (tmp_path / "bad.txt").write_text(f"one\nhttps://{host}/simple\ncd {folder}\n")
    (tmp_path / "fine.txt").write_text("homework/main and root\n")
    (tmp_path / "picture.bin").write_bytes(b"\0" + host.encode())
    done = run(sys.executable, ROOT / "tools" / "check_files.py", cwd=tmp_path)
    assert done.returncode == 1
    assert f"bad.txt:2: a registry's host name: {host}" in done.stdout
    assert f"bad.txt:3: a path of one machine: {folder}" in done.stdout
    assert done.stdout.count("\n") == 2


def test_a_stale_page_is_found_and_mended(tmp_path: Path) -> None:
    script = ROOT / "tools" / "make_error_pages.py"
    stale = run(sys.executable, script, "--check", cwd=tmp_path)
    assert stale.returncode == 1
    assert "docs/reference/errors.md is stale; run `make docs`" in stale.stderr
    assert run(sys.executable, script, cwd=tmp_path).returncode == 0
    assert run(sys.executable, script, "--check", cwd=tmp_path).returncode == 0
