"""Runs inside the sandbox, in the service's environment: an up-to-date, seeded database, tokens and the API's document.

One process does it all, because importing a service takes longer than everything it is asked here.
"""

import importlib
import json
import runpy
import sys
from contextlib import redirect_stdout
from io import StringIO
from typing import Any


def call(module: str, *arguments: str) -> str:
    """Run a module as a program and return what it prints.

    Raises:
        SystemExit: It failed.
    """
    sys.argv = [module, *arguments]
    output = StringIO()
    try:
        with redirect_stdout(output):
            runpy.run_module(module, run_name="__main__", alter_sys=True)
    except SystemExit as stop:
        if stop.code:
            raise
    return output.getvalue().strip()


def first_roles(document: dict[str, Any]) -> list[str]:
    """The roles that the document names first for an operation."""
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    return sorted({roles[0] for operation in operations if (roles := operation.get("x-roles"))})


def main(package: str) -> None:
    """Prepare the service in the working folder and print its document and a token for each role."""
    call("alembic", "upgrade", "head")
    call(package, "seed", "tests/seed.json")
    document = importlib.import_module(f"{package}.app").create_app().openapi()
    tokens = {role: call(package, "token", role) for role in first_roles(document)}
    sys.stdout.write(json.dumps({"document": document, "tokens": tokens}))


if __name__ == "__main__":
    main(sys.argv[1])
