"""Write docs/reference/errors.md: what `ql explain` says of every error.

With `--check` it only says whether the page is stale.
"""

import sys
from pathlib import Path

from pages import NOTE, keep

from quantumlayer.cli.commands.explain import all_errors, explanation

PAGE = Path("docs/reference/errors.md")


def page() -> str:
    """One section a code, in the order of the codes."""
    sections = [f"## {explanation(error)}" for error in all_errors().values()]
    return "\n\n".join([NOTE, "# Errors", "`ql explain CODE` shows the same.", *sections]) + "\n"


if __name__ == "__main__":
    sys.exit(keep(PAGE, page()))
