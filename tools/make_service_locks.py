"""Writes the lock files of a generated service, with the versions and hashes of the repository's own lock.

make_service_locks.py [--uv PROGRAM]    writes them; needs uv and a package index
make_service_locks.py --check           says whether they agree with the repository's lock; needs neither
"""

import argparse
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OURS = ROOT / "requirements.lock"
SERVICE = ROOT / "tests" / "golden" / "town-library"
TEMPLATES = ROOT / "src" / "quantumlayer" / "qlayer" / "packs" / "fastapi" / "templates"
LOCKS: dict[str, tuple[str, ...]] = {"requirements.lock": (), "requirements-dev.lock": ("--group", "dev")}
OPENID = "httpx\npyjwt[crypto]"
"""What services need whose callers have accounts with an OpenID provider; the pack leaves it out for others."""

OPTIONS = ("--quiet", "--universal", "--generate-hashes", "--no-emit-index-url", "--no-header", "--no-annotate")


def pins(lock: str) -> dict[str, tuple[str, frozenset[str]]]:
    """Version and hashes by package."""
    found: dict[str, tuple[str, frozenset[str]]] = {}
    for block in re.split(r"\n(?=\S)", lock):
        if match := re.match(r"([\w.-]+)(?:\[[^]]*\])?==([^\s;\\]+)", block):
            found[match[1]] = (match[2], frozenset(re.findall(r"--hash=(\S+)", block)))
    return found


def write(uv: str) -> None:
    """Resolve the service's dependencies within the repository's lock."""
    for name, group in LOCKS.items():
        subprocess.run(
            [
                *(uv, "pip", "compile", *OPTIONS, "--python-version", "3.11", "--no-config"),
                *("--constraint", str(OURS), "pyproject.toml", "-", *group, "--output-file", str(TEMPLATES / name)),
            ],
            cwd=SERVICE,
            check=True,
            input=OPENID,
            text=True,
            stdout=subprocess.DEVNULL,
        )


def differences() -> list[str]:
    """What the service's locks say otherwise than the repository's."""
    ours = pins(OURS.read_text())
    return [
        f"{name}: {package} {version} differs from {OURS.name}"
        for name in LOCKS
        for package, (version, hashes) in pins((TEMPLATES / name).read_text()).items()
        if (version, hashes) != ours.get(package)
    ]


def main() -> int:
    """The exit code: 1 if `--check` finds a difference."""
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    arguments.add_argument("--check", action="store_true", help="only say whether the files are up to date")
    arguments.add_argument("--uv", default="uv", help="the program to resolve with")
    given = arguments.parse_args()
    if not given.check:
        write(given.uv)
    found = differences()
    print("\n".join(found) or "service locks: same versions and hashes as the repository's lock")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
