"""The parts of this machine that every command needs: the Python `ql` runs in, and a clean environment."""

import sys
from pathlib import Path


def python_folders() -> tuple[Path, ...]:
    """Folders of the running Python and of its virtual environment, each with the place a link leads to."""
    named = (Path(sys.prefix), Path(sys.base_prefix))
    return tuple(dict.fromkeys(path for folder in named for path in (folder, folder.resolve())))


def clean_environment(home: Path) -> dict[str, str]:
    """The variables that every command gets, and no others."""
    path = f"{Path(sys.prefix) / 'bin'}:/usr/local/bin:/usr/bin:/bin"
    return {"HOME": str(home), "LANG": "C.UTF-8", "PATH": path, "PYTHONDONTWRITEBYTECODE": "1", "TMPDIR": str(home)}
