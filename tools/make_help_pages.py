"""Write docs/reference/cli.md from the command line itself.

With `--check` it only says whether the page is stale.
"""

import re
import subprocess
import sys
from pathlib import Path

from pages import NOTE, keep
from typer.core import TyperGroup
from typer.main import get_command

from quantumlayer.cli.main import app

PAGE = Path("docs/reference/cli.md")


def page() -> str:
    """Every command with its arguments and options, as typer documents them, with whole sentences in the overview."""
    command = [sys.executable, "-m", "typer", "quantumlayer.cli.main", "utils", "docs", "--name", "ql"]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    group = get_command(app)
    commands = group.commands if isinstance(group, TyperGroup) else {}
    for name, each in commands.items():
        summary = " ".join((each.help or "").split("\n\n", maxsplit=1)[0].split())
        text = re.sub(rf"^\* `{name}`: .*$", f"* [`{name}`](#ql-{name}): {summary}", text, count=1, flags=re.MULTILINE)
    return f"{NOTE}\n\n{text.strip()}\n"


if __name__ == "__main__":
    sys.exit(keep(PAGE, page()))
