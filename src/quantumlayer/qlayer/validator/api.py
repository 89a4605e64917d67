"""The running service against its own API document: schemathesis calls each operation as its widest role."""

import json
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from quantumlayer.qlayer.validator import serve_api
from quantumlayer.qlayer.validator.api_report import read_report
from quantumlayer.qlayer.validator.contract import contract_in
from quantumlayer.qlayer.validator.models import CheckContext, Outcome
from quantumlayer.qlayer.validator.serve_api import (
    BASE,
    DOCUMENT,
    KEYS,
    OPEN,
    OPENID,
    PREFIX,
    REFERS,
    SETTINGS,
    SIGNING,
    UNSEEN,
    first_role,
    operations,
)
from quantumlayer.qlayer.validator.unseen import unseen_collections
from quantumlayer.qlayer.validator.workspace import crashed, package, run_in
from quantumlayer.spec.interface import Interface
from quantumlayer.spec.load import load_spec
from quantumlayer.spec.model import Proof, Spec
from quantumlayer.spec.proofs import key_header, proving
from quantumlayer.spec.style import contract_of, style_of

SEED = 1
SHOWN_PORT = "8000"
"""Where `ql run` serves, and so what a person would call."""

SECONDS = 45
"""Enough for a service of a hundred operations, for each example of an operation."""

CONTRACT = "contract.json"
SUMMARY, FAILURES = "schemathesis.json", "schemathesis.xml"
OPTIONS = (
    *("--seed", str(SEED), "--generation-database", "none", "--continue-on-failure", "--no-color"),
    *("--report", "json,junit", "--report-json-path", SUMMARY, "--report-junit-path", FAILURES),
    *("--wait-for-schema", "30"),
)

SCRIPT = Path(serve_api.__file__).read_bytes()


async def check_api(copy: Path, context: CheckContext) -> Outcome:
    """No answer of the running service breaks its own API document."""
    database = await context.postgres.database()
    name = package(copy)
    for left in (SUMMARY, FAILURES, DOCUMENT, CONTRACT):
        (copy / left).unlink(missing_ok=True)
    port = str(_free_port())
    spec = _spec(copy)
    call = ("run", *_document(copy, spec, port, literal=context.literal), "--max-examples", str(context.examples))
    shown = ("schemathesis", *(part.replace(port, SHOWN_PORT) for part in call))
    # The service and its caller share one sandbox, and so the loopback device.
    completed = await run_in(
        copy,
        context.sandbox,
        *("python", "-", name, port, "schemathesis", "--config-file", str(SETTINGS), *call, *OPTIONS),
        # What the service does by itself would change records between two calls.
        env={"DATABASE_URL": database.url, "RUN_JOBS": "false", **_told(spec)},
        mounts=(database.mount,),
        seconds=SECONDS * context.examples,
        stdin=SCRIPT,
    )
    if not (copy / DOCUMENT).is_file():
        raise crashed(completed, f"preparing {name}")
    if not (copy / SUMMARY).is_file() or not (copy / FAILURES).is_file():
        raise crashed(completed, "schemathesis")
    try:
        document = operations(json.loads((copy / DOCUMENT).read_text()))
        public = {label for label, operation in document if first_role(operation) is None}
        failures = (copy / FAILURES).read_text().replace(f"127.0.0.1:{port}", f"127.0.0.1:{SHOWN_PORT}")
        findings, cases = read_report((copy / SUMMARY).read_text(), failures, public)
    except ValueError as error:
        raise crashed(completed, "schemathesis") from error
    outcome = Outcome.of(shown, completed, findings, f"{cases} calls of {len(document)} operations")
    return replace(outcome, figures={"cases": cases, "operations": len(document)})


def _spec(copy: Path) -> Spec | None:
    """What the service was made from, if that is there."""
    spec = copy / "spec.yaml"
    return load_spec(spec).spec if spec.is_file() else None


def _told(spec: Spec | None) -> dict[str, str]:
    """What the Spec says to whoever prepares the calls."""
    if spec is None:
        return {}
    keyed, signing = proving(spec, Proof.API_KEY), proving(spec, Proof.SIGNATURE)
    told = {
        UNSEEN: " ".join(unseen_collections(spec)),
        KEYS: " ".join(f"{role}={key_header(spec)}" for role in keyed),
        SIGNING: " ".join(signing),
        OPENID: " ".join(proving(spec, Proof.OIDC)),
        **{f"{role.upper()}_SECRET": "signs nothing but the requests of one check" for role in signing},
    }
    contract = contract_of(spec)
    if contract is None:
        return told | {PREFIX: style_of(spec).base}
    return told | {
        BASE: contract.base,
        OPEN: "\n".join(contract.open),
        REFERS: "\n".join(_referring(spec, contract)),
    }


def _referring(spec: Spec, interface: Interface) -> Iterator[str]:
    """The operations that refuse references to what is not there with the status of any bad request."""
    for endpoint in interface.endpoints.values():
        shape = interface.shapes.get(endpoint.takes or "")
        inner = (interface.shapes[one.shape] for one in shape.members.values() if one.shape) if shape else ()
        taken = {one.is_ for each in (shape, *inner) if each for one in each.members.values()}
        if taken & spec.entities[endpoint.on].relations.keys() and not {404, 409} & set(endpoint.errors):
            yield f"{endpoint.method.upper()} {endpoint.path}"


def _document(copy: Path, spec: Spec | None, port: str, *, literal: bool) -> tuple[str, ...]:
    """The API document to hold the service to: the contract that it was made from, else its own."""
    address = f"http://127.0.0.1:{port}"
    interface = contract_of(spec) if spec is not None else None
    contract = contract_in(copy, interface, literal=literal) if interface is not None else None
    if contract is None or interface is None:
        return (f"{address}/openapi.json",)
    (copy / CONTRACT).write_text(json.dumps(contract))
    return (CONTRACT, "--url", f"{address}{interface.base}")


def _free_port() -> int:
    """A port nobody listens on; within the sandbox all are free, without one they are shared."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
