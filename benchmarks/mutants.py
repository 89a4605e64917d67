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
import tempfile
from pathlib import Path

from quantumlayer.qlayer.validator.postgres import PostgresServer
from quantumlayer.qlayer.validator.suites import ENVIRONMENT, _plugins
from quantumlayer.qlayer.validator.workspace import run_in
from quantumlayer.sandbox.find import find_sandbox

SCRIPT = Path(__file__).with_name("mutate.py")
SECONDS = 7200.0


async def tried(service: Path, files: list[Path], results: Path) -> None:
    """Try the changes of each file, one file after the other."""
    sandbox = find_sandbox(unsafe=False)
    with tempfile.TemporaryDirectory(prefix="ql-mutants-") as folder:
        copy = Path(folder) / service.name
        shutil.copytree(service, copy)
        shutil.copy(SCRIPT, copy / SCRIPT.name)
        async with PostgresServer(sandbox) as postgres:
            for file in files:
                known = {json.loads(line)["change"] for line in results.read_text().splitlines()}
                database = await postgres.database()
                argv = ("python", "-P", SCRIPT.name, file.as_posix(), *_plugins())
                env = {**ENVIRONMENT, "TEST_DATABASE_URL": database.url}
                given = "\n".join(known).encode()
                mounts = (database.mount,)
                done = await run_in(copy, sandbox, *argv, env=env, mounts=mounts, seconds=SECONDS, stdin=given)
                if done.returncode:
                    sys.exit(f"{file}: {done.stderr[-2000:]}")
                lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
                with results.open("a") as out:
                    out.writelines(f"{line}\n" for line in lines)
                alive = [json.loads(line)["change"] for line in lines if not json.loads(line)["noticed"]]
                print(f"{file}: {len(lines)} tried, {len(alive)} not noticed", *alive, sep="\n  ", flush=True)


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
    files = sorted(path.relative_to(service) for path in service.glob(options.files))
    asyncio.run(tried(service, files, results))
    found = [json.loads(line) for line in results.read_text().splitlines()]
    noticed = sum(item["noticed"] for item in found)
    print(f"{noticed} of {len(found)} changes noticed ({100 * noticed / max(1, len(found)):.1f} %)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
