"""How much of a service its own tests watch over: breaks its code in every small way and counts what they notice.

mutants.py SERVICE [--files PATTERN] [--results FILE]

SERVICE is a folder that `ql build` wrote. What was tried is kept in FILE (build/mutants-NAME.jsonl), so that a run that
was stopped goes on. What nobody notices is either a gap in the tests or a change without a difference.
"""

import argparse
import asyncio
import json
import shutil
import sys
from pathlib import Path
from typing import Any

from quantumlayer.qlayer.validator.postgres import PostgresServer
from quantumlayer.qlayer.validator.suites import ENVIRONMENT, plugins
from quantumlayer.qlayer.validator.workspace import run_in
from quantumlayer.sandbox.find import find_sandbox
from quantumlayer.sandbox.scratch import scratch

SCRIPT = Path(__file__).with_name("mutate.py")
SECONDS = 7200.0


async def tried(service: Path, file: Path, known: list[str]) -> list[dict[str, Any]]:
    """What became of the changes of one file that are not known yet."""
    sandbox = find_sandbox(unsafe=False)
    with scratch("mutants") as folder:
        copy = folder / service.name
        shutil.copytree(service, copy)
        shutil.copy(SCRIPT, copy / SCRIPT.name)
        async with PostgresServer(sandbox) as postgres:
            database = await postgres.database()
            argv = ("python", "-P", SCRIPT.name, file.as_posix(), *plugins())
            env = {**ENVIRONMENT, "TEST_DATABASE_URL": database.url}
            given = "\n".join(known).encode()
            done = await run_in(copy, sandbox, *argv, env=env, mounts=(database.mount,), seconds=SECONDS, stdin=given)
    if done.returncode:
        sys.exit(f"{file}: {done.stderr[-2000:]}")
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def main() -> int:
    """Try, then print the sum."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("service", type=Path)
    parser.add_argument("--files", default="src/**/*.py", help="which files to change")
    parser.add_argument("--results", type=Path)
    options = parser.parse_args()
    service: Path = options.service.resolve()
    results: Path = options.results or Path("build") / f"mutants-{service.name}.jsonl"
    results.parent.mkdir(parents=True, exist_ok=True)
    results.touch()
    for path in sorted(service.glob(options.files)):
        file = path.relative_to(service)
        known = [json.loads(line)["change"] for line in results.read_text().splitlines()]
        new = asyncio.run(tried(service, file, known))
        with results.open("a") as out:
            out.writelines(f"{json.dumps(item)}\n" for item in new)
        alive = [item["change"] for item in new if not item["noticed"]]
        print(f"{file}: {len(new)} tried, {len(alive)} not noticed", *alive, sep="\n  ", flush=True)
    found = [json.loads(line) for line in results.read_text().splitlines()]
    noticed = sum(item["noticed"] for item in found)
    print(f"{noticed} of {len(found)} changes noticed ({100 * noticed / max(1, len(found)):.1f} %)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
