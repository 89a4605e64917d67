"""The running service against its own API document: schemathesis calls each operation as its widest role."""

import json
import socket
from dataclasses import replace
from pathlib import Path
from typing import Any

from quantumlayer.qlayer.validator import prepare_api
from quantumlayer.qlayer.validator.api_report import read_report
from quantumlayer.qlayer.validator.models import CheckContext, Outcome
from quantumlayer.qlayer.validator.postgres import Database
from quantumlayer.qlayer.validator.workspace import crashed, package, run_in
from quantumlayer.sandbox.ports import Completed

EXAMPLES = 20
"""Generated cases for each operation and phase."""

SEED = 1
SHOWN_PORT = "8000"
"""Where `ql run` serves, and so what a person would call."""

SECONDS = 300.0
"""Enough for a service of a hundred operations."""

SUMMARY, FAILURES = "schemathesis.json", "schemathesis.xml"
SETTINGS = "schemathesis.toml"
SEEDS = "tests/seed.json"
NOBODY = 2**53 - 1

# A fault of CPython 3.11 when two threads parse Python, as schemathesis does; it says nothing about the service.
TOOL_FAULT = "AST constructor recursion depth mismatch"

OPTIONS = (
    *("--seed", str(SEED), "--generation-database", "none", "--continue-on-failure", "--no-color", "--workers", "2"),
    *("--report", "json,junit", "--report-json-path", SUMMARY, "--report-junit-path", FAILURES),
    *("--wait-for-schema", "30"),
)

# A change without If-Match is answered with 428 (RFC 6585), one with an old ETag with 412 (RFC 9110): no schema can
# say so.
PRECONDITIONS = """[checks]
missing_required_header.expected-statuses = [400, 401, 403, 406, 415, 422, 428]
positive_data_acceptance.expected-statuses = ["2xx", "3xx", 401, 403, 404, 409, 412, 429, "5xx"]
"""

SCRIPT = Path(prepare_api.__file__).read_bytes()

# The service and its caller share one sandbox, and so the loopback device. The caller's end is the end of both.
SERVE = """
uvicorn --factory "$1.app:create_app" --port "$2" --log-level warning --no-access-log >server.log 2>&1 &
server=$!
shift 2
"$@"
ended=$?
kill "$server" 2>/dev/null
tail -c 4000 server.log >&2
exit $ended
"""


async def check_api(copy: Path, context: CheckContext) -> Outcome:
    """No answer of the running service breaks its own API document."""
    database = await context.postgres.database()
    name = package(copy)
    prepared = await _prepared(copy, context, name, database)
    operations = [
        (f"{method.upper()} {path}", operation)
        for path, item in prepared["document"]["paths"].items()
        for method, operation in item.items()
    ]
    public = {label for label, operation in operations if not operation.get("x-roles")}
    (copy / SETTINGS).write_text(_settings(operations, prepared["tokens"], _callers(copy)))
    port = str(_free_port())
    call = ("run", f"http://127.0.0.1:{port}/openapi.json", "--max-examples", str(EXAMPLES))
    shown = ("schemathesis", *(part.replace(port, SHOWN_PORT) for part in call))
    arguments = ("schemathesis", "--config-file", SETTINGS, *call, *OPTIONS)
    completed = await _served(copy, context, (name, port, *arguments), database)
    if TOOL_FAULT in completed.stdout:
        completed = await _served(copy, context, (name, port, *arguments), database)
    if not (copy / SUMMARY).is_file() or not (copy / FAILURES).is_file():
        raise crashed(completed, "schemathesis")
    try:
        failures = (copy / FAILURES).read_text().replace(f"127.0.0.1:{port}", f"127.0.0.1:{SHOWN_PORT}")
        findings, cases = read_report((copy / SUMMARY).read_text(), failures, public)
    except ValueError as error:
        raise crashed(completed, "schemathesis") from error
    outcome = Outcome.of(shown, completed, findings, f"{cases} calls of {len(operations)} operations")
    return replace(outcome, figures={"cases": cases, "operations": len(operations)})


async def _served(copy: Path, context: CheckContext, arguments: tuple[str, ...], database: Database) -> Completed:
    """Start the service, and run a command beside it."""
    return await run_in(
        copy,
        context.sandbox,
        *("sh", "-c", SERVE, "sh", *arguments),
        env={"DATABASE_URL": database.url},
        mounts=(database.mount,),
        seconds=SECONDS,
    )


async def _prepared(copy: Path, context: CheckContext, name: str, database: Database) -> dict[str, Any]:
    """The API document and a token for each role, once the database is migrated and seeded.

    Raises:
        CheckCrashedError: The service cannot be prepared.
    """
    completed = await run_in(
        copy,
        context.sandbox,
        *("python", "-", name),
        env={"DATABASE_URL": database.url},
        mounts=(database.mount,),
        stdin=SCRIPT,
    )
    if completed.returncode:
        raise crashed(completed, f"preparing {name}")
    answer: dict[str, Any] = json.loads(completed.stdout)
    return answer


def _callers(copy: Path) -> dict[str, int]:
    """For each collection that callers are records of, a record that no caller is, or the id of none."""
    seeds = json.loads((copy / SEEDS).read_text()) if (copy / SEEDS).is_file() else {}
    found: dict[str, int] = {}
    for name, rows in seeds.items() if isinstance(seeds, dict) else ():
        others = [row["id"] for row in rows if "account" not in row and "id" in row]
        if any("account" in row for row in rows):
            found[name] = others[-1] if others else NOBODY
    return found


def _first_role(operation: dict[str, Any]) -> str | None:
    return next(iter(operation.get("x-roles", ())), None)


def _of_another(label: str, operation: dict[str, Any], makers: dict[str, str | None]) -> bool:
    """Whether somebody else makes the records: then it is no fault that the caller does not find them."""
    collection = "/" + label.split(" ")[1].strip("/").split("/")[0]
    return collection in makers and makers[collection] != _first_role(operation)


def _fixed(label: str, operation: dict[str, Any], callers: dict[str, int]) -> dict[str, object]:
    """Parameters that are not tried: the version a change is based on, and nobody removes a caller."""
    found: dict[str, object] = {}
    method, path = label.split(" ")
    collection, *rest = path.strip("/").split("/")
    for parameter in operation.get("parameters", ()):
        name, place = parameter["name"], parameter.get("in")
        if place == "header" and name.lower() == "if-match":
            found[f"header.{name}"] = "*"
        elif place == "path" and method == "DELETE" and len(rest) == 1:
            found |= {f"path.{name}": spare for key, spare in callers.items() if key == collection.replace("-", "_")}
    return found


def _settings(operations: list[tuple[str, dict[str, Any]]], tokens: dict[str, str], callers: dict[str, int]) -> str:
    """Who calls each operation, and what it is called with."""
    parts = [PRECONDITIONS]
    makers = {name.removeprefix("POST "): _first_role(operation) for name, operation in operations}
    for name, operation in operations:
        lines = ["[[operations]]", f"include-name = {json.dumps(name)}"]
        if roles := operation.get("x-roles"):
            lines.append(f'headers = {{ Authorization = "Bearer {tokens[roles[0]]}" }}')
        if fixed := _fixed(name, operation, callers):
            given = ", ".join(f"{json.dumps(key)} = {json.dumps(value)}" for key, value in fixed.items())
            lines.append(f"parameters = {{ {given} }}")
        if _of_another(name, operation, makers) or any(key.startswith("path.") for key in fixed):
            lines.append("checks.ensure_resource_availability.enabled = false")
        if any(key.startswith("path.") for key in fixed):
            lines.append("warnings.enabled = false")
        if len(lines) > 2:
            parts.append("\n".join(lines))
    return "\n\n".join(parts) + "\n"


def _free_port() -> int:
    """A port nobody listens on; within the sandbox all are free, without one they are shared."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
