"""Keep package registries' host names and paths of one machine out of the repository.

    check_files.py      looks at every file that git tracks or would track

The patterns are put together from pieces, so that this file passes its own check.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

HOSTS = (
    ("pypi", "org"),
    ("files.pythonhosted", "org"),
    ("registry.npmjs", "org"),
    ("registry.yarnpkg", "com"),
    ("proxy.golang", "org"),
    ("sum.golang", "org"),
    ("crates", "io"),
    ("repo1.maven", "org"),
    ("repo.maven.apache", "org"),
    ("deb.debian", "org"),
)
FOLDERS = (("work", "main"), ("work", "shared"), ("work", ".library"), ("root", ""), ("tmp", "s"), ("opt", "wheels"))
FORBIDDEN = (
    ("a registry's host name", re.compile("|".join(rf"\b{re.escape('.'.join(host))}\b" for host in HOSTS))),
    ("a path of one machine", re.compile("|".join(rf"(?<![\w./-])/{re.escape('/'.join(f))}" for f in FOLDERS))),
)


def listed() -> list[Path]:
    """Every file that git tracks or would track."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split("\0")
    return [path for name in names if name and (path := Path(name)).is_file()]


def offences(path: Path) -> Iterator[str]:
    """The lines of one file that name what they must not; binary files have none."""
    content = path.read_bytes()
    if b"\0" in content:
        return
    for number, line in enumerate(content.decode("utf-8", errors="replace").splitlines(), start=1):
        for what, pattern in FORBIDDEN:
            if match := pattern.search(line):
                yield f"{path}:{number}: {what}: {match[0]}"


def main() -> int:
    """Print every offence; 1 when there is any."""
    found = [line for path in listed() for line in offences(path)]
    print("\n".join(found) or "files: no registry's host name, no path of one machine")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
