"""How the generator scales: Specs of 1 to 200 entities, planned, generated and, with --full, built and validated.

scale.py [--full] [--runs N] [--sizes N ...] [--results FILE] [--no-peer]

Every measurement is a process of its own; the sizes take turns, so that noise of the machine meets all of them alike.
What was measured is kept in FILE (build/scale.jsonl): a run that was stopped goes on, changed code is measured anew.
JHipster, the peer, is fetched by npm into build/peers and generates the model of shop.jdl, which is that of
shop.spec.yaml. With --full the builds that validate everything run, too (up to 50 entities), and the peer's tests.
"""

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product
from pathlib import Path
from statistics import median
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
QL = Path(sys.executable).with_name("ql")
PEER, PEERS = "generator-jhipster@8", ROOT / "build" / "peers" / "jhipster"
SIZES = (1, 10, 50, 200)
LARGEST_BUILD = 50
MOST = 1.3
"""How much more an entity may cost at 200 entities than at 10."""


@dataclass(frozen=True, slots=True)
class Used:
    """What a process used with all that it started and waited for; memory is that of the largest of them, in MiB."""

    code: int
    output: str
    wall: float
    cpu: float
    memory: float


def used(command: Sequence[str | Path], folder: Path = ROOT) -> Used:
    """Run a command to its end in a folder."""
    start = time.perf_counter()
    with tempfile.TemporaryFile("w+") as output:
        process = subprocess.Popen(
            command, cwd=folder, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        )
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)  # so that nobody waits for it again
        output.seek(0)
        cpu = usage.ru_utime + usage.ru_stime
        return Used(process.returncode, output.read(), wall, cpu, usage.ru_maxrss / 1024)


def yardstick() -> float:
    """Processor seconds of a piece of work that is always the same: it tells how fast the machine is at the moment."""
    start = time.process_time()
    words: dict[int, str] = {}
    for number in range(300_000):
        words[number * 7919 % 10_007] = f"{number:x}"
    return time.process_time() - start


class Results:
    """What was measured of the code as it is now; each line of the file is one measurement."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.code = _code()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        known = [json.loads(line) for line in path.read_text().splitlines()]
        self.lines: list[dict[str, Any]] = [line for line in known if line["code"] == self.code]

    def once(self, what: str, run: int, measure: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """One measurement, made unless it is there already."""
        for line in self.lines:
            if (line["what"], line["run"]) == (what, run):
                return line
        told = {"code": self.code, "what": what, "run": run, "load": os.getloadavg()[0], "yardstick": yardstick()}
        line = {**told, **measure()}
        with self._path.open("a") as out:
            out.write(f"{json.dumps(line)}\n")
        self.lines.append(line)
        print(f"  {what}, run {run}: {line['cpu']:.2f} s CPU, {line['wall']:.2f} s wall", file=sys.stderr, flush=True)
        return line

    def of(self, what: str) -> list[dict[str, Any]]:
        """Every measurement of something."""
        return [line for line in self.lines if line["what"] == what]


def _code() -> str:
    """What tells one state of the code from another."""
    digest = hashlib.sha256()
    for folder, pattern in ((ROOT / "src", "**/*"), (HERE, "*")):
        for path in sorted(folder.glob(pattern)):
            if path.is_file() and path.suffix != ".pyc":
                digest.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def phase(name: str, path: Path) -> dict[str, Any]:
    """Measure a phase of a build."""
    done = used([sys.executable, HERE / "phases.py", name, path])
    if done.code:
        sys.exit(f"{name} of {path.name} ended with {done.code}:\n{done.output[-2000:]}")
    return {"wall": done.wall, "cpu": done.cpu, "memory": done.memory, **json.loads(done.output.splitlines()[-1])}


def build(path: Path) -> dict[str, Any]:
    """Measure a whole build, every check included; what runs in the sandbox counts for its wall time only."""
    with tempfile.TemporaryDirectory() as folder:
        done = used([QL, "build", path, "-o", Path(folder) / "service", "--json"])
    result = json.loads(done.output.splitlines()[-1])["result"]
    if "checks" not in result:
        sys.exit(f"ql build {path.name} ended with {done.code}: {result}")
    told = ("outcome", "files", "checks", "open_elements")
    return {"wall": done.wall, "cpu": done.cpu, "memory": done.memory, **{key: result[key] for key in told}}


def peer_generate(program: Path) -> dict[str, Any]:
    """Measure the peer's generation, and look at what it left behind."""
    with tempfile.TemporaryDirectory() as folder:
        done = _peer_in(Path(folder), program)
        files = [path for path in Path(folder).rglob("*") if path.is_file()]
        return {
            "wall": done.wall,
            "cpu": done.cpu,
            "memory": done.memory,
            "files": len(files),
            "lines": sum(path.read_bytes().count(b"\n") for path in files),
            "test lines": sum(path.read_bytes().count(b"\n") for path in files if "test" in path.parts),
            "formatted": "prettier" in done.output,
            "compiled": any(path.suffix == ".class" for path in files),
            "tested": any("surefire-reports" in path.parts or "test-results" in path.parts for path in files),
        }


def _peer_in(folder: Path, program: Path) -> Used:
    flags = ("--skip-client", "--skip-install", "--skip-git", "--force", "--no-insight")
    done = used([program, "jdl", HERE / "shop.jdl", *flags], folder)
    if done.code:
        sys.exit(f"{PEER} ended with {done.code}:\n{done.output[-2000:]}")
    return done


def peer_tests(program: Path) -> dict[str, Any]:
    """Compile what the peer generated and run its tests, which it does not do itself."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _peer_in(folder, program)
        whole = sum(1 for _ in folder.rglob("*IT.java"))
        done = used(["mvn", "-B", "-ntp", "test", "-Dstyle.color=never"], folder)
    counts = re.findall(r"Tests run: (\d+), Failures: (\d+), Errors: (\d+)", done.output) or [("0", "0", "0")]
    ran, *bad = map(int, counts[-1])
    told = f"{ran - sum(bad)} of {ran} unit tests passed" if "Tests run" in done.output else "it does not compile"
    told += f" in {done.wall:.0f} s; {whole} classes of tests with a database not run: they start containers"
    return {"wall": done.wall, "cpu": done.cpu, "memory": done.memory, "told": told}


def peer_program() -> tuple[Path, str] | str:
    """The peer with its version, fetched if it is not there yet; a sentence where that cannot be."""
    if shutil.which("npm") is None or shutil.which("node") is None:
        return "there is no Node.js with npm here"
    program = PEERS / "node_modules" / ".bin" / "jhipster"
    if not program.is_file():
        PEERS.mkdir(parents=True, exist_ok=True)
        print(f"  fetching {PEER} into {PEERS.relative_to(ROOT)}", file=sys.stderr, flush=True)
        quiet = ("--no-audit", "--no-fund", "--no-save", "--loglevel=error")
        if used(["npm", "install", "--prefix", PEERS, *quiet, PEER]).code:
            return f"npm could not install {PEER}"
    manifest = PEERS / "node_modules" / "generator-jhipster" / "package.json"
    return program, json.loads(manifest.read_text())["version"]


def spread(lines: Iterable[dict[str, Any]], key: str, unit: str = "s") -> str:
    """The median of a figure, with the least and the most."""
    values = sorted(float(line[key]) for line in lines)
    return f"{median(values):8.2f} {unit} ({values[0]:.2f}-{values[-1]:.2f})"


def work(line: dict[str, Any]) -> float:
    """The processor seconds of a measurement, the start of the program aside."""
    steps: dict[str, float] = line["steps"]
    return sum(steps.values()) - steps["start"]


def typical(results: Results, what: str) -> float:
    """The median of the work."""
    return median(work(line) for line in results.of(what))


def phases_told(results: Results, sizes: Sequence[int]) -> bool:
    """Print what plan and generate cost at each size; whether the goal is reached."""
    print(f"{'':16}{'CPU: median (least-most)':>28}{'wall':>28}{'memory':>10}{'an entity, start aside':>25}")
    for name in ("plan", "generate"):
        for size in sizes:
            lines = results.of(f"{name} {size}")
            memory = max(line["memory"] for line in lines)
            each = 1000 * typical(results, f"{name} {size}") / size
            cpu, wall = spread(lines, "cpu"), spread(lines, "wall")
            print(f"{name:9}{size:>6} {cpu:>28}{wall:>28}{memory:>6.0f} MiB{each:>19.1f} ms CPU")
    steps = [step for step in results.of(f"generate {sizes[-1]}")[0]["steps"] if step != "start"]
    print(f"\nms CPU an entity {''.join(f'{step:>16}' for step in steps)}")
    for size in sizes:
        lines = results.of(f"generate {size}")
        middle = [1000 * median(float(line["steps"][step]) for line in lines) / size for step in steps]
        print(f"{size:>16} {''.join(f'{one:>16.2f}' for one in middle)}")
    if not {10, 50, 200} <= set(sizes):
        return True
    one = {size: typical(results, f"generate {size}") for size in (10, 50, 200)}
    whole = (one[200] / 200) / (one[10] / 10)
    # What every service has costs the same at each size and flatters the first figure; the second one is without it.
    further = ((one[200] - one[50]) / 150) / ((one[50] - one[10]) / 40)
    print(f"\nan entity at 200 against one at 10:             {whole:.2f} (goal: at most {MOST})")
    print(f"a further entity after 50 against one after 10: {further:.2f} (goal: at most {MOST})")
    return max(whole, further) <= MOST


def builds_told(results: Results, names: Sequence[str]) -> bool:
    """Print what whole builds cost; whether all of them are green."""
    print(f"\n{'whole build':16}{'outcome':>10}{'wall':>11}{'ql itself':>12}{'tests':>8}{'calls':>8}{'promises':>10}")
    for name in names:
        line = results.of(f"build {name}")[0]
        found = dict.fromkeys(("tests", "cases", "proven"), 0.0)
        for check in line["checks"]:
            for key in found:
                found[key] += check["figures"].get(key, 0)
        numbers = f"{found['tests']:>8.0f}{found['cases']:>8.0f}{found['proven']:>10.0f}"
        print(f"{name:16}{line['outcome']:>10}{line['wall']:>9.0f} s{line['memory']:>8.0f} MiB{numbers}")
        for check in line["checks"]:
            if check["status"] != "passed":
                print(f"{'':16}{check['name']}: {check['summary']}")
    return all(results.of(f"build {name}")[0]["outcome"] == "green" for name in names)


def peer_told(results: Results, version: str) -> None:
    """Print what the two make of the same model, and what each of them verified of it."""
    ours, theirs, whole = results.of("generate shop"), results.of("peer"), results.of("build shop")[0]
    title = f"generator-jhipster {version}"
    print(f"\n{'the four entities, generated':34}{'QuantumLayer':>32}{title:>32}")
    rows = (("CPU", "cpu", "s"), ("wall", "wall", "s"), ("memory of the largest process", "memory", "MiB"))
    for told, key, unit in rows:
        print(f"{told:34}{spread(ours, key, unit):>32}{spread(theirs, key, unit):>32}")
    for key in ("files", "lines"):
        print(f"{key:34}{ours[0][key]:>32,}{theirs[0][key]:>32,}")
    made = theirs[0]
    known = {
        "format": "prettier formats what it writes" if made["formatted"] else "no",
        "types": "compiled" if made["compiled"] else "no: nothing is compiled",
        "tests": "run" if made["tested"] else f"no: {made['test lines']:,} lines of tests, none is run",
    }
    print(f"\n{'verified by the generator itself':46}{'QuantumLayer':52}{title}")
    for check in whole["checks"]:
        did = f"{check['status']}: {check['summary']}"
        print(f"{check['title']:46.45}{did:52.51}{known.get(check['name'], 'no')}")
    print(f"{'seconds for all of this':46}{whole['wall']:<52.0f}{median(line['wall'] for line in theirs):.0f}")
    for line in results.of("peer tests"):
        print(f"Its tests, run by hand: {line['told']}.")
    if shutil.which("java") is None or shutil.which("mvn") is None:
        print("There is no java with mvn here: the peer's code can be neither compiled nor tested.")


def main() -> int:
    """Measure, then print; 1 when a goal is missed or a build is not green."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--full", action="store_true", help="build and validate, too, and run the peer's tests")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--results", type=Path, default=ROOT / "build" / "scale.jsonl")
    parser.add_argument("--no-peer", action="store_true")
    options = parser.parse_args()
    results = Results(options.results)
    sizes: list[int] = sorted(options.sizes)
    peer = "left out" if options.no_peer else peer_program()
    with tempfile.TemporaryDirectory() as folder:
        paths = {"shop": HERE / "shop.spec.yaml"}
        for size in sizes:
            paths[str(size)] = Path(folder) / f"scale-{size}.spec.yaml"
            paths[str(size)].write_text(used([sys.executable, HERE / "specs.py", str(size)]).output)
        for run in range(options.runs):
            for (name, path), step in product(paths.items(), ("plan", "generate")):
                results.once(f"{step} {name}", run, partial(phase, step, path))
            if not isinstance(peer, str):
                results.once("peer", run, partial(peer_generate, peer[0]))
        built = ["shop", *(str(size) for size in sizes if options.full and size <= LARGEST_BUILD)]
        for name in built:
            results.once(f"build {name}", 0, partial(build, paths[name]))
        if options.full and not isinstance(peer, str) and shutil.which("java") and shutil.which("mvn"):
            results.once("peer tests", 0, partial(peer_tests, peer[0]))
    return report(results, sizes, built, peer)


def report(results: Results, sizes: Sequence[int], built: Sequence[str], peer: tuple[Path, str] | str) -> int:
    """Print every table; the exit code."""
    reached = phases_told(results, sizes)
    green = builds_told(results, built)
    if isinstance(peer, str):
        print(f"\nNo comparison with {PEER}: {peer}.")
    else:
        peer_told(results, peer[1])
    lines = [line for line in results.lines if "yardstick" in line]
    loads = sorted(line["load"] for line in lines)
    print(f"\nthe machine: {os.cpu_count()} cores, load {loads[0]:.1f}-{loads[-1]:.1f}")
    print(f"the same piece of work, done before each measurement: {spread(lines, 'yardstick')} CPU")
    return 0 if reached and green else 1


if __name__ == "__main__":
    sys.exit(main())
