"""How soon `ql` answers: help, the first event, the first file. Prints a table of the best of several runs.

start.py [--runs N]        by default 5
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
QL = Path(sys.executable).with_name("ql")
TEXT = ROOT / "tests" / "cases" / "library" / "requirements.md"
SPEC = ROOT / "examples" / "town-library.spec.yaml"


def help_cpu() -> float:
    """Seconds of processor time that `ql --help` takes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([QL, "--help"], check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def first(kind: str, source: Path) -> float:
    """Seconds until a build from a source tells its first event of a kind; the build is ended then."""
    with tempfile.TemporaryDirectory() as folder:
        command: list[str | Path] = [QL, "build", source, "-o", Path(folder) / "out", "--json"]
        start = time.monotonic()
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as build:
            if build.stdout is None:
                raise RuntimeError("the build has no output")
            for line in build.stdout:
                if json.loads(line).get("kind") == kind:
                    took = time.monotonic() - start
                    build.terminate()
                    return took
            errors = build.stderr.read() if build.stderr else ""
        sys.exit(f"no event {kind} came:\n{errors}")


MEASURES: tuple[tuple[str, float, Callable[[], float]], ...] = (
    ("CPU of ql --help", 0.3, help_cpu),
    ("first event, from text", 0.5, lambda: first("run.started", TEXT)),
    ("first event, from a Spec", 0.5, lambda: first("run.started", SPEC)),
    ("first file, from text", 5.0, lambda: first("artifact.written", TEXT)),
    ("first file, from a Spec", 1.0, lambda: first("artifact.written", SPEC)),
)


def main() -> int:
    """Print the table; 1 when a figure is not reached."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    print(f"{'what':<26} {'best':>8} {'worst':>8} {'limit':>8}   load {os.getloadavg()[0]:.1f}")
    reached = True
    for name, limit, measure in MEASURES:
        times = sorted(measure() for _ in range(runs))
        reached &= times[0] <= limit
        verdict = "reached" if times[0] <= limit else "MISSED"
        print(f"{name:<26} {times[0]:>6.2f} s {times[-1]:>6.2f} s {limit:>6.1f} s   {verdict}")
    return 0 if reached else 1


if __name__ == "__main__":
    sys.exit(main())
