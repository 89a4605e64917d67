"""Public OpenAPI documents drawn by lot: how many of their operations become endpoints of a Spec.

lot.py [--documents N] [--lot NUMBER] [--least OPERATIONS] [--most OPERATIONS]

Documents of OpenAPI 3 of the npm package that `contracts.py` pins are drawn, read, judged, and tried by the FastAPI
pack; nothing is built, so a document takes a second. The reasons for what is left open are counted.
"""

import argparse
import json
import random
import re
from collections import Counter
from pathlib import Path

from contracts import METHODS, ROOT, fetched  # type: ignore[import-not-found]  # the script beside this one

from quantumlayer.qlayer.packs.fastapi.pack import FastApiPack
from quantumlayer.qlayer.parser.errors import BrokenDocumentError
from quantumlayer.qlayer.parser.models import Requirement
from quantumlayer.qlayer.parser.openapi import parse_openapi
from quantumlayer.spec.validate import checked_spec


def operations(path: Path) -> int:
    """How many a document of OpenAPI 3 has; none where it is another one."""
    document = json.loads(path.read_text())
    paths = document.get("paths", {}).values() if str(document.get("openapi", "")).startswith("3") else ()
    return sum(len(METHODS & item.keys()) for item in paths if isinstance(item, dict))


def met(path: Path, reasons: Counter[str]) -> int:
    """The operations that the Spec of a document has and the pack can write."""
    try:
        spec = checked_spec(parse_openapi(Requirement(name=path.name, text=path.read_text())))
    except BrokenDocumentError as error:
        reasons[f"whole documents: {error.why}"] += 1
        return 0
    left = {one.element: one.reason for one in FastApiPack().open_elements(spec)}
    reasons.update(re.sub(r"['`\"][^'`\"]*['`\"]", "...", reason) for reason in left.values())
    endpoints = spec.interface.endpoints if spec.interface is not None else {}
    return len(endpoints) - sum(one.startswith("interface.endpoints.") for one in left)


def main() -> None:
    """Draw, read, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=60)
    parser.add_argument("--lot", type=int, default=1)
    parser.add_argument("--least", type=int, default=12)
    parser.add_argument("--most", type=int, default=80)
    wanted = parser.parse_args()
    folder = ROOT / "build" / "contracts"
    folder.mkdir(parents=True, exist_ok=True)
    sizes = {path: operations(path) for path in sorted((fetched(folder) / "api").glob("*.json"))}
    fitting = [path for path, size in sizes.items() if wanted.least <= size <= wanted.most]
    drawn = random.Random(wanted.lot).sample(fitting, min(wanted.documents, len(fitting)))  # noqa: S311 - a lot
    reasons: Counter[str] = Counter()
    total = found = 0
    for path in drawn:
        kept = met(path, reasons)
        total, found = total + sizes[path], found + kept
        print(f"{path.name:45} {kept:4} of {sizes[path]:4}")
    print(f"\n{len(drawn)} of {len(fitting)} documents, {found} of {total} operations: {found / total:.1%}")
    for reason, count in reasons.most_common(20):
        print(f"{count:5} {reason}")


if __name__ == "__main__":
    main()
