"""Whether the confidence of a reading means something: of the elements at .8, how many are right.

confidence.py [--write]

Elements are the entities, fields, relations, roles, operations and states of the texts in tests/cases/texts; an element
is right where the expected file of its text has it. With --write the table and its picture go to docs/confidence.md and
docs/confidence.svg.
"""

import argparse
import importlib.util
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType

from quantumlayer.qlayer.parser import Requirement, parse
from quantumlayer.spec.model import RelationKind, Spec

ROOT = Path(__file__).resolve().parents[1]
_ABOUT = {
    "open": "Texts that were read while the readings were written:",
    "held": "Texts that were held back (the picture shows these):",
}
_INTRODUCTION = [
    "# How sure a reading is",
    "",
    "Each element that `ql parse` reads from a text says how sure the reading is. This is how often such elements",
    "were right: entities, fields with their types, relations with their cardinality, roles, operations and states.",
    "The three values are shares over both halves together: of a text unlike any of these, more is wrong.",
    "Written by `python benchmarks/confidence.py --write`.",
]
_PLAIN = 2
"""Parts of the address of an entity, a role or an operation."""


def scorer() -> ModuleType:
    """The benchmark that knows the texts."""
    found = importlib.util.spec_from_file_location("parser_benchmark", ROOT / "benchmarks" / "parser.py")
    if found is None or found.loader is None:
        sys.exit("confidence.py: benchmarks/parser.py is missing.")
    module = importlib.util.module_from_spec(found)
    sys.modules["parser_benchmark"] = module
    found.loader.exec_module(module)
    return module


def judged(spec: Spec, expected: Mapping[str, object]) -> Iterator[tuple[float, bool]]:
    """How sure each element is, and whether it is right."""
    sure: dict[str, float] = {}
    for source in spec.trace:
        for address, confidence in source.elements.items():
            sure[address] = max(confidence, sure.get(address, 0))
    entities: Mapping[str, Mapping[str, str]] = expected["entities"]  # type: ignore[assignment]
    related = {_plain(str(one)) for one in expected["relations"]}  # type: ignore[attr-defined]
    operations = {str(one).partition(" by ")[0] for one in expected["operations"]}  # type: ignore[attr-defined]
    lives: Mapping[str, list[str]] = expected.get("states", {})  # type: ignore[assignment]
    for address, confidence in sure.items():
        kind, *rest = address.split(".")
        right: bool | None = None
        if kind == "roles":
            right = rest[0] in expected["roles"]  # type: ignore[operator]
        elif kind == "operations" and len(rest) < _PLAIN:
            right = f"{rest[0]} on {spec.operations[rest[0]].on}" in operations
        elif kind == "entities" and len(rest) < _PLAIN:
            right = rest[0] in entities
        elif kind == "entities":
            right = _member(spec, entities, related, lives, rest)
        if right is not None:
            yield confidence, right


def _member(
    spec: Spec,
    entities: Mapping[str, Mapping[str, str]],
    related: set[str],
    lives: Mapping[str, list[str]],
    rest: list[str],
) -> bool | None:
    entity = spec.entities[rest[0]]
    if rest[1] == "states":
        return entity.states is not None and set(entity.states.values) == set(lives.get(rest[0], ()))
    if rest[1] == "fields" and len(rest) == _PLAIN + 1 and rest[2] in entity.fields:
        return entities.get(rest[0], {}).get(rest[2]) == entity.fields[rest[2]].type
    if rest[1] == "relations" and rest[2] in entity.relations:
        relation = entity.relations[rest[2]]
        arrow = "<->" if relation.kind is RelationKind.MANY_TO_MANY else "->"
        return f"{rest[0]} {arrow} {relation.to}" in related
    return None


def _plain(text: str) -> str:
    start, arrow, to = text.replace("->?", "->").split(" ")
    return f"{start.partition('.')[0]} {arrow} {to}"


def measured(half: str) -> dict[float, tuple[int, int]]:
    """For each confidence how many elements have it, and how many of them are right."""
    counted: dict[float, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for path, expected in scorer().texts(half):
        spec = parse([Requirement(name=path.name, text=path.read_text("utf-8"))])
        for confidence, right in judged(spec, expected):
            number, good = counted[confidence]
            counted[confidence] = number + 1, good + right
    return dict(sorted(counted.items()))


def table(found: Mapping[float, tuple[int, int]]) -> list[str]:
    """The reliability table in Markdown."""
    lines = ["| confidence | elements | right |", "|---|---|---|"]
    return lines + [f"| {sure:.2f} | {number} | {good / number:.2f} |" for sure, (number, good) in found.items()]


def picture(found: Mapping[float, tuple[int, int]]) -> str:
    """The reliability diagram as SVG: each dot would lie on the line if confidence were exact."""
    side, edge = 320, 40
    most = max(number for number, _ in found.values())
    dots = "".join(
        f'<circle cx="{edge + sure * side:.0f}" cy="{edge + side - good / number * side:.0f}" '
        f'r="{5 + 9 * (number / most) ** 0.5:.0f}"><title>{sure:.2f}: {good} of {number} right</title></circle>'
        for sure, (number, good) in found.items()
    )
    ticks = "".join(
        f'<text x="{edge + at * side:.0f}" y="{edge + side + 18}" text-anchor="middle">{at:.1f}</text>'
        f'<text x="{edge - 8}" y="{edge + side - at * side + 4:.0f}" text-anchor="end">{at:.1f}</text>'
        for at in (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
    )
    whole = side + 2 * edge
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {whole} {whole + 12}" font-family="sans-serif" '
        f'font-size="11" fill="#444">'
        f'<rect width="{whole}" height="{whole + 12}" fill="#fff"/>'
        f'<path d="M{edge} {edge}V{edge + side}H{edge + side}M{edge} {edge + side}L{edge + side} {edge}" '
        f'stroke="#999" fill="none"/>{ticks}'
        f'<g fill="#2563eb" fill-opacity=".75">{dots}</g>'
        f'<text x="{edge + side / 2:.0f}" y="{whole + 2}" text-anchor="middle">confidence</text>'
        f'<text x="12" y="{edge + side / 2:.0f}" text-anchor="middle" '
        f'transform="rotate(-90 12 {edge + side / 2:.0f})">share that is right</text></svg>\n'
    )


def main() -> int:
    """Print the table, and write it where asked."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--write", action="store_true", help="write docs/confidence.md and docs/confidence.svg")
    wanted = parser.parse_args()
    found = {half: measured(half) for half in ("open", "held")}
    lines = [line for half, counted in found.items() for line in ("", _ABOUT[half], "", *table(counted))]
    sys.stdout.write("\n".join(lines) + "\n")
    if wanted.write:
        text = [
            *_INTRODUCTION,
            *lines,
            "",
            "![Held-back texts: a dot on the line is as often right as said](confidence.svg)",
        ]
        (ROOT / "docs" / "confidence.md").write_text("\n".join(text) + "\n", "utf-8")
        (ROOT / "docs" / "confidence.svg").write_text(picture(found["held"]), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
