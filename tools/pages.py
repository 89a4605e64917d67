"""Generated pages: write one, or with `--check` say that it is stale."""

import sys
from pathlib import Path

NOTE = "<!-- Written by `make docs`; edit the code it is made from. -->"


def keep(path: Path, text: str) -> int:
    """Write `text` to `path`; when the script was started with `--check`, only compare. 1 when the page is stale."""
    if "--check" not in sys.argv[1:]:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        print(f"wrote {path}")
        return 0
    if path.is_file() and path.read_text(encoding="utf-8") == text:
        print(f"{path} is up to date")
        return 0
    print(f"{path} is stale; run `make docs` and commit it", file=sys.stderr)
    return 1
