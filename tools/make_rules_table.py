"""Writes docs/rules.md: each rule of the six texts, the elements of the Spec that say it, and the tests that prove it.

make_rules_table.py
"""

import sys
from pathlib import Path

from ruamel.yaml import YAML

from quantumlayer.qtest.generator import QTest, proofs
from quantumlayer.spec.load import load_spec
from quantumlayer.spec.model import Spec

ROOT = Path(__file__).resolve().parents[1]
CASES = ROOT / "tests" / "cases"
NAMES = {"library": "town-library"}
SERVICES = ("library", "clinic", "helpdesk", "shop", "tickets", "fleet")
HEAD = """# What the six texts state, and what proves it

Each rule of `tests/cases/*/rules.yaml`, the elements of the Spec in `examples/` that say it, and how many generated
tests name them. Made by `python tools/make_rules_table.py`.
"""


def tests_by_element(spec: Spec) -> dict[str, list[str]]:
    """The names of the generated tests by the address that they prove."""
    found: dict[str, list[str]] = {}
    for module in QTest().modules(spec):
        for test in module.tests:
            for address in proofs(test):
                found.setdefault(address, []).append(f"test_{test.name}")
    for name in spec.roles:
        found.setdefault(f"roles.{name}.proves", []).append("tests/test_proofs.py")
    return found


def table(service: str) -> list[str]:
    """The rows of one service."""
    yaml = YAML(typ="safe", pure=True)
    rules = yaml.load(CASES / service / "rules.yaml")
    proof = yaml.load(CASES / service / "proof.yaml")
    spec = load_spec(ROOT / "examples" / f"{NAMES.get(service, service)}.spec.yaml").spec
    tests = tests_by_element(spec)
    lines = ["", f"## {service.capitalize()}", "", "| | rule | said by | proven by |", "|---|---|---|---|"]
    for key, rule in rules.items():
        said = proof[key]
        if isinstance(said, dict) or not said:
            needs = said["open"] if said else "a target, measured in operation"
            lines.append(f"| {key} | {rule} | | open, needs {needs} |")
            continue
        names = sorted({test for address in said for test in tests.get(address, [])})
        first = f"`{names[0]}`" + (f" and {len(names) - 1} more" if len(names) > 1 else "") if names else "nothing"
        elements = ", ".join(f"`{address}`" for address in said)
        lines.append(f"| {key} | {rule} | {elements} | {first} |")
    return lines


def page() -> str:
    """The whole page."""
    return HEAD + "\n".join(line for service in SERVICES for line in table(service)) + "\n"


def main() -> int:
    """Write the page."""
    (ROOT / "docs" / "rules.md").write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
