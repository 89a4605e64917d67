"""One measurement of `scale.py`, in a process of its own: reads a Spec and plans it, or generates all its files, too.

phases.py plan|generate SPEC

Prints one JSON object: the processor seconds of each step, children included, and how much came out.
"""

import asyncio
import json
import resource
import sys
from pathlib import Path

from quantumlayer.bootstrap import bootstrap
from quantumlayer.core.artifact import Artifact, FileTree
from quantumlayer.factory.inputs import read_inputs
from quantumlayer.factory.understand import understand
from quantumlayer.qlayer.planner import plan_build
from quantumlayer.qlayer.tidy import tidy
from quantumlayer.spec.generator import supported


def cpu() -> float:
    """Processor seconds of this process and of those it waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


class Laps:
    """Processor seconds from step to step."""

    def __init__(self) -> None:
        self.steps: dict[str, float] = {}
        self._last = 0.0

    def done(self, step: str) -> None:
        """Say which step ended just now."""
        now = cpu()
        self.steps[step] = now - self._last
        self._last = now


def main(phase: str, path: Path) -> None:
    """Do what a build does up to the end of the phase."""
    laps = Laps()
    app = bootstrap({})
    tools = app.tools("", unsafe=False)
    laps.done("start")
    spec = understand(asyncio.run(read_inputs([path], lambda _: None))).spec
    laps.done("read")
    plan = plan_build(spec, tools.generators, tools.checker.kinds)
    laps.done("plan")
    files: list[Artifact] = []
    if phase == "generate":
        pack = tools.generators[0]
        left = list(pack.open_elements(spec))
        asked = supported(pack, spec)
        laps.done("open elements")
        for generator in tools.generators:
            given = spec if generator is pack else asked
            for part in generator.parts(given):
                files += generator.generate(given, part)
            left += [] if generator is pack else generator.open_elements(given)
            laps.done(generator.name)
        files = list(asyncio.run(tidy(FileTree(files), app.sandbox(unsafe=False))).values())
        laps.done("format")
        if left:
            sys.exit(f"{path.name} has open elements: {', '.join(one.element for one in left)}")
    lines = sum(file.content.count(b"\n") for file in files)
    print(json.dumps({"steps": laps.steps, "tasks": len(plan.tasks), "files": len(files), "lines": lines}))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
