"""Writes schema/spec.schema.json from the model; with `--check` it only says whether the file is up to date."""

import json
import sys
from pathlib import Path

from quantumlayer.spec.schema import spec_schema

TARGET = Path(__file__).resolve().parent.parent / "schema" / "spec.schema.json"


def main() -> int:
    """The exit code: 1 if `--check` finds the file out of date."""
    wanted = json.dumps(spec_schema(), indent=2, ensure_ascii=False) + "\n"
    if "--check" not in sys.argv[1:]:
        TARGET.parent.mkdir(exist_ok=True)
        TARGET.write_text(wanted, encoding="utf-8")
        return 0
    if TARGET.is_file() and TARGET.read_text(encoding="utf-8") == wanted:
        return 0
    sys.stderr.write(f"{TARGET.name} is out of date: run `python tools/make_schema.py`.\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
