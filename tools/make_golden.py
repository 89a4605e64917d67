"""Writes the golden services again: what two Specs in `examples/` give, tidied, without the evidence of a build.

Two are enough to see what a change of the pack means; whoever reads more of them reads none with care.

make_golden.py
"""

import asyncio
import shutil
import sys
from pathlib import Path

from quantumlayer.bootstrap import bootstrap
from quantumlayer.core.artifact import Artifact, FileTree
from quantumlayer.factory.inputs import read_inputs
from quantumlayer.factory.understand import understand
from quantumlayer.qlayer.tidy import tidy
from quantumlayer.sandbox.find import find_sandbox

ROOT = Path(__file__).resolve().parents[1]
GOLDEN = ROOT / "tests" / "golden"


async def make(source: Path) -> None:
    """Write the service of one Spec."""
    understood = understand(await read_inputs([source]))
    artifacts = [Artifact.text("spec.yaml", understood.yaml)]
    for generator in bootstrap({}).generators(""):
        for part in generator.parts(understood.spec):
            artifacts += generator.generate(understood.spec, part)
    tree = await tidy(FileTree(artifacts), find_sandbox(unsafe=False))
    folder = GOLDEN / understood.spec.service.name
    shutil.rmtree(folder, ignore_errors=True)
    for artifact in tree.values():
        path = folder / artifact.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(artifact.content)
        path.chmod(0o755 if artifact.executable else 0o644)
    print(f"{folder.relative_to(ROOT)}: {len(tree)} files")


def main() -> int:
    """Write all of them."""
    for name in ("clinic", "town-library"):
        asyncio.run(make(ROOT / "examples" / f"{name}.spec.yaml"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
