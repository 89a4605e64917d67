"""The strict type check, with what is known of installed packages kept between builds."""

import ast
import hashlib
import json
import shutil
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from quantumlayer.core.checks import Finding
from quantumlayer.qlayer.validator.models import CheckContext, Outcome
from quantumlayer.qlayer.validator.workspace import crashed, package, project, run_in, sources
from quantumlayer.sandbox.errors import ScratchError
from quantumlayer.sandbox.ports import Command, Completed, Mount
from quantumlayer.sandbox.scratch import PREFIX, scratch, sweep

KEPT = 4
"""How many caches stay: one for each set of packages and settings used lately."""

LEARNED = "modules.txt"
"""The file in a cache that names the modules whose types it holds."""

CACHE = ".mypy_cache"


async def check_types(copy: Path, context: CheckContext) -> Outcome:
    """Mypy finds nothing, and it checks strictly."""
    shared = await _packages_cache(copy, context)
    if shared is not None:
        shutil.copytree(shared, copy / CACHE, dirs_exist_ok=True)
    argv = ("mypy", "--strict", *sources(copy))
    completed = await run_in(copy, context.sandbox, *argv, "--cache-dir", CACHE, "--output", "json")
    return Outcome.of(argv, completed, _findings(completed), "no error")


def _findings(completed: Completed) -> tuple[Finding, ...]:
    """What mypy said, its notes aside.

    Raises:
        CheckCrashedError: It did not get as far as checking.
    """
    lines = [line for line in completed.stdout.splitlines() if line.startswith("{")]
    items: list[dict[str, Any]] = [json.loads(line) for line in lines]
    findings = tuple(
        Finding(message=item["message"], code=item["code"] or "", path=item["file"], line=max(item["line"], 0))
        for item in items
        if item["severity"] == "error"
    )
    if completed.returncode and not findings:
        raise crashed(completed, "mypy")
    return findings


async def _packages_cache(copy: Path, context: CheckContext) -> Path | None:
    """A cache with the types of the packages that the service imports; nothing when there can be none.

    Only installed packages are read to make it, in a sandbox without the service, so that no service can put a
    result there that another one believes.
    """
    settings = _settings(project(copy))
    modules = _imported(copy)
    caches = context.cache / "mypy"
    known: list[Path] = []
    try:
        caches.mkdir(parents=True, exist_ok=True)
        known = sorted(caches.glob(f"{_digest(sys.version, _installed(), settings)}-*"), key=_used, reverse=True)
        for folder in known:
            if modules <= _learned(folder):
                folder.touch()
                return folder
        return await _cached(caches, known[0] if known else None, settings, modules, context)
    except (OSError, ScratchError):  # no place to write to, or none left
        return known[0] if known else None


async def _cached(
    caches: Path, earlier: Path | None, settings: str, modules: set[str], context: CheckContext
) -> Path | None:
    """Make a cache of these modules and those of an earlier one, so that one soon fits every service.

    Raises:
        OSError: It cannot be written.
        ScratchError: The same.
    """
    wanted = sorted(modules | _learned(earlier)) if earlier else sorted(modules)
    folder = caches / f"{_digest(sys.version, _installed(), settings)}-{_digest(wanted)}"
    with scratch("cache", caches) as temporary:
        made = temporary / "cache"
        if earlier:
            shutil.copytree(earlier, made)
        (temporary / "mypy.ini").write_text(settings)
        program = "\n".join(f"import {module}" for module in wanted)
        argv = ("mypy", "--strict", "--config-file", "mypy.ini", "--cache-dir", str(made), "-c", program)
        mounts = (Mount(temporary, writable=True),)
        done = await context.sandbox.run(Command(argv, temporary, mounts=mounts))
        if done.timed_out or done.out_of_memory or not made.is_dir():
            return None
        (made / LEARNED).write_text("\n".join(wanted))
        with suppress(OSError):  # another build was faster, and its cache is as good
            made.rename(folder)
    _prune(caches)
    return folder


def _learned(folder: Path) -> set[str]:
    """The modules whose types a cache holds."""
    return set((folder / LEARNED).read_text().splitlines())


def _digest(*parts: object) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]


def _settings(pyproject: dict[str, Any]) -> str:
    """The service's settings for mypy that change what it learns from packages, as an INI file."""
    table: dict[str, Any] = pyproject.get("tool", {}).get("mypy", {})
    about_files = {"exclude", "files", "mypy_path", "overrides", "packages", "modules"}
    lines = [f"{key} = {_ini(value)}" for key, value in sorted(table.items()) if key not in about_files]
    return "\n".join(["[mypy]", *lines, ""])


def _ini(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _imported(copy: Path) -> set[str]:
    """The modules of installed packages that the service's code imports."""
    own = {package(copy), *sys.stdlib_module_names, *sources(copy)}
    found = set[str]()
    for folder in sources(copy):
        for path in (copy / folder).rglob("*.py"):
            with suppress(SyntaxError, UnicodeDecodeError):
                found.update(_imports(ast.parse(path.read_text())))
    return {name for name in found if name.split(".")[0] not in own}


def _imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def _installed() -> list[str]:
    """Where packages are installed, and name and version of each: what the cache was made from."""
    folders = {Path(sysconfig.get_path(name)) for name in ("purelib", "platlib")}
    return sorted({str(path) for folder in folders for path in folder.glob("*.dist-info")})


def _prune(folder: Path) -> None:
    """Remove the caches that were not used for longest, and what killed builds left among them."""
    sweep(folder)
    caches = sorted((path for path in folder.iterdir() if not path.name.startswith(PREFIX)), key=_used, reverse=True)
    for path in caches[KEPT:]:
        shutil.rmtree(path, ignore_errors=True)


def _used(path: Path) -> float:
    return path.stat().st_mtime
