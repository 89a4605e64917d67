"""Learns the types of the packages that services import, as part of the set-up: else the first build takes longer.

learn_types.py
"""

import asyncio
import os
import sys
from pathlib import Path

from quantumlayer.bootstrap import bootstrap
from quantumlayer.core.errors import DomainError
from quantumlayer.qlayer.validator.models import CheckContext
from quantumlayer.qlayer.validator.postgres import PostgresServer
from quantumlayer.qlayer.validator.registry import run_check
from quantumlayer.sandbox.find import find_sandbox

SERVICE = Path(__file__).resolve().parents[1] / "tests" / "golden" / "town-library"


def main() -> int:
    """Check one service; what mypy learns of packages stays in the cache of `ql`."""
    try:
        sandbox = find_sandbox(unsafe=False)
        context = CheckContext(sandbox, PostgresServer(sandbox), bootstrap(os.environ).settings.cache)
        asyncio.run(run_check("types", SERVICE, context))
    except DomainError as error:
        print(f"setup: {error.what} The first build will tell more.", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
