"""Measure the figures that the product promises, each beside its target.

Benchmarks are read by a person on a quiet machine; they fail only when a command does.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

QL = str(Path(sys.executable).with_name("ql"))
TEXT = "tests/cases/library/requirements.md"
LIBRARY = "examples/town-library.spec.yaml"
CLINIC = "examples/clinic.spec.yaml"


@dataclass(frozen=True, slots=True)
class Build:
    """Seconds from the start of a build to its first event, its first file and its end."""

    event: float
    file: float
    end: float


def help_cpu() -> float:
    """CPU seconds of `ql --help`, the best of five."""

    def once() -> float:
        before = os.times()
        subprocess.run([QL, "--help"], check=True, capture_output=True)
        after = os.times()
        return after.children_user + after.children_system - before.children_user - before.children_system

    return min(once() for _ in range(5))


def build(source: str) -> Build:
    """Build a service from text or a Spec into a folder that is thrown away."""
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        first: dict[str, float] = {}
        command = [QL, "build", source, "-o", f"{folder}/service", "--json"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            for line in process.stdout or ():
                first.setdefault(json.loads(line).get("kind", "result"), time.perf_counter() - started)
        end = time.perf_counter() - started
    if process.returncode:
        message = f"{' '.join(command)} ended with {process.returncode}"
        raise SystemExit(message)
    return Build(min(first.values()), first["artifact.written"], end)


def main() -> None:
    """Print one line a figure."""
    text, library, clinic = build(TEXT), build(LIBRARY), build(CLINIC)
    figures = (
        ("ql --help, CPU", 0.3, help_cpu()),
        ("first event, from text", 0.5, text.event),
        ("first file, from text", 5.0, text.file),
        ("first file, from a Spec", 1.0, library.file),
        ("town library from text, generated and validated", 30.0, text.end),
        ("town library from its Spec, generated and validated", 30.0, library.end),
        ("clinic from its Spec, generated and validated", 120.0, clinic.end),
    )
    print(f"{'figure':52} {'target':>9} {'measured':>9}")
    for name, target, measured in figures:
        print(f"{name:52} {target:7.2f} s {measured:7.2f} s  {'reached' if measured <= target else 'MISSED'}")


if __name__ == "__main__":
    main()
