"""Runs inside the sandbox, in the service's environment: prepares a database, serves, and calls with schemathesis.

The service is imported once and forked twice, because its import takes longer than all that prepares it. Nothing of
`quantumlayer` can be imported here.
"""

import http.server
import importlib
import json
import multiprocessing
import os
import runpy
import socketserver
import subprocess
import sys
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

DOCUMENT, SETTINGS, HOOKS = Path("openapi.json"), Path("schemathesis.toml"), Path("schemathesis_hooks.py")
SEEDS = Path("tests/seed.json")
LOG = Path("server.log")
PROVIDER_KEY = Path("provider.pem")
NOBODY = 2**53 - 1
UNSEEN = "UNSEEN_COLLECTIONS"
"""The variable that names the collections of which makers may lose sight of records."""

BASE, OPEN = "CONTRACT_BASE", "CONTRACT_OPEN"
"""The variables that say what stands before every path of a contract, and which of its operations are left open."""

PREFIX = "API_BASE"
"""The variable that says what stands before the paths of an API that is no contract's."""

KEYS, SIGNING = "KEY_HEADERS", "SIGNING_ROLES"
"""The variables that say which roles send a key, and in which header, and which sign their requests."""

OPENID = "OPENID_ROLES"
"""The variable that says whose callers sign in at an OpenID provider: one is served here."""

REFERS = "CONTRACT_REFERS"
"""The variable that names the operations that refuse references to what is not there as they refuse anything."""

# How files begin that a service looks at.
BEGINNINGS = {
    "application/pdf": b"%PDF-",
    "image/gif": b"GIF89a",
    "image/jpeg": b"\xff\xd8\xff",
    "image/png": b"\x89PNG\r\n\x1a\n",
    "image/webp": b"RIFF\0\0\0\0WEBP",
}

# A change without If-Match is answered with 428 (RFC 6585), one with an old ETag with 412 (RFC 9110): no schema can
# say so.
PRECONDITIONS = """[checks]
missing_required_header.expected-statuses = [400, 401, 403, 406, 415, 422, 428]
positive_data_acceptance.expected-statuses = ["2xx", "3xx", 401, 403, 404, 409, 412, 429, "5xx"]
"""

# Callers prove who they are in one way: another that is made up beside it would say nothing of it.
PROOFS = """[generation]
with-security-parameters = false
"""


PROVING = """
import hashlib
import hmac
import os
import time

from requests import PreparedRequest
from requests.auth import AuthBase


class Proof(AuthBase):
    def __init__(self, own: str | None) -> None:
        self.own = own

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        for header, said in PROOFS:  # a session goes on sending what its first operation sent
            if header != self.own and request.headers.get(header) == said:
                del request.headers[header]
        role = request.headers.get("X-Signature")
        if ("X-Signature", role) in PROOFS:
            line = f"{request.method} {request.path_url}"
            request.headers["X-Signature"] = signature(line, request.body or b"", os.environ[f"{role.upper()}_SECRET"])
        return request


def signature(line: str, body: bytes | str, secret: str) -> str:
    moment = int(time.time())
    signed = f"{moment}.{line}.".encode() + (body.encode() if isinstance(body, str) else body)
    return f"t={moment},v1={hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()}"


@schemathesis.hook
def before_call(context, case, kwargs):
    kwargs["auth"] = Proof(OWN.get(case.operation.label))
"""
"""Lets each operation be called with the header that `OWN` says and without other `PROOFS`.

A role that stands where its signature belongs becomes that signature once the request is ready to be sent.
"""


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


def operations(document: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Each operation of an API document by its label, `GET /books`."""
    return [
        (f"{method.upper()} {path}", operation)
        for path, item in document["paths"].items()
        for method, operation in item.items()
    ]


def first_role(operation: dict[str, Any]) -> str | None:
    """The role that calls an operation: the widest, which the document names first."""
    return next(iter(operation.get("x-roles", ())), None)


def callers(seeds: object) -> dict[str, dict[str, object]]:
    """For each collection that callers are records of, a record that no caller is, or the id of none."""
    found: dict[str, dict[str, object]] = {}
    for name, rows in seeds.items() if isinstance(seeds, dict) else ():
        others = [row for row in rows if "account" not in row and "id" in row]
        if any("account" in row for row in rows):
            found[name] = others[-1] if others else {"id": NOBODY}
    return found


def named(parameter: str, record: dict[str, object]) -> object:
    """What a parameter of the path is for a record: the value whose name it ends with, else the id."""
    keys = [key for key in record if parameter.endswith(f"_{key}")]
    return record[max(keys, key=len, default="id")]


def steps(path: str) -> list[str]:
    """The words of a path, first the collection that it is about."""
    return path.removeprefix(os.environ.get(PREFIX, "")).strip("/").split("/")


def fixed(label: str, operation: dict[str, Any], spare: dict[str, dict[str, object]]) -> dict[str, object]:
    """Parameters that are not tried: the version a change is based on, and nobody removes a caller."""
    found: dict[str, object] = {}
    method, path = label.split(" ")
    collection, *rest = steps(path)
    for parameter in operation.get("parameters", ()):
        name, place = parameter["name"], parameter.get("in")
        if place == "header" and name.lower() == "if-match":
            found[f"header.{name}"] = "*"
        elif place == "path" and method == "DELETE" and len(rest) == 1:
            record = spare.get(collection.replace("-", "_"))
            found |= {} if record is None else {f"path.{name}": named(name, record)}
    return found


def settings(
    document: dict[str, Any],
    proofs: dict[str, tuple[str, str]],
    spare: dict[str, dict[str, object]],
    unseen: tuple[str, ...] = (),
) -> str:
    """Who calls each operation, and what it is called with, as schemathesis reads it.

    Args:
        document: The API document.
        proofs: For each role that calls, the header by which it is known, and what that says.
        spare: For each collection that callers are records of, a record that no caller is.
        unseen: The collections of which makers may lose sight of records.
    """
    hooked = files(document) or varied(proofs)
    parts = [*([f'hooks = "{HOOKS}"'] if hooked else []), PRECONDITIONS, PROOFS]
    makers = {name.removeprefix("POST "): first_role(operation) for name, operation in operations(document)}
    for label, operation in operations(document):
        lines = ["[[operations]]", f"include-name = {json.dumps(label)}"]
        role = first_role(operation)
        if role is not None:
            header, value = proofs[role]
            lines.append(f"headers = {{ {header} = {json.dumps(value)} }}")
        kept = fixed(label, operation, spare)
        if kept:
            given = ", ".join(f"{json.dumps(key)} = {json.dumps(value)}" for key, value in kept.items())
            lines.append(f"parameters = {{ {given} }}")
        spared = any(key.startswith("path.") for key in kept)
        name = steps(label.split(" ")[1])[0]
        # Somebody else makes the records, or makers lose sight of them, or a record begins without its file: then it is
        # no fault that they are not found.
        if (
            spared
            or name in unseen
            or makers.get(f"{os.environ.get(PREFIX, '')}/{name}", role) != role
            or is_file(document, label)
        ):
            lines.append("checks.ensure_resource_availability.enabled = false")
        if is_file(document, label):  # no schema says what a file is, nor that it is not empty
            lines.append("checks.positive_data_acceptance.enabled = false")
        if label in os.environ.get(REFERS, "").splitlines():
            lines.append('checks.positive_data_acceptance.expected-statuses = ["2xx", "3xx", "4xx", "5xx"]')
        if spared:
            lines.append("warnings.enabled = false")
        if len(lines) > 2:
            parts.append("\n".join(lines))
    left_open = (label for label in os.environ.get(OPEN, "").splitlines() if label)
    parts += [f"[[operations]]\ninclude-name = {json.dumps(label)}\nenabled = false" for label in left_open]
    return "\n\n".join(parts) + "\n"


def files(document: dict[str, Any]) -> list[str]:
    """The media types of the files that operations take, as far as they are named."""
    bodies = [one.get("requestBody", {}) for label, one in operations(document) if is_file(document, label)]
    return sorted({name for body in bodies for name in body.get("content", {}) if "*" not in name})


def varied(proofs: dict[str, tuple[str, str]]) -> bool:
    """Whether it takes more than one header, always the same, to prove who calls."""
    headers = {header for header, _ in proofs.values()}
    return len(headers) > 1 or "X-Signature" in headers


def hooks(document: dict[str, Any], proofs: dict[str, tuple[str, str]]) -> str:
    """What tells schemathesis how to make files, and how callers prove who they are."""
    beginnings = {name: BEGINNINGS.get(name, b"") for name in files(document)}
    found = f"""import schemathesis
from hypothesis import strategies as st

for name, beginning in {beginnings!r}.items():
    schemathesis.openapi.media_type(name, st.binary(min_size=1).map(beginning.__add__))
"""
    if not varied(proofs):
        return found
    roles = {label: first_role(operation) for label, operation in operations(document)}
    own = {label: proofs[role][0] for label, role in roles.items() if role is not None}
    return f"{found}\nOWN = {own!r}\nPROOFS = {sorted(proofs.values())!r}\n{PROVING}"


def is_file(document: dict[str, Any], label: str) -> bool:
    """Whether the path of an operation is that of a file: what is put there has no parts that a schema names."""
    content = document["paths"][label.split(" ")[1]].get("put", {}).get("requestBody", {}).get("content", {})
    return bool(content) and not any(word in name for name in content for word in ("json", "xml", "form"))


def by_contract(document: dict[str, Any], base: str) -> dict[str, Any]:
    """The document with the paths as the contract has them."""
    paths = {path.removeprefix(base): item for path, item in document["paths"].items() if path.startswith(base)}
    return {**document, "paths": paths}


def owner(role: str, seeds: object) -> str:
    """Whom a key is issued for: the record whose account the seeds call like the role, or the account itself."""
    rows = [row for rows in seeds.values() for row in rows] if isinstance(seeds, dict) else []
    opened = {str(row["account"]["username"]): str(row["id"]) for row in rows if isinstance(row.get("account"), dict)}
    return opened.get(role, role)


def proof(package: str, role: str, seeds: object) -> tuple[str, str]:
    """The header by which callers of a role are known, and what it says; each request is signed when it is sent."""
    headers = dict(pair.split("=") for pair in os.environ.get(KEYS, "").split())
    if role in headers:
        return headers[role], call(package, "issue-key", role, owner(role, seeds))
    if role in os.environ.get(SIGNING, "").split():
        return "X-Signature", role
    if role in os.environ.get(OPENID, "").split():
        call(package, "admit", role, owner(role, seeds), role)
        return "Authorization", f"Bearer {provider_token(role)}"
    return "Authorization", f"Bearer {call(package, 'token', role)}"


def provider_token(subject: str) -> str:
    """An access token of the provider."""
    jwt = importlib.import_module("jwt")
    claims = {"iss": os.environ["OPENID_ISSUER"], "aud": os.environ["OPENID_AUDIENCE"], "sub": subject, "exp": 2**33}
    return str(jwt.encode(claims, PROVIDER_KEY.read_bytes(), "ES256", {"kid": "one"}))


def provide(server: socketserver.BaseServer) -> None:
    """Publish the keys of an OpenID provider until killed."""
    server.serve_forever()


def new_provider() -> socketserver.BaseServer:
    """An OpenID provider with a key of its own, which the settings of the service name."""
    jwt = importlib.import_module("jwt")
    curves = importlib.import_module("cryptography.hazmat.primitives.asymmetric.ec")
    forms = importlib.import_module("cryptography.hazmat.primitives.serialization")
    key = curves.generate_private_key(curves.SECP256R1())
    PROVIDER_KEY.write_bytes(key.private_bytes(forms.Encoding.PEM, forms.PrivateFormat.PKCS8, forms.NoEncryption()))
    published = {**jwt.algorithms.ECAlgorithm.to_jwk(key.public_key(), as_dict=True), "kid": "one", "alg": "ES256"}

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            said = {"issuer": issuer, "jwks_uri": f"{issuer}/keys"}
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps({"keys": [published]} if self.path == "/keys" else said).encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the library's
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    issuer = f"http://127.0.0.1:{server.server_port}"
    os.environ |= {"OPENID_ISSUER": issuer, "OPENID_AUDIENCE": "service"}
    return server


def prepare(package: str) -> None:
    """Bring the database up to date, seed it, and write the API document and the settings of its caller."""
    call("alembic", "upgrade", "head")
    call(package, "seed", str(SEEDS))
    document = importlib.import_module(f"{package}.app").create_app().openapi()
    if BASE in os.environ:
        document = by_contract(document, os.environ[BASE])
    roles = {first_role(operation) for _, operation in operations(document)} - {None}
    seeds = json.loads(SEEDS.read_text())
    unseen = tuple(os.environ.get(UNSEEN, "").split())
    proofs = {role: proof(package, role, seeds) for role in sorted(map(str, roles))}
    SETTINGS.write_text(settings(document, proofs, callers(seeds), unseen))
    HOOKS.write_text(hooks(document, proofs))
    DOCUMENT.write_text(json.dumps(document))


def serve(package: str, port: int) -> None:
    """Serve until killed; what the server says goes to a file."""
    uvicorn = importlib.import_module("uvicorn")
    with LOG.open("wb") as log:
        os.dup2(log.fileno(), sys.stdout.fileno())
        os.dup2(log.fileno(), sys.stderr.fileno())
        uvicorn.run(f"{package}.app:create_app", factory=True, port=port, log_level="warning", access_log=False)


def main(package: str, port: str, *command: str) -> int:
    """Prepare, serve, and run a command beside it; its exit code."""
    for name in ("alembic.config", "uvicorn", f"{package}.app"):
        importlib.import_module(name)
    forked = multiprocessing.get_context("fork")
    if os.environ.get(OPENID):
        forked.Process(target=provide, args=(new_provider(),), daemon=True).start()
    preparation = forked.Process(target=prepare, args=(package,))
    preparation.start()
    preparation.join()
    if preparation.exitcode:
        return 1
    server = forked.Process(target=serve, args=(package, int(port)), daemon=True)
    server.start()
    ended = subprocess.run(command, check=False).returncode  # noqa: S603 - the validator's own command
    server.kill()
    server.join()
    sys.stderr.write(LOG.read_text(errors="replace")[-4000:])
    return ended


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
